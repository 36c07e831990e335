import RAGCore

/// A filter that parses is printed as what parses to the same.
func fuzzFilter(_ input: [UInt8]) throws {
  let filter = try Filter(parsing: String(decoding: input, as: UTF8.self))
  // Escapes may print a text longer than the limit.
  var wide = Limits()
  wide.queryByteCount = .max
  let text = filter.description
  do {
    require(try Filter(parsing: text, limits: wide) == filter, "another filter: \(text)")
  } catch {
    fatalError("printed as what does not parse: \(text): \(error)")
  }
}
