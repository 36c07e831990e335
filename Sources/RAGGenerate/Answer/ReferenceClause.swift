/// Parts of an answer that say only where something stands: "Source:", "See also", "This is stated
/// in". What their markers prove was said before them.
enum ReferenceClause {
  /// Whether a text says nothing but that, or nothing at all.
  static func addsNothing(_ text: String) -> Bool {
    var rest = text
    if text.unicodeScalars.contains(where: InformativeWords.isUnspaced) {
      for part in unspacedParts { rest = rest.replacing(part, with: " ") }
    }
    return InformativeWords.words(of: String(rest.withoutListNumber)).allSatisfy(words.contains)
  }

  /// As they are compared, without endings; function words of English are left out anyway.
  private static let words: Set<String> = Set(
    """
    source document passage reference see cite citation quote state say said mention describe \
    explain report show shown confirm support note discuss detail find found according base provide \
    evidence information following using whereas well neither either \
    quelle quellen dokument siehe vgl steht stehen laut gemäß beleg belegt genannt erwähnt \
    beschrieben nachzulesen zeigt sagt das dies diese dieser ist wird wurde im der die den auch und oder \
    sowohl als weder noch nach aus wie selon dans est cela et fuente según ver en es esto y dazu hierzu bitte
    """.split(separator: " ").map { InformativeWords.stem(String($0)) })
  /// Longer ones first.
  private static let unspacedParts = [
    "来源", "出处", "参考", "参见", "参阅", "详见", "请见", "根据", "依据", "按照", "文档", "文献", "资料", "说明",
    "所述", "所示", "所说", "提到", "指出", "记载", "介绍", "见", "这", "此", "在", "中", "有", "的", "于", "也", "里",
    "是", "如", "和", "及", "与",
  ]
}
