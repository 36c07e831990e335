import Glibc
import RAGCore

/// Lines that wait in a file without a name until all have come.
final class LineSpool {
  private let file: UnsafeMutablePointer<FILE>
  private let path: String

  /// - Parameter path: of the file; what is there of an interrupted run is removed.
  /// - Throws: ``RAGError``: `diskFull`, `readOnly`, `io`.
  init(path: String) throws {
    unlink(path)
    let descriptor = SystemCalls.retrying {
      open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    guard descriptor >= 0 else { throw SystemCalls.failure("creating a file", path: path) }
    unlink(path)
    guard let file = fdopen(descriptor, "w+") else {
      defer { close(descriptor) }
      throw SystemCalls.failure("opening a file", path: path)
    }
    self.file = file
    self.path = path
  }

  deinit { fclose(file) }

  func append(_ line: [UInt8]) throws {
    var count = line.count
    guard fwrite(&count, MemoryLayout<Int>.size, 1, file) == 1,
      fwrite(line, 1, count, file) == count
    else { throw SystemCalls.failure("writing a file", path: path) }
  }

  /// Goes back to the first line, from where `next` reads.
  func rewind() throws {
    guard fflush(file) == 0, fseek(file, 0, SEEK_SET) == 0 else {
      throw SystemCalls.failure("writing a file", path: path)
    }
  }

  /// The next line; nil at the end.
  func next() throws -> [UInt8]? {
    var count = 0
    guard fread(&count, MemoryLayout<Int>.size, 1, file) == 1 else {
      guard feof(file) != 0 else { throw SystemCalls.failure("reading a file", path: path) }
      return nil
    }
    var line = [UInt8](repeating: 0, count: count)
    guard fread(&line, 1, count, file) == count else {
      throw SystemCalls.failure("reading a file", path: path)
    }
    return line
  }
}
