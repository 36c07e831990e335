import Glibc
public import RAGCore

/// The bytes of a file, and what the file was when they were read.
public struct FileContents: Sendable {
  /// All bytes of the file.
  public let bytes: [UInt8]
  /// The file that held exactly these bytes, with the size and time that go with them.
  public let file: FileReference
}

/// Reads files whole, and only such as hold still while they are read.
///
/// Nothing but regular files is opened, reading never blocks, never maps the file, and never takes
/// more memory than the limit on documents.
public struct FileReader: Sendable {
  private static let pieceByteCount = 1 << 20

  private let limits: Limits

  /// Makes a reader.
  public init(limits: Limits = .init()) { self.limits = limits }

  /// Reads the file at a path; a symbolic link is followed.
  /// - Throws: what ``FileReference/init(path:)`` and ``read(_:)`` throw.
  public func read(path: String) throws -> FileContents {
    try read(FileReference(path: path))
  }

  /// Reads a file that was found before.
  ///
  /// A file that changes meanwhile is read once more. The contents may be newer than `file`; then
  /// the reference that comes with them is, too.
  /// - Throws: ``RAGError``: `notFound` when the file is gone, `io` when it cannot be read or
  ///   changes all the time, `unsupported` when it is no regular file any more, `limitExceeded`
  ///   when it is larger than ``Limits/documentByteCount``, `cancelled` with the task.
  public func read(_ file: FileReference) throws -> FileContents {
    if let contents = try readOnce(file) ?? readOnce(file) { return contents }
    throw RAGError(
      .io, "changed while being read; ingest it again when it is complete", path: file.path)
  }

  /// The contents; nil when the file changed meanwhile.
  private func readOnce(_ file: FileReference) throws -> FileContents? {
    let path = file.path
    // Looked at before it is opened: opening a device can have effects.
    var status = stat()
    guard (file.isSymbolicLink ? stat(path, &status) : lstat(path, &status)) == 0 else {
      throw SystemPath.error("read the file", path: path)
    }
    _ = try FileReference(path: path, status: status, isSymbolicLink: file.isSymbolicLink)
    let follow = file.isSymbolicLink ? 0 : O_NOFOLLOW
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | follow)
    guard descriptor >= 0 else { throw SystemPath.error("read the file", path: path) }
    defer { close(descriptor) }
    let before = try reference(of: descriptor, for: file)
    guard !file.isSymbolicLink || (before.device, before.inode) == (file.device, file.inode) else {
      // Whether the link may be followed was decided for another target.
      return nil
    }
    let bytes = try readAll(descriptor, path: path, expecting: before.byteCount)
    if try mayChangeUnnoticed(before) {
      guard lseek(descriptor, 0, SEEK_SET) == 0,
        try readAll(descriptor, path: path, expecting: before.byteCount) == bytes
      else { return nil }
    }
    let after = try reference(of: descriptor, for: file)
    // Files of the kernel say that they are empty and are not.
    let isWhole = bytes.count == after.byteCount || after.byteCount == 0
    return before == after && isWhole ? FileContents(bytes: bytes, file: after) : nil
  }

  /// Whether the last change is so recent that another one could bear the same time.
  private func mayChangeUnnoticed(_ file: FileReference) throws -> Bool {
    // File systems count time in ticks of the kernel, of 10 ms at most.
    var now = timespec()
    guard clock_gettime(CLOCK_REALTIME, &now) == 0 else {
      throw SystemPath.error("read the clock for", path: file.path)
    }
    let seconds = Double(Int64(now.tv_sec)) - Double(file.modificationTime.seconds)
    let age = seconds + Double(Int32(now.tv_nsec) - file.modificationTime.nanoseconds) * 1e-9
    return age < 0.02
  }

  private func reference(of descriptor: Int32, for file: FileReference) throws -> FileReference {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw SystemPath.error("read the file", path: file.path)
    }
    return try FileReference(path: file.path, status: status, isSymbolicLink: file.isSymbolicLink)
  }

  private func readAll(_ descriptor: Int32, path: String, expecting size: Int) throws -> [UInt8] {
    let limit = limits.documentByteCount
    let tooLarge = RAGError(
      .limitExceeded,
      "is larger than \(limit) bytes (Limits.documentByteCount); split it",
      path: path)
    guard size <= limit else { throw tooLarge }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    var piece = [UInt8](repeating: 0, count: min(Self.pieceByteCount, max(4096, size + 1)))
    while true {
      if Task.isCancelled { throw RAGError(.cancelled, "reading was cancelled", path: path) }
      switch Glibc.read(descriptor, &piece, piece.count) {
      case 0: return bytes
      case let count where count > 0:
        guard count <= limit - bytes.count else { throw tooLarge }
        bytes.append(contentsOf: piece[..<count])
      default:
        if errno != EINTR { throw SystemPath.error("read the file", path: path) }
      }
    }
  }
}
