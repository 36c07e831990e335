/// What a walk finds at a path.
public enum WalkEntry: Sendable, Hashable {
  /// A file to ingest.
  case file(FileReference)
  /// Something that is known to be no file to ingest, and to have none below it.
  case skipped(path: String, reason: String)
  /// Something that an error keeps from being looked at or read. What lies below such a path is
  /// unknown, not gone.
  case failed(path: String, reason: String)
}
