/// A part of the queries: what is tuned on one half is reported on the other.
///
/// A query is in the half that the lowest bit of the FNV-1a hash (64 bits: offset basis
/// 14695981039346656037, prime 1099511628211) of its id's UTF-8 bytes names. So the halves are the
/// same everywhere, whatever else the set holds.
public enum QueryPart: String, Sendable, Hashable, Codable, CaseIterable {
  /// Every query.
  case all
  /// Those with a bit of 0, to tune on.
  case even
  /// Those with a bit of 1, to report on.
  case odd

  /// Whether a query is in this part.
  public func contains(_ queryID: String) -> Bool {
    switch self {
    case .all: true
    case .even: Self.hash(queryID) & 1 == 0
    case .odd: Self.hash(queryID) & 1 == 1
    }
  }

  /// FNV-1a with 64 bits (Fowler, Noll & Vo).
  static func hash(_ id: String) -> UInt64 {
    id.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
