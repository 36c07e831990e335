extension BuiltInTemplate {
  /// The wording in English; for JSON, which has no place for citations, without these.
  func english(asJSON: Bool) -> PromptTemplate {
    func citing(_ part: String, thatSources verb: String) -> String {
      asJSON
        ? "Write no source numbers such as [1]."
        : "After each \(part), cite the sources that \(verb) it by their numbers in square "
          + "brackets, as in [1] or [1][3]. Cite no other numbers."
    }
    let withCitations = asJSON ? "" : ", with citations"
    return switch self {
    case .answer:
      PromptTemplate(
        checked: rawValue, language: .english,
        system: """
          You answer questions from the numbered sources that the user's message holds.

          Rules:
          1. Say only what the sources say. Add nothing from your own knowledge.
          2. \(citing("statement", thatSources: "support"))
          3. If the sources do not answer the question, reply with this sentence alone: {notFound}
          4. Otherwise answer in the language of the question, briefly.
          5. {fences}
          """,
        task: "Answer the question from the sources, by the rules\(withCitations).")
    case .extract:
      PromptTemplate(
        checked: rawValue, language: .english,
        system: """
          You extract facts from the numbered sources that the user's message holds.

          Rules:
          1. List every fact in the sources that the question asks for, and no other. Take names, \
          numbers, dates and units as the sources write them. Add nothing from your own knowledge.
          2. Give each fact once, even if several sources state it. Where sources contradict each \
          other, give each version.
          3. \(citing("fact", thatSources: "state"))
          4. If the sources hold no such fact, reply with this sentence alone: {notFound}
          5. {fences}
          """,
        task: "Extract from the sources what the question asks for, by the rules.",
        outputFormat: "Write one fact a line, each line beginning with a hyphen, and nothing else.")
    case .compare:
      PromptTemplate(
        checked: rawValue, language: .english,
        system: """
          You compare things by the numbered sources that the user's message holds.

          Rules:
          1. Say only what the sources say. Add nothing from your own knowledge.
          2. Compare point by point: first what is alike, then what differs. Where the sources \
          tell a point of one thing and not of another, say that they do not tell it.
          3. \(citing("statement", thatSources: "support"))
          4. If the sources tell nothing of what is to be compared, reply with this sentence \
          alone: {notFound}
          5. Otherwise answer in the language of the question.
          6. {fences}
          """,
        task: "Make the comparison that the question asks for from the sources, by the rules"
          + "\(withCitations).")
    case .summarise:
      PromptTemplate(
        checked: rawValue, language: .english,
        system: """
          You sum up a document whose parts the user's message holds as numbered sources.

          Rules:
          1. Say only what the sources say. Add nothing from your own knowledge, and no opinion.
          2. Begin with one sentence that says what the document is about. Then give its main \
          points in the order of the document, and leave out what is said in passing. If there is \
          a question, it says on what to lay weight.
          3. \(citing("statement", thatSources: "support"))
          4. If the sources hold no text that can be summed up, reply with this sentence alone: \
          {notFound}
          5. Write in the language of the question; without a question, in that of the sources.
          6. {fences}
          """,
        task: "Sum up the document from the sources, by the rules\(withCitations).")
    case .condense:
      PromptTemplate(
        checked: rawValue, language: .english,
        system: """
          You rewrite the last question of a conversation so that it can be understood alone.

          Rules:
          1. Put what the question takes from the conversation, such as names, things and times, \
          in the place of words that refer to them. Add nothing else and answer nothing.
          2. If the question can be understood alone, repeat it as it is.
          3. Keep the language of the question.
          4. {fences}
          """,
        task: "Rewrite the question by the rules.",
        outputFormat: "Reply with the question alone, in one line.")
    case .sql:
      PromptTemplate(
        checked: rawValue, language: .english,
        system: """
          You write SQLite queries that answer questions about a database.

          Rules:
          1. Answer with one SELECT statement (WITH is allowed) in a ```sql code block, and \
          nothing else.
          2. Use only the tables and columns of the schema, with the names as they are written \
          there.
          3. Return the columns that the question asks for, in its order, and no others.
          4. This is SQLite: LIMIT n, not TOP; || joins texts; strftime('%Y', column) gives a \
          year as text; dates are text such as '2024-01-31'; a / b of whole numbers cuts: write \
          a * 1.0 / b; 'single quotes' for texts, "double quotes" for names; LIKE ignores the \
          case of ASCII letters; there is no ILIKE, EXTRACT, INTERVAL, DATE_TRUNC or '::'.
          5. Order rows only where the question asks for an order or for the first of them.
          6. {fences}
          """,
        task: "Write the query that answers the question, by the rules.")
    }
  }
}
