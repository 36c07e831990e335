/// The keys that a run has met, so that what is gone can be told.
///
/// Only hashes are kept, 8 bytes a key and with a seed of the process: two keys of one hash, one
/// chance in 2^64 a pair, make a document that is gone stay until the next run.
struct SeenKeys: Sendable {
  private var keys: Set<Int> = []
  private var trees: Set<Int> = []
  /// Paths that changed without a sign: what the index holds at them may be gone.
  private(set) var lost: [String] = []

  /// Adds a key, and tells whether it is new.
  @discardableResult
  mutating func insert(_ key: String) -> Bool { keys.insert(key.utf8.byteHash).inserted }

  /// Adds a path with all that may lie below it, or be a record in it.
  mutating func insertTree(_ path: String) { trees.insert(path.utf8.byteHash) }

  mutating func insertLost(_ path: String) { lost.append(path) }

  /// Whether a key was met, or lies where nobody could look.
  func contains(_ key: String) -> Bool {
    if keys.contains(key.utf8.byteHash) || trees.contains(key.utf8.byteHash) { return true }
    return !trees.isEmpty
      && key.prefixes(before: ["/", "#"]).contains { trees.contains($0.byteHash) }
  }
}

extension Collection<UInt8> {
  /// A hash of the bytes: names that mean the same characters may be those of two files.
  fileprivate var byteHash: Int {
    var hasher = Hasher()
    for byte in self { hasher.combine(byte) }
    return hasher.finalize()
  }
}
