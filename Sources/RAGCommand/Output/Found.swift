import RAG
import RAGSQL

/// What a query found, and what there is to say where it is nothing.
struct Found {
  let hits: [Hit]
  let query: Query

  /// The evidence of the best passage, also where it is below what was asked for.
  func bestEvidence(_ engine: Engine) async throws -> Double? {
    guard hits.isEmpty, query.minimumEvidence != nil else {
      return hits.compactMap(\.evidence).max()
    }
    return try await engine.bestEvidence(query)
  }

  /// Says why there is no hit.
  func noteNothing(best: Double?, in engine: Engine) async throws {
    if let minimum = query.minimumEvidence, let best {
      return Messages.note(
        "nothing in the index answers this well enough; the best evidence is "
          + "\(Figures.evidence(best)), below \(minimum); lower --min-score to see it")
    }
    Messages.note("nothing found")
    let known = try await engine.fields()
    for field in query.filter?.fields ?? [] where !known.contains(field) {
      let like = NearestNames.names(like: field, among: known, count: 1).first
      Messages.note(
        "no document has the field '\(field)'" + (like.map { "; did you mean '\($0)'?" } ?? ""))
    }
  }
}
