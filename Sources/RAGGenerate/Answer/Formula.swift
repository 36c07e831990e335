/// Words and phrases of which texts are made that state nothing of the matter.
struct Formula {
  private let words: Set<String>
  /// Of scripts without spaces; longer ones first.
  private let unspacedParts: [String]

  /// `words` stand apart by white space; function words of English are left out anyway.
  init(words: String, unspacedParts: [String]) {
    // As they are compared, without endings.
    self.words = Set(
      words.split(whereSeparator: \.isWhitespace).map { InformativeWords.stem(String($0)) })
    self.unspacedParts = unspacedParts
  }

  /// Whether a text is made of nothing else.
  func covers(_ text: String) -> Bool {
    var rest = text
    if text.unicodeScalars.contains(where: InformativeWords.isUnspaced) {
      for part in unspacedParts { rest = rest.replacing(part, with: " ") }
    }
    return InformativeWords.words(of: String(rest.withoutListNumber)).allSatisfy(words.contains)
  }

  /// Where something stands: "Source:", "See also", "This is stated in". What markers behind it prove
  /// was said before it.
  static let reference = Formula(
    words: """
      sup above below source document passage reference see cite cf citation quote state say said mention describe
      explain report show shown confirm support note discuss detail find found according base provide
      evidence information answer following using whereas well neither either
      quelle quellen dokument siehe vgl steht stehen laut gemäß beleg belegt genannt erwähnt
      beschrieben nachzulesen zeigt sagt das dies diese dieser ist wird wurde im der die den auch und
      oder sowohl als weder noch nach aus wie selon dans est cela et fuente según ver en es esto y
      dazu hierzu bitte
      """,
    unspacedParts: [
      "来源", "出处", "参考", "参见", "参阅", "详见", "请见", "根据", "依据", "按照", "文档", "文献", "资料", "说明",
      "所述", "所示", "所说", "所", "提供", "提到", "指出", "记载", "介绍", "见", "这", "此", "在", "中", "有", "的", "于",
      "也",
      "里", "是", "如", "和", "及", "与",
    ])

  /// What a model says to the reader: "Let me know if you have further questions."
  static let courtesy = Formula(
    words: """
      know question hope help happy glad good great sure please thank thanks welcome feel free ask need
      assist assistance see answer find found information available detail summary overview short brief
      summarize summarise anything here certainly course youre
      viel viele vielen dank danke gern gerne geschehen hoffe hilft helfen frage fragen weitere wenn
      falls sie ihnen haben noch kann ich zusammenfassung hier das für ihre weiter
      """,
    unspacedParts: [
      "希望", "对您", "对你", "有所帮助", "有帮助", "谢谢", "感谢", "如有", "如果", "您", "你", "其他", "更多", "问题",
      "疑问", "随时", "请", "告诉我", "综上所述", "总结", "以上", "以下", "还有", "可以", "提问", "欢迎", "任何",
      "是", "的", "有",
    ])
}
