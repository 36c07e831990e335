import Glibc
import RAGCore

/// A file as it was when it was found: where it lies, and what tells whether it has changed since.
public struct FileReference: Sendable, Hashable {
  /// The absolute path.
  public let path: String
  /// The size.
  public let byteCount: Int
  /// The time of the last change of the contents.
  public let modificationTime: FileTime
  /// The device that holds the file.
  public let device: UInt64
  /// The file's number on its device; hard links of one file share it.
  public let inode: UInt64
  /// Whether `path` is a symbolic link to the file.
  public let isSymbolicLink: Bool

  /// Looks up a regular file; a symbolic link to one is followed.
  /// - Throws: ``RAGError``: `notFound` when nothing is there, `unsupported` for what is not a
  ///   regular file, `io` when it cannot be looked up.
  public init(path: String) throws {
    let path = try SystemPath.absolute(path)
    var link = stat()
    guard lstat(path, &link) == 0 else { throw SystemPath.error("find the file", path: path) }
    guard link.st_mode & S_IFMT == S_IFLNK else {
      try self.init(path: path, status: link, isSymbolicLink: false)
      return
    }
    var target = stat()
    guard stat(path, &target) == 0 else { throw SystemPath.error("follow the link", path: path) }
    try self.init(path: path, status: target, isSymbolicLink: true)
  }

  init(path: String, status: stat, isSymbolicLink: Bool) throws {
    guard let kind = FileKind(mode: status.st_mode), kind == .regular else {
      let name = FileKind(mode: status.st_mode)?.name ?? "a special file"
      throw RAGError(.unsupported, "is \(name), not a regular file", path: path)
    }
    self.path = path
    self.byteCount = status.st_size
    self.modificationTime = FileTime(
      seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int32(status.st_mtim.tv_nsec))
    self.device = UInt64(status.st_dev)
    self.inode = UInt64(status.st_ino)
    self.isSymbolicLink = isSymbolicLink
  }
}

/// A time as file systems keep it.
public struct FileTime: Sendable, Hashable, Codable {
  /// Whole seconds since 1970-01-01 UTC.
  public let seconds: Int64
  /// Nanoseconds beyond them, below a billion.
  public let nanoseconds: Int32

  /// Makes a time of its parts.
  public init(seconds: Int64, nanoseconds: Int32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}

/// What an entry of a directory is.
enum FileKind {
  case regular, directory, symbolicLink, pipe, socket, device

  init?(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .directory
    case S_IFLNK: self = .symbolicLink
    case S_IFIFO: self = .pipe
    case S_IFSOCK: self = .socket
    case S_IFCHR, S_IFBLK: self = .device
    default: return nil
    }
  }

  /// With its article, for messages.
  var name: String {
    switch self {
    case .regular: "a regular file"
    case .directory: "a directory"
    case .symbolicLink: "a symbolic link"
    case .pipe: "a named pipe"
    case .socket: "a socket"
    case .device: "a device"
    }
  }
}

/// Paths as the operating system takes them.
enum SystemPath {
  /// The path from the root directory, without `.` parts; `..` is left to the system.
  static func absolute(_ path: String) throws -> String {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw RAGError(.invalidInput, "a path must not be empty or contain a NUL character")
    }
    var parts = path.split(separator: "/").filter { $0 != "." }.map(String.init)
    if !path.hasPrefix("/") {
      guard let current = getcwd(nil, 0) else {
        throw error("find the working directory", path: path)
      }
      defer { free(current) }
      parts = String(cString: current).split(separator: "/").map(String.init) + parts
    }
    return "/" + parts.joined(separator: "/")
  }

  /// The path without symbolic links.
  static func resolved(_ path: String) throws -> String {
    guard let resolved = realpath(path, nil) else { throw error("find", path: path) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// What `errno` says about an action on a path.
  static func error(_ action: String, path: String, code: Int32 = errno) -> RAGError {
    let kind: RAGError.Code = code == ENOENT || code == ENOTDIR ? .notFound : .io
    return RAGError(kind, "cannot \(action): \(String(cString: strerror(code)))", path: path)
  }
}
