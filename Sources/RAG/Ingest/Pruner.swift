import Foundation
import RAGCore
import RAGStore

/// The end of an ingest: removes the documents whose file or record is gone.
struct Pruner {
  /// Documents that one transaction removes.
  private static let batchCount = 256

  let context: IngestContext
  let walks: SourceWalks
  let met: SeenKeys
  let journal: IngestJournal

  func run() async throws {
    let options = context.options
    guard options.pruning != .never else { return }
    var gone: [String] = []
    for place in places { gone += try await goneKeys(at: place) }
    guard !gone.isEmpty else { return }
    if options.pruning == .careful {
      gone = try await withoutEmptyRoots(gone)
      let stored = try await context.read { try $0.counts().documents } ?? 0
      let count = stored + (options.isDryRun ? journal.addedCount : 0)
      if gone.count * 2 > count {
        journal.warn(
          "\(gone.count) of \(count) documents have no file here any more, or one that is ignored, and were kept, because they are more than half of the index; use --prune to remove them"
        )
        return
      }
    }
    for start in stride(from: 0, to: gone.count, by: Self.batchCount) {
      let keys = gone[start..<min(start + Self.batchCount, gone.count)]
      try Task.checkCancellation()
      if !options.isDryRun {
        try await context.store?.apply(
          keys.map { .remove(key: $0) }, encoder: nil, chunking: nil)
      }
      for key in keys { try await journal.note(.removed, of: key) }
    }
  }

  /// Where documents may be gone: none of these lies below another.
  ///
  /// What was met is known of all roots together, so that a root within another needs no look of
  /// its own. What is below a root that is missing itself is not gone.
  private var places: [String] {
    let roots = walks.roots
    guard let changes = walks.changes else { return PathSet(roots).outermost.sorted() }
    // A change at or above a root is one of the whole root.
    return PathSet(
      changes.paths.filter { path in roots.contains { path.isAtOrBelow($0) } }
        + roots.filter(changes.covers) + met.lost
    ).outermost.sorted()
  }

  /// Leaves out, with a warning, what is gone from roots in which no file is left: the place of a drive
  /// that is not mounted looks so.
  private func withoutEmptyRoots(_ gone: [String]) async throws -> [String] {
    var rest = gone
    for case .walk(let walker) in walks.sources {
      let root = walker.root
      let count = rest.count(where: { $0.isAtOrBelow(root) })
      guard count > 0,
        try await !walker.contains(where: { if case .file = $0 { true } else { false } })
      else { continue }
      rest.removeAll { $0.isAtOrBelow(root) }
      journal.warn(
        "no file to ingest is left in \(root), as where a drive is not mounted: \(count) documents of it were kept; use --prune to remove them"
      )
    }
    return rest
  }

  private func goneKeys(at place: String) async throws -> [String] {
    let options = context.options
    let isFiltered = !options.include.isEmpty || !options.exclude.isEmpty
    return try await context.read { [met] reader in
      try reader.documentKeys(under: place) { key, path in
        // A run over a part of the files says nothing about the others, or the records in them, but
        // whether they exist.
        !met.contains(key)
          && (!isFiltered || met.contains(path) || Self.isGone(path))
      }
    } ?? []
  }

  /// Whether nothing stands at a path; where it cannot be looked at, nobody knows.
  private static func isGone(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)
  }
}
