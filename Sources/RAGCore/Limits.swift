/// The bounds on every input, so that nothing grows or runs without end.
///
/// Passing one is an error of code ``RAGError/Code/limitExceeded`` that names the field, but for rows
/// and bytes of an SQL result, which is cut and says so.
public struct Limits: Sendable, Hashable {
  /// Bytes of one source document as it is read.
  public var documentByteCount = 64 << 20
  /// Elements, attributes and text pieces of one HTML page.
  public var htmlNodeCount = 2_000_000
  /// Bytes of one query, in UTF-8.
  public var queryByteCount = 8 << 10
  /// The largest `k` of one query.
  public var hitCount = 1_000
  /// Bytes of one answer of a model backend.
  public var answerByteCount = 1 << 20
  /// How long a converter or a model command may run.
  public var commandDuration: Duration = .seconds(120)
  /// Bytes of one SQL query and of its result; values in between may have 1 MiB if this is less.
  public var sqlByteCount = 1 << 20
  /// How long one SQL query may run.
  public var sqlDuration: Duration = .seconds(2)
  /// Rows of the result of one SQL query.
  public var sqlRowCount = 1_000

  /// The defaults.
  public init() {}
}
