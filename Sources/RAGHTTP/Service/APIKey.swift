import Foundation
import RAGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A key for a service, from the environment or from a file that only its owner can read.
///
/// Its text is sent to the service and shown nowhere: not by `print` or `dump`, not in errors.
public struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// Where the key comes from: the name of a variable, or a path.
  public let source: String
  /// Printable ASCII, so that it fits a header as it is.
  let secret: String

  private static let maximumByteCount = 8 << 10

  /// Reads a key from a variable of the environment.
  ///
  /// - Throws: ``RAGError`` `notFound` when the variable is not set or empty; `invalidInput`.
  public init(environment name: String) throws {
    try self.init(environment: name, in: ProcessInfo.processInfo.environment)
  }

  init(environment name: String, in environment: [String: String]) throws {
    guard let value = environment[name], !value.isEmpty else {
      throw RAGError(.notFound, "the key is missing: set the environment variable \(name)")
    }
    secret = try Self.checked(Array(value.utf8), from: "the variable \(name)")
    source = name
  }

  /// Reads a key from a file, of which nobody but its owner may have any rights (mode 0600).
  ///
  /// - Throws: ``RAGError`` `notFound`, `io`, or `invalidInput` for a file that others can read.
  public init(file path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let number = errno
      throw RAGError(
        number == ENOENT || number == ENOTDIR ? .notFound : .io,
        "the file of the key cannot be opened: \(String(cString: strerror(number)))", path: path)
    }
    defer { close(descriptor) }
    // The file that is open is examined, so that another cannot take its place in between.
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw RAGError(.io, "the file of the key cannot be examined", path: path)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw RAGError(.invalidInput, "the file of the key is not a regular file", path: path)
    }
    guard status.st_mode & 0o077 == 0 else {
      throw RAGError(
        .invalidInput, "others may read or change the file of the key; chmod 600 it", path: path)
    }
    var bytes = [UInt8](repeating: 0, count: Self.maximumByteCount + 1)
    var byteCount = 0
    while byteCount < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        SystemCalls.retrying {
          // The buffer is not empty, so it has an address; `byteCount` lies inside.
          read(descriptor, buffer.baseAddress.map { $0 + byteCount }, buffer.count - byteCount)
        }
      }
      guard count >= 0 else {
        throw RAGError(.io, "the file of the key cannot be read", path: path)
      }
      if count == 0 { break }
      byteCount += count
    }
    secret = try Self.checked(Array(bytes[..<byteCount]), from: "the file \(path)")
    source = path
  }

  /// Says where the key comes from, and not what it is.
  public var description: String { "key of \(source)" }
  /// As ``description``.
  public var debugDescription: String { description }
  /// Has no children.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  private static func checked(_ bytes: [UInt8], from source: String) throws -> String {
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    let start = bytes.firstIndex { !blanks.contains($0) } ?? bytes.endIndex
    let end = bytes.lastIndex { !blanks.contains($0) } ?? start
    let key = bytes[start..<(start == bytes.endIndex ? start : end + 1)]
    guard !key.isEmpty, key.count <= maximumByteCount, key.allSatisfy({ 0x21...0x7E ~= $0 })
    else {
      throw RAGError(
        .invalidInput,
        "\(source) holds no usable key: one line of printable ASCII without blanks is needed")
    }
    return String(decoding: key, as: UTF8.self)
  }
}
