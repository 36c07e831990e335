import Crypto
package import RAGCore

/// The SHA-256 of a large file, remembered beside what names its contents.
///
/// A remembered digest is used while device, inode, size and modification time are the same.
package struct WeightsDigest: Sendable {
  /// Where digests are remembered: one small file per path. Nil remembers nothing.
  package let directory: String?
  private let smallestByteCount: Int

  /// Remembers in the user's cache directory, where there is one.
  package init() { self.init(directory: CacheDirectory.path.map { $0 + "/rag/digests" }) }

  /// Remembers in `directory` the digests of files of at least `smallestByteCount`; hashing others
  /// costs no more than looking them up.
  package init(directory: String?, smallestByteCount: Int = 1 << 20) {
    self.directory = directory
    self.smallestByteCount = smallestByteCount
  }

  /// The digest of a mapped file, in hexadecimal. `rehashes` computes it even where one is
  /// remembered.
  package func digest(of file: MappedFile, rehashes: Bool = false) -> String {
    guard let directory, file.bytes.count >= smallestByteCount else {
      return Self.sha256(file.bytes)
    }
    let entry = directory + "/" + Self.hexadecimal(SHA256.hash(data: Array(file.path.utf8)))
    if !rehashes, let known = remembered(in: entry, for: file) { return known }
    let digest = Self.sha256(file.bytes)
    remember(digest, of: file, in: entry)
    return digest
  }

  /// The SHA-256 of bytes, in hexadecimal.
  package static func sha256(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hexadecimal(hash.finalize())
  }

  private static func hexadecimal(_ digest: SHA256.Digest) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// What a file must say to be believed, up to the digest itself.
  private func heading(_ file: MappedFile) -> [String: JSONValue] {
    [
      "path": .string(file.path), "device": .string(String(file.identity.device)),
      "inode": .string(String(file.identity.inode)), "size": .integer(file.identity.byteCount),
      "modified": .string(String(file.identity.modified)),
    ]
  }

  private func remembered(in entry: String, for file: MappedFile) -> String? {
    guard let value = try? JSONValue.read(ifPresent: entry), var members = value.object,
      let digest = members.removeValue(forKey: "sha256")?.string, members == heading(file),
      digest.utf8.count == 64
    else { return nil }
    return digest
  }

  /// Writes an entry, whole or not at all. A cache that cannot be written is no failure.
  private func remember(_ digest: String, of file: MappedFile, in entry: String) {
    var members = heading(file)
    members["sha256"] = .string(digest)
    let lines = members.sorted { $0.key < $1.key }.map { key, value in
      "\"\(key)\": " + (value.integer.map(String.init) ?? Self.quoted(value.string ?? ""))
    }
    let text = Array("{\(lines.joined(separator: ", "))}\n".utf8)
    text.withUnsafeBytes { CacheDirectory.write([$0], to: entry) }
  }

  /// A JSON string; the reader takes every byte but these as it is.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\u{0}"..<" ":
        let code = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - code.count) + code
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
