import RAGLexical

/// Lexical files to start from.
enum LexicalSeeds {
  static func write(to directory: String) throws {
    // Postings in the dictionary, in one block and in several; leaves from one to some.
    for count in [0, 1, 30, 300] {
      var memory = LexicalMemory()
      try memory.append(
        (0..<count).map { number in
          let words =
            count > 100 ? "fox" : "fox w\(number % 7) w\(number * 5) river \(number) 数据索引"
          return (id: Int64(number * 3), text: number % 4 == 1 ? words + " fox the stone" : words)
        })
      try LexicalFile.write(merging: [], adding: memory, to: "\(directory)/\(count)")
    }
  }
}
