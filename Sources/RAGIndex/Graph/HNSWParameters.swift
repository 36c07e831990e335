import RAGCore

/// What decides the shape of an HNSW graph, in the terms of Malkov & Yashunin 2018
/// (arXiv:1603.09320).
public struct HNSWParameters: Sendable, Hashable {
  /// Links that a new node gets on each level (`M`). A node keeps at most `2 M` links on level 0
  /// and `M` on each level above.
  public var m: Int
  /// Candidates kept while the neighbours of a new node are searched (`efConstruction`).
  public var efConstruction: Int
  /// Decides, together with its id, the level of each node.
  public var seed: UInt64

  /// Makes parameters; the defaults suit text embeddings.
  public init(m: Int = 16, efConstruction: Int = 128, seed: UInt64 = 0) {
    self.m = m
    self.efConstruction = efConstruction
    self.seed = seed
  }

  /// The dimensions that an index may have.
  public static let dimensions = 1...65_536
  static let degrees = 2...256
  static let constructionEfforts = 1...65_536

  /// The highest level of a node. With `m` 2 one node in 2^31 reaches it.
  static let highestLevel = 31

  static func checked(dimension: Int) throws -> Int {
    guard dimensions.contains(dimension) else {
      throw RAGError(
        .invalidInput,
        "an index of dimension \(dimension) was asked for; give one from 1 to "
          + "\(dimensions.upperBound)")
    }
    return dimension
  }

  func checked() throws -> HNSWParameters {
    guard Self.degrees.contains(m), Self.constructionEfforts.contains(efConstruction) else {
      throw RAGError(
        .invalidInput,
        "HNSW parameters m \(m) and efConstruction \(efConstruction) are out of range; m goes "
          + "from 2 to \(Self.degrees.upperBound), efConstruction from 1 to "
          + "\(Self.constructionEfforts.upperBound)")
    }
    return self
  }

  /// The level of the node of an id: l with probability (1 - 1/m) m^-l, which is line 4 of
  /// Algorithm 1 with m_L = 1 / ln(m). A hash takes the place of the random number, so that the
  /// level does not depend on what came before.
  func level(of id: Int64) -> Int {
    let hash = mixed(UInt64(bitPattern: id) &+ (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15)
    let uniform = Double(hash >> 11) * 0x1p-53
    var level = 0
    var threshold = 1 / Double(m)
    while uniform < threshold, level < Self.highestLevel {
      level += 1
      threshold /= Double(m)
    }
    return level
  }
}
