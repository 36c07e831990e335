import RAGCore

/// What `tokenizer.json` says, before any of it is understood.
///
/// Lists of pieces and merges are kept flat; all else, which is short, as trees. Truncation and
/// padding are another program's choice and are not looked at.
struct TokenizerFile {
  /// Longer pieces are refused: the time to cut a text grows with the longest one.
  static let maximumPieceByteCount = 4_096

  let path: String
  /// SHA-256 of the file in hexadecimal.
  var digest: String { WeightsDigest.sha256(file.bytes) }
  private let file: MappedFile
  /// The members of the file except `model`.
  private(set) var members: [String: JSONValue] = [:]
  /// The members of `model` except `vocab` and `merges`.
  private(set) var model: [String: JSONValue] = [:]
  private(set) var pieces = ByteStrings()
  /// The token of each piece.
  private(set) var tokens: [Int32] = []
  /// The logarithm of each piece's probability, where the vocabulary is a list.
  private(set) var scores: [Double] = []
  private(set) var listsScores = false
  /// The two halves of each merge, one after the other; nil where the model has none.
  private(set) var merges: ByteStrings?

  /// Reads a file.
  ///
  /// - Throws: ``RAGError`` `corrupt` for a damaged file, `limitExceeded` for a huge one, and what
  ///   ``MappedFile`` throws.
  init(path: String) throws {
    self.path = path
    file = try MappedFile(path: path)
    try withJSON(file.bytes, path: path) { reader in
      try reader.object { key, reader in
        if key == "model" {
          try readModel(&reader)
        } else {
          members[key] = try reader.value()
        }
      }
      try reader.end()
    }
  }

  /// The kind of model. Old files do not name it; then its members tell, as in the reference.
  var kind: String {
    if let name = model["type"]?.string { return name }
    return listsScores ? "Unigram" : merges != nil ? "BPE" : "WordPiece"
  }

  func damaged(_ what: String) -> RAGError {
    RAGError(.corrupt, "\(what); fetch the model's files again", path: path)
  }

  func unsupported(_ what: String) -> RAGError {
    RAGError(.unsupported, "\(what) is not read", path: path)
  }

  /// A token's number, if it can be one.
  func token(_ number: Int?) throws -> Int32 {
    guard let number, (0..<16_000_000).contains(number) else {
      throw damaged("a token's number is not from 0 to 16 million")
    }
    return Int32(number)
  }
}

extension TokenizerFile {
  private mutating func readModel(_ reader: inout JSONReader) throws {
    try reader.object { key, reader in
      switch key {
      case "vocab" where reader.isAtArray(): try readScores(&reader)
      case "vocab" where reader.isAtObject(): try readVocabulary(&reader)
      case "merges" where reader.isAtArray(): try readMerges(&reader)
      default: model[key] = try reader.value()
      }
    }
  }

  /// `[["▁the", -3.5], …]`: the token of a piece is its place.
  private mutating func readScores(_ reader: inout JSONReader) throws {
    (pieces, tokens, scores, listsScores) = (ByteStrings(), [], [], true)
    try reader.array { reader in
      var part = 0
      try reader.array { reader in
        switch part {
        case 0: try readPiece(&reader)
        case 1: scores.append(try reader.double())
        default: throw damaged("a piece has more than a text and a score")
        }
        part += 1
      }
      guard part == 2 else { throw damaged("a piece lacks its text or its score") }
      tokens.append(try token(tokens.count))
    }
  }

  /// `{"the": 7, …}`.
  private mutating func readVocabulary(_ reader: inout JSONReader) throws {
    (pieces, tokens, scores, listsScores) = (ByteStrings(), [], [], false)
    pieces.reserve(file.bytes.count / 12, byteCount: file.bytes.count / 2)
    tokens.reserveCapacity(file.bytes.count / 12)
    try reader.objectOfBytes { piece, reader in
      try checkLength(piece.count)
      pieces.append(piece)
      tokens.append(try token(reader.integer()))
    }
  }

  /// `["a b", …]` or `[["a", "b"], …]`.
  private mutating func readMerges(_ reader: inout JSONReader) throws {
    var halves = ByteStrings()
    var line: [UInt8] = []
    try reader.array { reader in
      guard !reader.isAtArray() else {
        var part = 0
        try reader.array { reader in
          try halves.append { try reader.string(appendingTo: &$0) }
          part += 1
        }
        guard part == 2 else { throw damaged("a merge is not of two pieces") }
        return
      }
      line.removeAll(keepingCapacity: true)
      try reader.string(appendingTo: &line)
      if line.starts(with: "#version".utf8) { return }
      guard let space = line.firstIndex(of: 0x20), !line[(space + 1)...].contains(0x20) else {
        throw damaged("a merge is not of two pieces")
      }
      halves.append(line[..<space])
      halves.append(line[(space + 1)...])
    }
    merges = halves
  }

  private mutating func readPiece(_ reader: inout JSONReader) throws {
    try pieces.append { try reader.string(appendingTo: &$0) }
    try checkLength(pieces[pieces.count - 1].count)
  }

  private func checkLength(_ byteCount: Int) throws {
    guard byteCount <= Self.maximumPieceByteCount else {
      throw RAGError(
        .limitExceeded,
        "a piece has \(byteCount) bytes, up to \(Self.maximumPieceByteCount) are read", path: path)
    }
  }
}
