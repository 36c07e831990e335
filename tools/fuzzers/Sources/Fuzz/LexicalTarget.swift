import Foundation
import RAGCore

@testable import RAGLexical

/// A file of any bytes under right checksums is refused, or answers, and once it is checked it is
/// as good as one that was written.
func fuzzLexical(_ input: [UInt8]) throws {
  let path = try Scratch.write(LexicalRepair.repaired(input), to: "terms")
  let file = try LexicalFile(path: path)
  // Each by itself: what one refuses, another may not meet.
  for query in queries { unlessRefused { _ = try search(query, file, .max, allowing: nil) } }
  unlessRefused { _ = try search(queries[0], file, 3, allowing: IDSet(0..<9)) }
  unlessRefused { _ = try LexicalSearch.coverage(of: queries[1], by: IDSet(0..<9), in: [file]) }
  // Ids out of order are taken for a mistake of the caller's.
  unlessRefused(or: .invalidInput) { _ = try merged(file, excluding: IDSet(1..<4)) }
  try file.check()
  do {
    try checkSound(file)
  } catch {
    fatalError("what was checked is refused: \(error)")
  }
}

private let queries = [
  "fox river", "w1 w2 w3 w40 fox", "数据 索引 数", "the", "absent stone",
].map { LexicalQuery($0) }

private func unlessRefused(or other: RAGError.Code = .corrupt, _ body: () throws -> Void) {
  do {
    try body()
  } catch let error as RAGError {
    require(
      [.corrupt, other].contains(error.code), "\(error.code) is not a refusal of a file: \(error)")
  } catch {
    fatalError("the error is not the engine's: \(error)")
  }
}

private func search(
  _ query: LexicalQuery, _ file: LexicalFile, _ k: Int, allowing: IDSet?
) throws -> [Match] {
  // More than there are would only be memory.
  let k = min(k, max(file.count, 1))
  let found = try LexicalSearch.search(query, in: [file], k: k, allowing: allowing)
  require(found.count <= min(k, allowing?.count ?? k), "more hits than texts")
  require(zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score }, "hits out of order")
  return found
}

private func merged(_ file: LexicalFile, excluding: IDSet?) throws -> LexicalFile {
  let path = Scratch.directory + "/merged"
  return try LexicalFile(
    path: path, expecting: try LexicalFile.write(merging: [file], excluding: excluding, to: path))
}

/// Searches find the same in the file written again.
private func checkSound(_ file: LexicalFile) throws {
  let ids = try file.ids()
  let some = IDSet(ids.prefix(7))
  let again = try merged(file, excluding: nil)
  try again.check()
  require(try again.ids() == ids, "other ids than were written")
  for query in queries {
    for allowed in [nil, some] {
      let found = try search(query, file, .max, allowing: allowed)
      require(
        Set(found.map(\.id)).count == found.count && Set(found.map(\.id)).isSubset(of: ids),
        "a hit comes twice or is not there")
      require(
        allowed.map { Set(found.map(\.id)).isSubset(of: $0.sorted) } ?? true, "a hit not allowed")
      require(
        try search(query, again, .max, allowing: allowed) == found, "another answer once written")
      require(
        try search(query, file, 3, allowing: allowed) == Array(found.prefix(3)),
        "the best of few are not the best of all")
    }
  }
  let fewer = try merged(file, excluding: some)
  try fewer.check()
  require(try fewer.ids() == ids.filter { !some.sorted.contains($0) }, "other ids than are left")
}
