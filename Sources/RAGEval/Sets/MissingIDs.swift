import RAGCore

/// Ids that one file names and another lacks. Each would change every figure in silence.
public struct MissingIDs: Sendable, Hashable {
  /// What is missing.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Documents with judgments that are not in the corpus.
    case judgedDocument = "judged document not in the corpus"
    /// Queries with judgments that are not among the queries.
    case judgedQuery = "judged query without a text"
    /// Queries without judgments.
    case unjudgedQuery = "query without judgments"
    /// Queries of a run that nobody judged.
    case runQuery = "query of a run without judgments"
    /// Documents of a run that are not in the corpus.
    case runDocument = "document of a run not in the corpus"
    /// Queries that were measured here and not in the baseline.
    case baselineQuery = "query that the baseline lacks"
  }

  /// What is missing of one kind.
  public struct Finding: Sendable, Hashable, Codable {
    /// The kind, in words.
    public var kind: Kind
    /// How many ids.
    public var count: Int
    /// The first of them.
    public var examples: [String]
  }

  /// One finding a kind, without those of none.
  public private(set) var findings: [Finding] = []

  /// Nothing is missing.
  public init() {}

  /// Adds the ids that are not among others.
  mutating func add(
    _ kind: Kind, _ ids: some Sequence<String>, notIn known: some Sequence<String>
  ) {
    let missing = Set(ids.map(ExactID.init)).subtracting(known.map(ExactID.init)).map(\.text)
    guard !missing.isEmpty else { return }
    findings.append(
      Finding(kind: kind, count: missing.count, examples: Array(missing.sorted().prefix(3))))
  }

  /// Adds what another search for missing ids found.
  public mutating func add(_ other: MissingIDs) { findings += other.findings }

  /// Every finding with its count and examples, in one line; empty where nothing is missing.
  public var summary: String {
    findings.map { finding in
      let examples = finding.examples.map { "`\($0)`" }.joined(separator: ", ")
      let dots = finding.count > finding.examples.count ? ", …" : ""
      return "\(finding.kind.rawValue): \(finding.count) (\(examples)\(dots))"
    }.joined(separator: "; ")
  }

  /// Proves that nothing is missing.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` with counts and examples.
  public func requireNone() throws {
    guard !findings.isEmpty else { return }
    throw RAGError(
      .invalidInput, "ids do not match: \(summary); mend the files, or pass --allow-missing")
  }
}
