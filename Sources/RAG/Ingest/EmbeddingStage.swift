import RAGCore

/// The second stage of an ingest: gives the chunks their vectors.
struct EmbeddingStage {
  let context: IngestContext
  let input: Channel<IngestBatch>
  let output: Channel<IngestBatch>
  let inFlight: InFlight
  let journal: IngestJournal

  func run() async throws {
    while var batch = try await input.receive() {
      if let encoder = context.encoder, !context.options.isDryRun {
        try await embed(&batch, with: encoder)
      }
      try await output.send(batch)
    }
    output.finish()
  }

  private func embed(_ batch: inout IngestBatch, with encoder: any Embedder) async throws {
    let chunks = batch.missingChunks
    var vectors: [[Float]] = []
    vectors.reserveCapacity(chunks.count)
    // Parts bound the memory of one call and let progress be seen in a long document; equal ones,
    // as the encoder is slower on few texts.
    let partCount = (chunks.count + IngestBatch.chunkCount - 1) / IngestBatch.chunkCount
    for part in 0..<partCount {
      try Task.checkCancellation()
      let end = chunks.count * (part + 1) / partCount
      let slice = chunks[(chunks.count * part / partCount)..<end]
      let found = try await encoder.vectors(of: slice.map(\.embeddingText), as: .passage)
      guard found.allSatisfy({ $0.contains { $0 != 0 } }) else {
        throw RAGError(
          .backend, "the encoder \(encoder.name) gave a vector of zeros, which is near to nothing")
      }
      vectors += found
      journal.embedded(
        tokens: slice.reduce(0) { $0 + $1.tokenCount },
        share: Double(end) / Double(chunks.count), of: batch)
    }
    batch.set(vectors, sharing: inFlight)
  }
}
