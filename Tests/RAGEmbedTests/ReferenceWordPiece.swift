/// WordPiece as it is described, step after step, for comparison: slow and short.
struct ReferenceWordPiece {
  var prefix = "##"
  var addedTokens: [String: Int32] = [:]
  var normalization = ReferenceNormalization()
  var unknownToken: Int32 = 1
  var maximumWordLength = 100

  /// By bytes: as strings, pieces that are canonically equal would be one.
  private let tokens: [[UInt8]: Int32]

  struct Token: Equatable {
    var token: Int32
    var range: Range<Int>
  }

  init(_ pieces: [(text: String, token: Int32)]) {
    tokens = Dictionary(pieces.map { (Array($0.text.utf8), $0.token) }, uniquingKeysWith: { $1 })
  }

  func encode(_ text: String) -> [Token] {
    let bytes = Array(text.utf8)
    let added = addedTokens.map { (bytes: Array($0.utf8), token: $1) }
      .sorted { $0.bytes.count > $1.bytes.count }
    var result: [Token] = []
    var start = 0
    var position = 0
    while position < bytes.count {
      if let match = added.first(where: { bytes[position...].starts(with: $0.bytes) }) {
        result += encode(bytes, start..<position)
        start = position + match.bytes.count
        result.append(Token(token: match.token, range: position..<start))
        position = start
      } else {
        position += 1
      }
    }
    return result + encode(bytes, start..<bytes.count)
  }

  /// Tokens of a part without added tokens.
  private func encode(_ bytes: [UInt8], _ part: Range<Int>) -> [Token] {
    var offset = part.lowerBound
    let scalars = String(decoding: bytes[part], as: UTF8.self).unicodeScalars.map { scalar in
      defer { offset += UTF8.width(scalar) }
      return ReferenceNormalization.Scalar(
        scalar: scalar, origin: offset..<(offset + UTF8.width(scalar)))
    }
    var words: [[ReferenceNormalization.Scalar]] = [[]]
    for scalar in normalization.normalized(scalars) {
      if ReferenceNormalization.isSpace(scalar.scalar) {
        words.append([])
      } else if ReferenceNormalization.isPunctuation(scalar.scalar) {
        words += [[scalar], []]
      } else {
        words[words.count - 1].append(scalar)
      }
    }
    return words.filter { !$0.isEmpty }.flatMap { cut($0) }
  }

  /// The longest pieces from the left.
  private func cut(_ word: [ReferenceNormalization.Scalar]) -> [Token] {
    let unknown = Token(
      token: unknownToken,
      range: word[0].origin.lowerBound..<(word.map(\.origin.upperBound).max() ?? 0))
    guard word.count <= maximumWordLength else { return [unknown] }
    var result: [Token] = []
    var start = 0
    while start < word.count {
      var bytes = start > 0 ? Array(prefix.utf8) : []
      var match: (token: Int32, end: Int)?
      for (index, scalar) in word[start...].enumerated() {
        bytes += Array(String(scalar.scalar).utf8)
        if let token = tokens[bytes] { match = (token, start + index + 1) }
      }
      guard let match else { return [unknown] }
      let range = word[start].origin.lowerBound..<word[match.end - 1].origin.upperBound
      result.append(Token(token: match.token, range: range))
      start = match.end
    }
    return result
  }
}
