import RAGCore
import RAGIndex
import RAGLexical

/// The files of generations, opened once for as long as nobody writes to them, and what was found
/// damaged of them.
///
/// A generation that cannot be used is not asked again: what it held is searched from the rows.
final class GenerationFiles: Sendable {
  let directory: IndexDirectory
  private let state = Locked(State())

  private struct State {
    var graphs: [Int: GraphFile] = [:]
    var terms: [Int: LexicalFile] = [:]
    var damage: [Int: RAGError] = [:]
    var mended: [RAGError] = []
  }

  init(directory: IndexDirectory) { self.directory = directory }

  /// What was found damaged, in the order of the generations.
  var damage: [RAGError] {
    state.withLock { state in state.damage.sorted { $0.key < $1.key }.map(\.value) }
  }

  /// The leading generations that are not known to be damaged.
  func usable(_ generations: [Generation]) -> [Generation] {
    state.withLock { state in Array(generations.prefix { state.damage[$0.number] == nil }) }
  }

  /// Takes note of an error met in a file, and tells whether it is about one of `generations`: then
  /// the search may be done again without it.
  func noteDamage(_ error: any Error, in generations: [Generation]) -> Bool {
    guard let error = error as? RAGError, Self.meansDamage.contains(error.code) else {
      return false
    }
    let damaged = generations.first { generation in
      [directory.graph(generation.number), directory.terms(generation.number)].contains(error.path)
    }
    guard let number = damaged?.number else { return false }
    state.withLock { $0.damage[number] = error }
    return true
  }

  private static let meansDamage: Set<RAGError.Code> = [
    .corrupt, .incompatibleFormat, .notFound, .invalidInput,
  ]

  /// The graph of a generation; nil when none of its chunks has a vector.
  func graph(of generation: Generation, dimension: Int?) throws -> GraphFile? {
    guard let stamp = generation.graph else { return nil }
    if let known = state.withLock({ $0.graphs[generation.number] }), known.isUnchanged {
      return known
    }
    let path = directory.graph(generation.number)
    let graph = try GraphFile(path: path, expecting: stamp)
    guard graph.dimension == dimension else {
      throw RAGError(
        .corrupt, "has another dimension than the index's database says", path: path)
    }
    state.withLock { $0.graphs[generation.number] = graph }
    return graph
  }

  /// The words of a generation.
  func terms(of generation: Generation) throws -> LexicalFile {
    if let known = state.withLock({ $0.terms[generation.number] }), known.isUnchanged {
      return known
    }
    let terms = try LexicalFile(
      path: directory.terms(generation.number), expecting: generation.terms)
    state.withLock { $0.terms[generation.number] = terms }
    return terms
  }

  /// What was found damaged of generations that others took the place of since.
  var mended: [RAGError] { state.withLock(\.mended) }

  /// Lets go of the files of generations other than `current`.
  func close(except current: [Generation]) {
    let numbers = Set(current.map(\.number))
    state.withLock { state in
      let gone = state.damage.filter { !numbers.contains($0.key) }.sorted { $0.key < $1.key }
      state.mended += gone.map(\.value)
      state.graphs = state.graphs.filter { numbers.contains($0.key) }
      state.terms = state.terms.filter { numbers.contains($0.key) }
      state.damage = state.damage.filter { numbers.contains($0.key) }
    }
  }
}
