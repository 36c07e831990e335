import Foundation
import RAGCore

@testable import RAGIndex

/// A file of any bytes under right checksums is refused as a whole, or answers.
func fuzzGraph(_ input: [UInt8]) throws {
  let path = try Scratch.write(GraphRepair.repaired(input), to: "graph")
  let file = try GraphFile(path: path)
  let ids = Set(try file.ids())
  // Before the whole file is checked, a search checks what it meets.
  for effort in efforts { try checkSearch(file, ids, effort, isChecked: false) }
  try file.check()
  for effort in efforts { try checkSearch(file, ids, effort, isChecked: true) }
  try checkChange(file)
}

private let efforts: [SearchEffort] = [.ef(8), .recall(0.9), .exact]
private let k = 5

private func checkSearch(
  _ index: some VectorSearching & Dimensioned, _ ids: Set<Int64>, _ effort: SearchEffort,
  isChecked: Bool
) throws {
  let vector = (0..<index.dimension).map { Float($0 % 5) - 1.5 }
  let some = IDSet(ids.sorted().prefix(7))
  for allowed in [nil, some] {
    let found = try index.search(vector, k: k, effort: effort, allowing: allowed)
    let expected = min(k, allowed?.count ?? ids.count)
    require(found.count <= expected, "more hits than vectors")
    require(zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score }, "hits out of order")
    guard isChecked else { continue }
    require(found.count == expected, "\(found.count) hits of \(expected), \(effort)")
    require(found.allSatisfy { ids.contains($0.id) }, "a hit that is not there")
    require(Set(found.map(\.id)).count == found.count, "a hit comes twice")
  }
}

/// What was checked can be changed and written again.
private func checkChange(_ file: GraphFile) throws {
  let graph = try MutableGraph(file)
  var ids = Set(try file.ids())
  if let id = ids.min() {
    try graph.delete(id: id)
    ids.remove(id)
  }
  if let id = (0...).first(where: { !ids.contains($0) }) {
    try graph.insert(id: id, vector: Array(repeating: 1, count: graph.dimension))
    ids.insert(id)
  }
  for effort in efforts { try checkSearch(graph, ids, effort, isChecked: true) }
  let path = Scratch.directory + "/changed"
  try GraphFile.write(graph, to: path)
  do {
    let changed = try GraphFile(path: path)
    try changed.check()
    require(Set(try changed.ids()) == ids, "other ids than were written")
  } catch {
    fatalError("what was written is refused: \(error)")
  }
}

/// An index that knows the length of its vectors.
private protocol Dimensioned {
  var dimension: Int { get }
}

extension GraphFile: Dimensioned {}
extension MutableGraph: Dimensioned {}
