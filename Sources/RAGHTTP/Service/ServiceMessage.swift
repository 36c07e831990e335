import Foundation

/// What a service says about an error, made fit to be shown in one line.
struct ServiceMessage {
  private static let characterCount = 200
  /// As much of the prompt in a row is an echo, and no chance.
  private static let echoByteCount = 24

  /// Never shown.
  let key: APIKey?
  /// The part of the request that holds text of documents, which is not shown either.
  let privateText: String

  /// The message in the body of a response; empty where there is none.
  func text(of body: [UInt8]) -> String {
    guard
      let json = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)
    else {
      return text(String(decoding: body, as: UTF8.self))
    }
    // Of JSON only what is a message is shown: other fields may repeat the request.
    return text(Self.message(in: json) ?? "")
  }

  /// A message: cleaned of control characters, of the key and of the prompt, and shortened.
  func text(_ message: String) -> String {
    // Cleaned first, as it could be the cleaning that puts the key together.
    var line = Self.oneLine(message)
    if let secret = key?.secret {
      for form in [secret, secret.replacingOccurrences(of: "/", with: "\\/")] {
        line = line.replacingOccurrences(of: form, with: "[key]")
      }
    }
    if let start = echoStart(in: line) {
      line = String(decoding: Array(line.utf8)[..<start], as: UTF8.self) + "…"
    }
    return line.count > Self.characterCount ? line.prefix(Self.characterCount) + "…" : line
  }

  /// A message as it is put behind an error; empty where it is.
  func suffix(_ message: String) -> String {
    let line = text(message)
    return line.isEmpty ? "" : ": \(line)"
  }

  private static func message(in json: Any) -> String? {
    if let text = json as? String { return text }
    if let list = json as? [Any] { return list.lazy.compactMap { message(in: $0) }.first }
    guard let object = json as? [String: Any] else { return nil }
    return ["error", "message", "detail", "msg"].lazy
      .compactMap { object[$0].flatMap { message(in: $0) } }.first
  }

  /// Control, format and separator characters become blanks, and blanks one.
  private static func oneLine(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(64 << 10).map { scalar -> Unicode.Scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: " "
      default: scalar
      }
    }
    return String(String.UnicodeScalarView(scalars)).split(separator: " ").joined(separator: " ")
  }

  /// Where a line begins to repeat the private text.
  private func echoStart(in line: String) -> Int? {
    let line = Array(line.utf8.prefix(4 * Self.characterCount))
    let text = Array(privateText.utf8)
    guard min(line.count, text.count) >= Self.echoByteCount else { return nil }
    var starts: [ArraySlice<UInt8>: Int] = [:]
    for start in (0...line.count - Self.echoByteCount).reversed() {
      starts[line[start..<start + Self.echoByteCount]] = start
    }
    var first: Int?
    for start in 0...text.count - Self.echoByteCount {
      if let found = starts[text[start..<start + Self.echoByteCount]] {
        first = min(found, first ?? found)
      }
    }
    return first
  }
}
