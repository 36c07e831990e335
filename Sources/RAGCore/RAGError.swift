/// An error of the engine: what happened, what to do about it, and where.
///
/// Document text never appears in an error; paths, identifiers, sizes and limits do.
public struct RAGError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure, for `catch` clauses and exit codes. New kinds may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the code.
    public let description: String
    private init(_ description: String) { self.description = description }

    /// Stored data contradicts its checksum, its structure or its own counts.
    public static let corrupt = Code("corrupt")
    /// A file is of a kind or version that this build does not read.
    public static let incompatibleFormat = Code("incompatibleFormat")
    /// A vector has another length than the index.
    public static let dimensionMismatch = Code("dimensionMismatch")
    /// The index was made with another encoder.
    public static let modelMismatch = Code("modelMismatch")
    /// Another process or task holds the writer's lock.
    public static let busy = Code("busy")
    /// The operating system refused a read or a write.
    public static let io = Code("io")
    /// The device or a quota is full.
    public static let diskFull = Code("diskFull")
    /// A write was asked of something that is read-only.
    public static let readOnly = Code("readOnly")
    /// An input is larger than a field of ``Limits`` allows.
    public static let limitExceeded = Code("limitExceeded")
    /// An argument or a document cannot be used as it is.
    public static let invalidInput = Code("invalidInput")
    /// A file, document, chunk or index does not exist.
    public static let notFound = Code("notFound")
    /// A file is of a kind that is not supported.
    public static let unsupported = Code("unsupported")
    /// A model backend failed.
    public static let backend = Code("backend")
    /// The task was cancelled.
    public static let cancelled = Code("cancelled")
  }

  /// The kind of failure.
  public var code: Code
  /// What happened and how to remedy it, in one line.
  public var message: String
  /// The file or directory concerned.
  public var path: String?
  /// The error below this one.
  public var cause: (any Error)?

  /// Makes an error; `message` says what happened and what to do, in one line.
  public init(
    _ code: Code, _ message: String, path: String? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.path = path
    self.cause = cause
  }

  /// The path (if any), the message and the cause, in one line.
  public var description: String {
    var line = path.map { "\($0): \(message)" } ?? message
    if let cause { line += " (\(cause))" }
    return line
  }
}

/// `catch RAGError.Code.busy` reads the code of a caught ``RAGError``.
public func ~= (code: RAGError.Code, error: any Error) -> Bool {
  (error as? RAGError)?.code == code
}
