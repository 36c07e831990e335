/// Tells what says that the sources lack something, which none of them can support.
enum Lack {
  /// A clause of fewer informative words says nothing beside it.
  private static let wordCount = 3

  /// Whether a sentence says that, and nothing else.
  static func isAll(of sentence: String) -> Bool {
    let text = sentence.lowercased().replacing("’", with: "'")
    guard isSaid(in: text) else { return false }
    return text.split(separator: joints).allSatisfy { clause in
      let clause = String(clause)
      return isSaid(in: clause) || InformativeWords.words(of: clause).count < wordCount
    }
  }

  private static func isSaid(in text: String) -> Bool {
    text.contains(english) || text.contains(german) || text.contains(chinese)
  }

  // Regular expressions are parsed each time that they are written within a function.
  private nonisolated(unsafe) static let joints = /[,;]\s|[，；]|\s(?:but|aber)\s/

  private nonisolated(unsafe) static let english =
    #/
    \b(?:sources?|documents?|passages?|context|text)(?:\ \w+)?
    \ (?:do\ not|does\ not|did\ not|don't|doesn't|didn't)\ (?:\w+\ )?
    (?:mention|say|state|contain|specify|provide|include|cover|give|describe|answer|discuss|tell)\b
    | \b(?:none|neither)\ of\ the\ (?:\w+\ )?(?:sources|documents|passages)\b
    | \b(?:sources?|documents?|passages?|context|text)\ (?:says?|contains?|has|have|gives?|provides?)
      \ (?:nothing|no)\b
    | (?:\bnot|n't)\ (?:\w+\ )?
      (?:mentioned|stated|said|given|specified|described|covered|found|provided|discussed|contained)
      \ (?:in|by)\ (?:\w+\ ){0,2}(?:sources?|documents?|passages?|context|text)\b
    | \bno\ (?:information|mention|answer|details?|data)\b.*
      \ (?:in|by)\ (?:\w+\ ){0,2}(?:sources?|documents?|passages?|context|text)\b
    | \b(?:could|can|did)(?:\ not|not|n't)\ find\ (?:any\ )?(?:information|mention|details?|answer)
    /#
  private nonisolated(unsafe) static let german =
    #/
    \b(?:quellen?|dokumente?n?)\ (?:nenn|enth[aä]lt|erwähn|sag|geben|gibt|steh)\w*(?:\ \w+){0,2}
    \ (?:nicht|kein)
    /#
  private nonisolated(unsafe) static let chinese =
    #/
    (?:文档|文件|资料|来源|上下文|文中)[中里]?并?(?:没有|未)\w{0,2}(?:提到|提及|说明|提供|包含|找到|相关|关于)
    /#
}
