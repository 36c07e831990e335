import RAGCore

/// The tokens that the post-processor of `tokenizer.json` puts around one text.
struct SpecialTokens: Sendable, Hashable {
  var before: [Int32] = []
  var after: [Int32] = []
  /// Leaves white space at a token's ends out of its range.
  var trimsRanges = false

  init() {}

  /// Reads the post-processor of a file.
  ///
  /// - Throws: ``RAGError`` `unsupported` for other kinds, `corrupt` for impossible tokens.
  init(_ file: TokenizerFile) throws {
    if let processor = file.members["post_processor"] { try add(processor, file) }
  }

  private mutating func add(_ value: JSONValue, _ file: TokenizerFile) throws {
    switch value["type"]?.string {
    case nil where value == .null: break
    case "BertProcessing": try addEnds(value, file)
    case "RobertaProcessing":
      try addEnds(value, file)
      if value["trim_offsets"]?.bool ?? true { trimsRanges = true }
    case "ByteLevel": if value["trim_offsets"]?.bool ?? true { trimsRanges = true }
    case "TemplateProcessing": try addTemplate(value, file)
    case "Sequence":
      for processor in value["processors"]?.array ?? [] { try add(processor, file) }
    case let name: throw file.unsupported("the post-processor \(name.quoted)")
    }
  }

  private mutating func addEnds(_ value: JSONValue, _ file: TokenizerFile) throws {
    before = [try file.token(value["cls"]?.array?.last?.integer)] + before
    after.append(try file.token(value["sep"]?.array?.last?.integer))
  }

  private mutating func addTemplate(_ value: JSONValue, _ file: TokenizerFile) throws {
    var first: [Int32] = []
    var last: [Int32] = []
    var isAfterText = false
    for part in value["single"]?.array ?? [] {
      if part["Sequence"] != nil {
        guard !isAfterText else { throw file.unsupported("a template that has the text twice") }
        isAfterText = true
        continue
      }
      let name = part["SpecialToken"]?["id"]?.string ?? ""
      guard let ids = value["special_tokens"]?[name]?["ids"]?.array, !ids.isEmpty else {
        throw file.damaged("the template names a token that it does not explain")
      }
      for id in ids {
        let token = try file.token(id.integer)
        if isAfterText { last.append(token) } else { first.append(token) }
      }
    }
    guard isAfterText else { throw file.unsupported("a template without the text") }
    before = first + before
    after += last
  }
}

extension String? {
  /// The name of a kind for a message, shortened.
  var quoted: String { self.map { $0.prefix(40).debugDescription } ?? "without a type" }
}
