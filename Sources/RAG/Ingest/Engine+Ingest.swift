public import RAGCore
import RAGStore

extension Engine {
  /// Ingests files, directories and documents; reports what happens as it happens, in the order of
  /// the sources.
  ///
  /// Each committed batch of documents survives whatever follows. Ending the iteration, or
  /// cancelling its task, stops the ingest and ends the stream at once, without
  /// ``IngestEvent/finished(_:)``; the next ingest goes on from there. Events are not hoarded: an
  /// ingest whose events nobody reads waits, and keeps the index from other writers meanwhile.
  ///
  /// With ``IngestOptions/isDryRun``, an engine that was opened to read will do.
  ///
  /// The stream throws ``RAGError``: `busy`, `modelMismatch`, `dimensionMismatch`, `diskFull`,
  /// `readOnly`, `io`, `cancelled`.
  public func ingest(
    _ sources: [IngestSource], options: IngestOptions = IngestOptions()
  ) -> AsyncThrowingStream<IngestEvent, any Error> {
    let context = IngestContext(store: store, encoder: encoder, limits: limits, options: options)
    return IngestStream.events { events in
      try await IngestRun(context: context, events: events).ingest(sources)
    }
  }

  /// Reports what an ingest into the index in a directory would do, be there one or not; writes
  /// nothing, there or elsewhere.
  ///
  /// The stream throws as ``ingest(_:options:)`` does, and ``RAGError`` `incompatibleFormat` or
  /// `corrupt` where the index cannot be read.
  public static func dryRun(
    _ sources: [IngestSource], intoIndexAt directory: String, encoder: (any Embedder)? = nil,
    options: IngestOptions = IngestOptions(), limits: Limits = Limits()
  ) -> AsyncThrowingStream<IngestEvent, any Error> {
    IngestStream.events { [options] events in
      var options = options
      options.isDryRun = true
      let directory = IndexDirectory(directory)
      let store = directory.exists ? try await Store.open(directory, for: .read) : nil
      let context = IngestContext(
        store: store, encoder: encoder, limits: limits, options: options)
      try await IngestRun(context: context, events: events).ingest(sources)
    }
  }
}
