import RAGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The user's cache directory (XDG Base Directory Specification).
enum CacheDirectory {
  /// Nil where the environment names none.
  static var path: String? {
    func absolute(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    return absolute("XDG_CACHE_HOME") ?? absolute("HOME").map { $0 + "/.cache" }
  }

  /// Writes a file of the given parts, whole or not at all; directories are made, for this user
  /// alone. A cache that cannot be written is no failure.
  static func write(_ parts: [UnsafeRawBufferPointer], to path: String) {
    makeDirectories(above: path)
    let draft = path + ".\(UInt64.random(in: 0 ... .max))"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    let isWritten = parts.allSatisfy { write($0, to: descriptor) }
    // Without a sync: what a loss of power leaves is found by its readers.
    guard close(descriptor) == 0, isWritten, rename(draft, path) == 0 else {
      unlink(draft)
      return
    }
  }

  /// Whether a file belongs to this user, and only this user can write to it.
  static func isOwn(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_uid == geteuid() && status.st_mode & 0o022 == 0
  }

  /// Removes the files of a directory that nobody has read or written for so many days.
  static func removeFiles(in directory: String, unusedForDays days: Int) {
    guard let stream = opendir(directory) else { return }
    defer { closedir(stream) }
    let oldest = time(nil) - days * 86_400
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let path = directory + "/" + name
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        max(status.st_atim.tv_sec, status.st_mtim.tv_sec) < oldest
      else { continue }
      unlink(path)
    }
  }

  private static func makeDirectories(above path: String) {
    var partial = ""
    for part in path.split(separator: "/").dropLast() {
      partial += (partial.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
      mkdir(partial, 0o700)
    }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, start, rest.count)
      #else
        let count = Musl.write(descriptor, start, rest.count)
      #endif
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    return true
  }
}
