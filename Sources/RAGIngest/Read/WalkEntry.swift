/// What a walk finds at a path.
public enum WalkEntry: Sendable, Hashable {
  /// A file to ingest.
  case file(FileReference)
  /// Something that was asked for and cannot be had. What lies below such a path is unknown, not
  /// gone.
  case skipped(path: String, reason: String)
  /// The same, where an error keeps it from being read.
  case failed(path: String, reason: String)
}
