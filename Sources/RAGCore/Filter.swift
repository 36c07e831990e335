/// A condition on the metadata of documents.
///
/// Fields are `id`, `path`, `title`, `language`, `mediaType`, and whatever the documents or the
/// user's `--meta` carry; metadata named like one of the five is a value of that field beside the
/// document's own. A field that a document does not have matches no comparison; of several values
/// of a field, any may match, and a negation holds where none does. Text is compared exactly,
/// numbers as numbers: in ranges as Float64, and as equal only where all digits of a whole number
/// of 64 bits are.
public indirect enum Filter: Sendable, Hashable {
  case equals(field: String, MetadataValue)
  case isIn(field: String, [MetadataValue])
  /// `lower <= field <= upper`; a missing bound is open. `includesLower` and `includesUpper` make
  /// the comparison strict when false.
  case range(field: String, Bounds)
  case hasPrefix(field: String, String)
  case exists(field: String)
  case and([Filter])
  case or([Filter])
  case not(Filter)

  /// The ends of a range; at least one is set.
  public struct Bounds: Sendable, Hashable {
    /// The lower end; nil is open.
    public var lower: MetadataValue?
    /// The upper end; nil is open.
    public var upper: MetadataValue?
    /// Whether a value equal to `lower` matches.
    public var includesLower: Bool
    /// Whether a value equal to `upper` matches.
    public var includesUpper: Bool

    /// Makes the ends of a range.
    public init(
      lower: MetadataValue? = nil, upper: MetadataValue? = nil, includesLower: Bool = true,
      includesUpper: Bool = true
    ) {
      self.lower = lower
      self.upper = upper
      self.includesLower = includesLower
      self.includesUpper = includesUpper
    }
  }
}

extension Filter {
  /// The fields that are asked for, in their order, each once.
  package var fields: [String] {
    let fields =
      switch self {
      case .equals(let field, _), .isIn(let field, _), .range(let field, _),
        .hasPrefix(let field, _), .exists(let field):
        [field]
      case .and(let parts), .or(let parts): parts.flatMap(\.fields)
      case .not(let part): part.fields
      }
    var known: Set<String> = []
    return fields.filter { known.insert($0).inserted }
  }
}
