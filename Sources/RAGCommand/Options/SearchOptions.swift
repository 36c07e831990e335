import ArgumentParser
import RAG

/// What to find in which index, and how.
struct SearchOptions: ParsableArguments {
  @Option(
    name: [.customShort("k", allowingJoined: true), .long],
    help: ArgumentHelp("The most passages to find.", valueName: "n"))
  var count = 10

  @Option(
    help: ArgumentHelp(
      "Find by vector (meaning), lexical (words) or hybrid (default: RAG_MODE, or hybrid).",
      valueName: "mode"))
  var mode: SearchMode?

  @OptionGroup var condition: FilterOptions

  @Option(
    help: ArgumentHelp(
      "Leave out passages with less evidence than this, 0 to 1 (default: none).",
      valueName: "score"))
  var minScore: Double?

  @Option(
    help: ArgumentHelp(
      "The share of the nearest vectors to find, 0 to 1; less is faster, 1 compares with all.",
      valueName: "share"))
  var recall = 0.99

  @Option(
    help: ArgumentHelp(
      """
      Read each passage with this much of the section around it, by turns after and before; its \
      own tokens do not count.
      """, valueName: "tokens"))
  var context: Int?

  @Option(
    help: ArgumentHelp(
      """
      How much passages are to differ from each other, 0 to 1 (default: 0; those that say the same \
      as a better one come last even so).
      """, valueName: "share"))
  var diversity = 0.0

  @OptionGroup var index: IndexOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var reranker: RerankerOptions

  func validate() throws {
    guard (1...Limits().hitCount).contains(count) else {
      throw ValidationError("-k takes 1 to \(Limits().hitCount)")
    }
    guard (1...100_000).contains(context ?? 1) else {
      throw ValidationError("--context takes 1 to 100000 tokens")
    }
    guard (0...1).contains(diversity) else {
      throw ValidationError("--diversity is a share from 0 to 1, not \(diversity)")
    }
    guard (0...1).contains(recall) else {
      throw ValidationError("--recall is a share from 0 to 1, not \(recall)")
    }
    if let minScore, !(0...1).contains(minScore) {
      throw ValidationError("--min-score is a value from 0 to 1, not \(minScore)")
    }
  }

  /// The query for a question.
  func query(_ question: String, explains: Bool = false) throws -> Query {
    var query = Query(
      question, count: count, mode: try chosenMode(), filter: try condition.filter(),
      recall: recall, minimumEvidence: minScore, explains: explains)
    query.contextTokenCount = context
    query.diversity = diversity
    return query
  }

  /// Opens the index to read, with the models that the query needs.
  func open() async throws -> Engine {
    try await index.open(
      for: .read, encoder: try chosenMode() == .lexical ? nil : encoder.load(),
      reranker: reranker.load())
  }

  private func chosenMode() throws -> SearchMode {
    if let mode = try mode ?? Setting.mode.choice(SearchMode.self) { return mode }
    return try encoder.directory() == nil ? .lexical : .hybrid
  }
}
