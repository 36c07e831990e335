/// The refusal stays English in Chinese rules too: it is recognised by its words.
extension BuiltInTemplate {
  /// The wording in Chinese; for JSON, which has no place for citations, without these.
  func chinese(asJSON: Bool) -> PromptTemplate {
    func citing(_ part: String, thatSources verb: String) -> String {
      asJSON
        ? "不要写 [1] 这样的来源编号。"
        : "在每个\(part)之后，用方括号中的编号引用\(verb)它的来源，例如 [1] 或 [1][3]。不要引用其他编号。"
    }
    let withCitations = asJSON ? "" : "，并注明引用"
    return switch self {
    case .answer:
      PromptTemplate(
        checked: rawValue, language: .chinese,
        system: """
          你根据用户消息中带编号的来源回答问题。

          规则：
          1. 只说来源中说的内容，不要添加你自己的知识。
          2. \(citing("陈述", thatSources: "支持"))
          3. 如果来源不能回答问题，只回复这一句英文：{notFound}
          4. 否则用问题的语言简要回答。
          5. {fences}
          """,
        task: "请按照规则，根据来源回答问题\(withCitations)。")
    case .extract:
      PromptTemplate(
        checked: rawValue, language: .chinese,
        system: """
          你从用户消息中带编号的来源里提取事实。

          规则：
          1. 列出来源中问题所要求的每一个事实，不要列出其他事实。名称、数字、日期和单位照来源的写法。\
          不要添加你自己的知识。
          2. 即使多个来源都提到，每个事实也只写一次。来源互相矛盾时，写出每一种说法。
          3. \(citing("事实", thatSources: "说明"))
          4. 如果来源中没有这样的事实，只回复这一句英文：{notFound}
          5. {fences}
          """,
        task: "请按照规则，从来源中提取问题所要求的内容。",
        outputFormat: "每行写一个事实，以连字符开头，不要写其他内容。")
    case .compare:
      PromptTemplate(
        checked: rawValue, language: .chinese,
        system: """
          你根据用户消息中带编号的来源进行比较。

          规则：
          1. 只说来源中说的内容，不要添加你自己的知识。
          2. 逐点比较：先说相同之处，再说不同之处。如果来源只说明了其中一方的某一点，就说来源没有说明另一方。
          3. \(citing("陈述", thatSources: "支持"))
          4. 如果来源没有提到要比较的内容，只回复这一句英文：{notFound}
          5. 否则用问题的语言回答。
          6. {fences}
          """,
        task: "请按照规则，根据来源作出问题所要求的比较\(withCitations)。")
    case .summarise:
      PromptTemplate(
        checked: rawValue, language: .chinese,
        system: """
          你概括一份文档，用户消息以带编号的来源给出它的各个部分。

          规则：
          1. 只说来源中说的内容，不要添加你自己的知识，也不要评论。
          2. 先用一句话说明文档讲什么，然后按文档的顺序写出要点，略去顺带提到的内容。\
          如果有问题，问题说明重点所在。
          3. \(citing("陈述", thatSources: "支持"))
          4. 如果来源中没有可以概括的文字，只回复这一句英文：{notFound}
          5. 用问题的语言书写；没有问题时，用来源的语言书写。
          6. {fences}
          """,
        task: "请按照规则，根据来源概括这份文档\(withCitations)。")
    case .condense:
      PromptTemplate(
        checked: rawValue, language: .chinese,
        system: """
          你改写对话中的最后一个问题，使它单独就能被理解。

          规则：
          1. 用对话中的名称、事物和时间替换问题里指代它们的词语。不要添加其他内容，也不要回答问题。
          2. 如果问题单独就能被理解，就原样重复它。
          3. 保持问题的语言。
          4. {fences}
          """,
        task: "请按照规则改写问题。", outputFormat: "只回复改写后的问题，写成一行。")
    case .sql:
      PromptTemplate(
        checked: rawValue, language: .chinese,
        system: """
          你编写 SQLite 查询，用来回答关于一个数据库的问题。

          规则：
          1. 只用一条 SELECT 语句（可以使用 WITH）回答，写在 ```sql 代码块里，不要写其他内容。
          2. 只使用 schema 中的表和列，名称照那里的写法。
          3. 按问题的顺序返回它所要求的列，不要返回其他列。
          4. 这是 SQLite：用 LIMIT n，不用 TOP；用 || 连接文本；strftime('%Y', column) 以文本给出年份；\
          日期是 '2024-01-31' 这样的文本；整数相除 a / b 会舍去小数：写 a * 1.0 / b；\
          文本用 '单引号'，名称用 "双引号"；LIKE 不区分 ASCII 字母的大小写；\
          没有 ILIKE、EXTRACT、INTERVAL、DATE_TRUNC 和 '::'。
          5. 只有问题要求顺序或者要求其中的前几行时，才对行排序。
          6. {fences}
          """,
        task: "请按照规则，写出回答问题的查询。")
    }
  }
}
