import Foundation

/// What an index may hold: of each document the versions that are possible. After an
/// acknowledgement that is one; after a process that died, the old and the new one.
struct Ledger {
  private(set) var batches: [String: [Int: Set<Batch.Version?>]] = [:]

  /// An ingest of a batch has begun: of what it changes both are possible.
  mutating func begin(_ batch: Batch) {
    for index in Set(batch.documents.keys).union(batches[batch.name, default: [:]].keys) {
      batches[batch.name, default: [:]][index, default: [nil]].insert(batch.documents[index])
    }
  }

  /// It was acknowledged: all of it is there.
  mutating func acknowledge(_ batch: Batch) {
    begin(batch)
    for index in batches[batch.name, default: [:]].keys {
      batches[batch.name]?[index] = [batch.documents[index]]
    }
  }

  /// Holds what an index has of a batch against what is possible, and takes it for the truth.
  @discardableResult
  mutating func check(
    _ batch: String, in scratch: Scratch, index: String? = nil, _ place: String,
    into tally: inout Tally
  ) throws -> Int {
    let found = try Inspection(of: batch, in: scratch, index: index ?? scratch.index)
    if let failure = found.failure {
      if tally.survived(failure, place) {
        tally.others.append(
          "\(place): query ends with \(failure.status ?? -1): \(failure.errors.prefix(300))")
      }
      return 0
    }
    tally.halves += found.halves.map { "\(place): \($0)" }
    for (document, possible) in batches[batch, default: [:]] {
      let version = found.documents[document]
      batches[batch]?[document] = [version]
      guard !possible.contains(version) else { continue }
      guard !found.halves.contains(where: { $0.hasPrefix("\(batch)/\(document):") }) else {
        continue
      }
      let text = "\(place): \(batch)/\(document) is \(name(version)), not \(possible.map(name))"
      if version == nil { tally.lost.append(text) } else { tally.wrong.append(text) }
    }
    for document in found.documents.keys where batches[batch]?[document] == nil {
      tally.wrong.append("\(place): \(batch)/\(document) was never ingested")
    }
    return found.chunkCount
  }

  /// There was no index at all.
  mutating func noteEmpty() {
    for batch in batches.keys { batches[batch] = batches[batch]?.mapValues { _ in [nil] } }
  }

  private func name(_ version: Batch.Version?) -> String {
    version.map { "version \($0.number)" } ?? "absent"
  }

  /// Documents that must be there, once every batch was checked.
  var documentCount: Int {
    batches.values.reduce(0) { $0 + $1.values.count { $0 != [nil] } }
  }
}

/// What `rag status` must say, and `rag verify` where there is one.
func checkStatus(
  documents: Int, chunks: Int, in scratch: Scratch, index: String? = nil, _ place: String,
  into tally: inout Tally
) throws {
  let index = index ?? scratch.index
  let run = try scratch.rag("status", "--json", "--index", index)
  guard tally.survived(run, place) else { return }
  guard run.status == 0 else {
    tally.others.append("\(place): status ends with \(run.status ?? -1): \(run.errors)")
    return
  }
  let status = try run.json()
  if status["documents"] as? Int != documents || status["chunks"] as? Int != chunks {
    tally.others.append(
      "\(place): status says \(status["documents"] ?? 0) documents and "
        + "\(status["chunks"] ?? 0) chunks, there are \(documents) and \(chunks)")
  }
  if scratch.encoder != "none", status["vectors"] as? Int != chunks {
    tally.others.append("\(place): \(status["vectors"] ?? 0) vectors of \(chunks) chunks")
  }
  guard Rag.verifies else { return }
  let verify = try scratch.rag("verify", "--index", index)
  if tally.survived(verify, place), verify.status != 0 {
    tally.others.append(
      "\(place): rag verify: \(verify.text.prefix(300))\(verify.errors.prefix(300))")
  }
}
