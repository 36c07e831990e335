/// The keys that a run has met, so that what is gone can be told.
///
/// Only hashes are kept, 8 bytes a key and with a seed of the process: two keys of one hash, one
/// chance in 2^64 a pair, make a document that is gone stay until the next run.
struct SeenKeys: Sendable {
  private var keys: Set<Int> = []
  private var trees: Set<Int> = []

  /// Adds a key, and tells whether it is new.
  @discardableResult
  mutating func insert(_ key: String) -> Bool { keys.insert(key.byteHash).inserted }

  /// Adds a path with all that may lie below it, or be a record in it.
  mutating func insertTree(_ path: String) { trees.insert(path.byteHash) }

  /// Whether a key was met, or lies where nobody could look.
  func contains(_ key: String) -> Bool {
    keys.contains(key.byteHash) || (!trees.isEmpty && trees.containsAncestor(of: key))
  }
}

/// Paths with all that lies below them.
struct PathSet: Sendable {
  private(set) var paths: Set<String> = []

  init(_ paths: [String] = []) { self.paths = Set(paths) }

  var isEmpty: Bool { paths.isEmpty }
  var count: Int { paths.count }

  mutating func insert(_ path: String) { paths.insert(path) }

  func covers(_ path: String) -> Bool {
    path.prefixes.contains { paths.contains(String($0)) }
  }
}

extension Set<Int> {
  fileprivate func containsAncestor(of key: String) -> Bool {
    key.prefixes.contains { contains(String($0).byteHash) }
  }
}

extension String {
  /// A hash of the bytes: names that mean the same characters may be those of two files.
  fileprivate var byteHash: Int {
    var hasher = Hasher()
    var copy = self
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    return hasher.finalize()
  }

  /// The string itself and what stands before each of its slashes and number signs.
  fileprivate var prefixes: some Sequence<Substring> {
    let ends = utf8.indices.lazy.filter { utf8[$0] == 0x2F || utf8[$0] == 0x23 }
    return [[self[...]], ends.map { $0 == startIndex ? "/" : self[..<$0] }].joined()
  }

  /// Whether a path is `other` or lies below it.
  func isAtOrBelow(_ other: String) -> Bool {
    self == other || hasPrefix(other.hasSuffix("/") ? other : other + "/")
  }
}
