import Glibc
import RAGCore

/// The entries of one directory, sorted as the bytes of their paths sort.
struct DirectoryListing {
  struct Entry {
    /// The name; repaired when it is not valid UTF-8.
    var name: String
    var isValidName: Bool
    var kind: FileKind?
    /// Position in the order of paths: a directory's slash counts.
    fileprivate var key: [UInt8]
  }

  let entries: [Entry]
  /// Device and inode of the directory itself.
  let identity: FileIdentity

  /// Reads a directory; the path's last name must not be a symbolic link.
  init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemPath.error("open the directory", path: path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, let stream = fdopendir(descriptor) else {
      let error = SystemPath.error("open the directory", path: path)
      close(descriptor)
      throw error
    }
    defer { closedir(stream) }
    identity = FileIdentity(status)
    var entries: [Entry] = []
    while true {
      errno = 0
      guard let next = readdir(stream) else {
        // A list cut short must not pass for the whole one.
        guard errno == 0 else { throw SystemPath.error("list the directory", path: path) }
        break
      }
      let name = Self.name(of: next)
      if name == [0x2E] || name == [0x2E, 0x2E] { continue }
      entries.append(Entry(name, type: Int32(next.pointee.d_type), directory: path))
    }
    self.entries = entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
    // Read in place: the entry is as long as its name, shorter than the type `dirent`.
    let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    let start = UnsafeRawPointer(entry).advanced(by: offset)
    return Array(
      UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self)))
    )
  }
}

extension DirectoryListing.Entry {
  fileprivate init(_ bytes: [UInt8], type: Int32, directory: String) {
    let valid = String(validating: bytes, as: UTF8.self)
    name = valid ?? String(decoding: bytes, as: UTF8.self)
    isValidName = valid != nil
    switch type {
    case Int32(DT_REG): kind = .regular
    case Int32(DT_DIR): kind = .directory
    case Int32(DT_LNK): kind = .symbolicLink
    case Int32(DT_FIFO): kind = .pipe
    case Int32(DT_SOCK): kind = .socket
    case Int32(DT_CHR), Int32(DT_BLK): kind = .device
    default:
      // Some file systems leave it open.
      var status = stat()
      let isFound = isValidName && lstat(directory + "/" + name, &status) == 0
      kind = isFound ? FileKind(mode: status.st_mode) : nil
    }
    key = kind == .directory ? bytes + [0x2F] : bytes
  }
}

/// What tells one file or directory from another, whatever its paths.
struct FileIdentity: Hashable {
  let device: UInt64
  let inode: UInt64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}
