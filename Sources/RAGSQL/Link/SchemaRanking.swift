#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much each table and column of a schema has to do with a question.
struct SchemaRanking {
  private static let tableNameWeight = 2.0
  private static let valueWeight = 1.5
  private static let otherColumnsWeight = 0.25

  /// By table and by column of the schema.
  private(set) var tables: [Double]
  private(set) var columns: [[Double]]
  /// The columns that hold a value which the question names, by table.
  private(set) var valuedColumns: [Int: Set<Int>] = [:]

  /// Compares words; a rare one counts more (inverse document frequency over tables).
  init(of question: String, schema: SQLSchema) {
    let asked = Set(NameWords.stems(of: question))
    let tableWords = schema.tables.map { Set(NameWords.stems(of: $0.name)) }
    let columnWords = schema.tables.map { table in
      table.columns.map { Set(NameWords.stems(of: $0.name)) }
    }
    var counts: [String: Int] = [:]
    for (table, columns) in zip(tableWords, columnWords) {
      for word in columns.reduce(table, { $0.union($1) }) { counts[word, default: 0] += 1 }
    }
    let total = Double(schema.tables.count)
    func weight(_ name: Set<String>, _ comment: String) -> Double {
      func sum(_ words: Set<String>) -> Double {
        words.reduce(0) { $0 + log(1 + total / Double(counts[$1] ?? 1)) }
      }
      let all = sum(name)
      let named = all > 0 ? sum(name.intersection(asked)) * sum(name.intersection(asked)) / all : 0
      guard !comment.isEmpty else { return named }
      return named + 0.3 * Double(Set(NameWords.stems(of: comment)).intersection(asked).count)
    }
    columns = schema.tables.indices.map { table in
      schema.tables[table].columns.indices.map {
        weight(columnWords[table][$0], schema.tables[table].columns[$0].comment)
      }
    }
    tables = schema.tables.indices.map {
      Self.tableNameWeight * weight(tableWords[$0], schema.tables[$0].comment)
    }
    for table in tables.indices {
      let best = columns[table].max() ?? 0
      let others = columns[table].reduce(0, +) - best
      tables[table] += best + min(Self.otherColumnsWeight * others, best)
    }
  }

  /// Adds what an embedder says of names: how much more alike a name and the question are than
  /// names and questions are on average.
  mutating func add(tableSimilarities: [Double], weight: Double) {
    let mean = tableSimilarities.reduce(0, +) / Double(max(tableSimilarities.count, 1))
    for index in tables.indices {
      tables[index] += weight * max(tableSimilarities[index] - mean, 0)
    }
  }

  /// Notes that a column holds a value which the question names.
  mutating func addValue(table: Int, column: Int) {
    valuedColumns[table, default: []].insert(column)
    columns[table][column] += Self.valueWeight
    tables[table] += Self.valueWeight
  }

  /// The tables, the best first and of equals in the schema's order.
  var order: [Int] { tables.indices.sorted { (tables[$1], $0) < (tables[$0], $1) } }
}
