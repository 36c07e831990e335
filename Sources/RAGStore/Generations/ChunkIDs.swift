/// The ids behind `after`, up to `last`; none where `last` is not behind it, as a damaged database
/// may say.
struct ChunkIDs: Equatable {
  var after: Int64
  var last: Int64

  var isEmpty: Bool { last <= after }

  func contains(_ id: Int64) -> Bool { after < id && id <= last }

  /// Those behind a generation, if there is one.
  func behind(_ generation: Generation?) -> ChunkIDs {
    ChunkIDs(after: max(after, generation?.lastChunk ?? after), last: last)
  }
}
