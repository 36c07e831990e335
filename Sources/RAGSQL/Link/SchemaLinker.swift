public import RAGCore
public import RAGGenerate

/// Chooses the part of a schema that a question needs, within a number of tokens.
///
/// Tables and columns are ranked by the words of their names and comments, by values that the
/// question names, and, where not all of them fit, by an embedder. Tables on the ways that join the
/// chosen ones come with them. What room is left goes to the rest, so that a small schema is shown
/// whole.
public struct SchemaLinker: Sendable {
  /// Values shown of a column at most; with 0 no value leaves the database.
  public var sampleCount: Int
  /// The most tokens of the text, as a prompt has it, without the marks around it.
  public var tokenCount: Int

  private let embedder: @Sendable () throws -> (any Embedder)?

  /// Tables that are joined on account of the question.
  private static let linkedTableCount = 8
  /// Columns in which values of the question are looked for, and of which samples are read.
  private static let searchedColumnCount = 300
  private static let sampledColumnCount = 100
  private static let embeddingWeight = 8.0

  /// Makes a linker. The embedder is asked for only where a schema does not fit whole.
  public init(
    tokenCount: Int = 4_000, sampleCount: Int = 3,
    embedder: @escaping @Sendable () throws -> (any Embedder)? = { nil }
  ) {
    self.tokenCount = tokenCount
    self.sampleCount = sampleCount
    self.embedder = embedder
  }

  /// The part of a database's schema that a question needs.
  /// - Throws: ``RAGError``: `limitExceeded` when no table fits; `busy`, `corrupt`, `io`,
  ///   `cancelled`; what the embedder throws.
  public func link(
    _ question: String, _ sandbox: SQLSandbox,
    tokenCounter: any TokenCounter = EstimatedTokenCounter()
  ) async throws -> LinkedSchema {
    let choice = try await choice(question, sandbox, tokenCounter: tokenCounter)
    guard let linked = choice.linked(tokenCount: tokenCount) else {
      throw RAGError(
        .limitExceeded,
        "no table of the schema fits into \(tokenCount) tokens (SchemaLinker.tokenCount); allow more"
      )
    }
    return linked
  }

  /// The schema in the order in which a question needs it, with values; it is shown in
  /// `tokenCount` tokens at most.
  func choice(
    _ question: String, _ sandbox: SQLSandbox, tokenCounter: any TokenCounter
  ) async throws -> SchemaChoice {
    let schema = sandbox.schema
    var ranking = SchemaRanking(of: question, schema: schema)
    let graph = JoinGraph(schema)
    if !fits(SchemaText(schema: schema, graph: graph, samples: [:]), tokenCounter),
      let embedder = try embedder()
    {
      try await addSimilarities(of: embedder, to: &ranking, question, schema)
    }
    let values = ColumnValues(sandbox: sandbox, count: sampleCount)
    var samples: [Int: [Int: [String]]] = [:]
    if sampleCount > 0 {
      for (table, column) in Self.best(ranking, Self.searchedColumnCount) {
        let (owner, column, place) = (
          schema.tables[table], schema.tables[table].columns[column], column
        )
        let named = try await values.named(in: question, owner, column)
        guard !named.isEmpty else { continue }
        samples[table, default: [:]][place] = named
        ranking.addValue(table: table, column: place)
      }
      for (table, column) in Self.best(ranking, Self.sampledColumnCount) {
        let named = samples[table]?[column] ?? []
        let others = try await values.samples(
          schema.tables[table], schema.tables[table].columns[column])
        samples[table, default: [:]][column] = Array(
          (named + others.filter { !named.contains($0) }).prefix(sampleCount))
      }
    }
    let text = SchemaText(schema: schema, graph: graph, samples: samples)
    let (order, linkedCount) = Self.order(ranking, schema, graph)
    return SchemaChoice(
      text: text, ranking: ranking, order: order, linkedCount: linkedCount, counter: tokenCounter,
      tokenCount: tokenCount)
  }

  /// Tables with something to do with the question and those that join them, which are counted,
  /// and the others.
  private static func order(
    _ ranking: SchemaRanking, _ schema: SQLSchema, _ graph: JoinGraph
  ) -> (tables: [Int], linkedCount: Int) {
    let order = ranking.order
    let linked = order.prefix(linkedTableCount).filter { ranking.tables[$0] > 0 }
    let places = Dictionary(
      schema.tables.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    let joining = graph.tables(joining: linked.map { schema.tables[$0].name })
      .compactMap { places[$0] }
    let first = linked + joining
    return (first + order.filter { !first.contains($0) }, first.count)
  }

  /// The best columns of the best tables.
  private static func best(_ ranking: SchemaRanking, _ count: Int) -> [(table: Int, column: Int)] {
    var best: [(table: Int, column: Int)] = []
    for table in ranking.order where best.count < count {
      let scores = ranking.columns[table]
      let columns = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
      best += columns.prefix(count - best.count).map { (table, $0) }
    }
    return best
  }

  /// Whether all columns find room.
  private func fits(_ text: SchemaText, _ counter: any TokenCounter) -> Bool {
    var left = tokenCount
    return text.schema.tables.indices.allSatisfy { table in
      let columns = Set(text.schema.tables[table].columns.indices)
      left -= counter.tokenCount(of: text.definition(table, columns: columns, notes: []))
      return left >= 0
    }
  }

  private func addSimilarities(
    of embedder: any Embedder, to ranking: inout SchemaRanking, _ question: String,
    _ schema: SQLSchema
  ) async throws {
    let texts = schema.tables.map { table in
      ([table.name] + table.columns.prefix(40).map(\.name))
        .map { NameWords.words(of: $0).joined(separator: " ") }.joined(separator: ", ")
    }
    let asked = try await embedder.vectors(of: [question], as: .query)[0]
    let vectors = try await embedder.vectors(of: texts, as: .passage)
    ranking.add(
      tableSimilarities: vectors.map { Self.cosine(asked, $0) }, weight: Self.embeddingWeight)
  }

  private static func cosine(_ a: [Float], _ b: [Float]) -> Double {
    var (dot, left, right) = (Float(0), Float(0), Float(0))
    for (x, y) in zip(a, b) {
      dot += x * y
      left += x * x
      right += y * y
    }
    return left > 0 && right > 0 ? Double(dot / (left * right).squareRoot()) : 0
  }
}
