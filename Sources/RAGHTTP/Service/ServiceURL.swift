import Foundation
import RAGCore

/// The address of a service: scheme, host, port and the beginning of every path.
struct ServiceURL: Sendable, CustomStringConvertible {
  /// Without a slash at its end.
  let description: String
  /// Where a server has what is not of the API: the same without a version, `/v1`, at its end.
  let root: String
  let host: String
  let isEncrypted: Bool

  /// Reads an address such as `http://localhost:8080/v1`.
  ///
  /// - Throws: ``RAGError`` `invalidInput`, without the text, as it may hold a secret.
  init(_ text: String) throws {
    guard let parts = URLComponents(string: text, encodingInvalidCharacters: false),
      let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
      let host = parts.host, !host.isEmpty, parts.encodedHost == host,
      text.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
    else {
      throw RAGError(
        .invalidInput, "the URL of a service is of the form http://localhost:8080/v1")
    }
    guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
    else {
      throw RAGError(
        .invalidInput,
        "the URL of a service has no user, password, query or fragment; a key is given apart")
    }
    // What is no port is nil too.
    let port = parts.rangeOfPort.flatMap { range in parts.string.map { $0[range] } } ?? ""
    guard port.isEmpty || UInt16(port) != nil else {
      throw RAGError(.invalidInput, "the port of a service is a number up to 65535")
    }
    self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]")).lowercased()
    isEncrypted = scheme == "https"
    description = Self.withoutSlashes(text)
    // Of the path, as a host can be called v1, too.
    let hasVersion = Self.withoutSlashes(parts.path).hasSuffix("/v1")
    root = hasVersion ? Self.withoutSlashes(String(description.dropLast(3))) : description
  }

  /// The whole address of a path.
  func address(of path: String, isAtRoot: Bool) -> String {
    (isAtRoot ? root : description) + path
  }

  private static func withoutSlashes(_ text: String) -> String {
    String(text.reversed().drop { $0 == "/" }.reversed())
  }

  /// Whether what is sent stays on this machine.
  var isLoopback: Bool {
    if host == "localhost" { return true }
    var four = in_addr()
    if inet_pton(AF_INET, host, &four) == 1 {
      return UInt32(bigEndian: four.s_addr) >> 24 == 127
    }
    var six = in6_addr()
    guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
    return withUnsafeBytes(of: six) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
  }

  /// Refuses to send a key where others could read it on its way.
  func check(_ key: APIKey?) throws {
    guard let key, !isEncrypted, !isLoopback else { return }
    throw RAGError(
      .invalidInput,
      "the \(key) would cross the network to \(host) in the clear; use an https URL")
  }
}
