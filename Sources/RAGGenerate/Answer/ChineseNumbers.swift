/// Numbers in Chinese: 三千五百万, 三点五, 二〇二七, 十点半.
enum ChineseNumbers {
  /// Those that a text states for sure: with a power of ten, as a year, as a share, or beside a unit;
  /// 五六 is five or six, and 一天 may be some day.
  static func values(statedIn text: String) -> [String] {
    text.matches(of: run).flatMap { match -> [String] in
      let run = match.output.2
      let isBesideUnit = match.output.1 != nil || match.output.3 != nil
      let isYear = run.count == 4 && ["一九", "二〇", "二零"].contains(run.prefix(2))
      let isPower = run.count > 1 && run.contains { "十百千万亿".contains($0) }
      let isMeasured = isBesideUnit && run != "一" && (run.count == 1 || run.contains("点"))
      return isYear || isPower || isMeasured ? values(of: run) : []
    }
  }

  /// Those that a text may give.
  static func values(givenIn text: String) -> [String] {
    text.matches(of: run).flatMap { values(of: $0.output.2) }
  }

  // Regular expressions are parsed each time that they are written within a function.
  private nonisolated(unsafe) static let run =
    #/
    (百分之|[上下]午|早上|晚上)?
    ((?:[一二两三四五六七八九十]|零(?=点))[〇零一二两三四五六七八九十百千万亿点]*半?)
    (个?(?:天|日|周|星期|月|年|小时|分钟|元|块|岁))?
    /#

  /// The value of a number, of a time the hour and the minutes; none where it is longer than a number
  /// is written.
  private static func values(of run: Substring) -> [String] {
    let parts = run.split(separator: "点", maxSplits: 1, omittingEmptySubsequences: false)
    let isHalf = run.last == "半"
    guard let whole = whole(isHalf && parts.count == 1 ? parts[0].dropLast() : parts[0]) else {
      return []
    }
    guard parts.count == 2, !parts[1].isEmpty else { return ["\(whole)"] }
    if parts[1] == "半" { return ["\(whole)", "30"] }
    let fraction = isHalf ? parts[1].dropLast() : parts[1]
    // 十点三十
    if fraction.contains("十") {
      return ["\(whole)"] + (self.whole(fraction).map { ["\($0)"] } ?? [])
    }
    let decimals = fraction.prefix { digit($0) != nil }
    let unit = String(fraction[decimals.endIndex...])
    guard decimals.count <= 16, unit.isEmpty || NumberWords.powers[unit] != nil else { return [] }
    let digits = decimals.compactMap(digit).map(String.init).joined()
    return [StatedNumbers.shifted("\(whole).\(digits)", by: NumberWords.powers[unit] ?? 0)]
  }

  /// The value of a whole number; nil where it is none, or longer than one is written.
  private static func whole(_ run: Substring) -> Int? {
    guard run.count <= 16, !run.contains("点"), run.count(where: { $0 == "亿" }) < 2,
      run.count(where: { $0 == "万" }) < 3
    else { return nil }
    let units: [Character: Int] = ["十": 10, "百": 100, "千": 1_000]
    // Years are written digit by digit.
    if !run.contains(where: { units[$0] != nil || "万亿".contains($0) }) {
      return run.reduce(0) { 10 * $0 + (digit($1) ?? 0) }
    }
    var (total, section, last) = (0, 0, 0)
    for character in run {
      if let unit = units[character] {
        section += max(last, 1) * unit
        last = 0
      } else if character == "万" {
        total += (section + last) * 10_000
        (section, last) = (0, 0)
      } else if character == "亿" {
        total = (total + section + last) * 100_000_000
        (section, last) = (0, 0)
      } else {
        last = digit(character) ?? 0
      }
    }
    return total + section + last
  }

  private static func digit(_ character: Character) -> Int? {
    switch character {
    case "两": 2
    case "零": 0
    default: digits.firstIndex(of: character)
    }
  }

  private static let digits = Array("〇一二三四五六七八九")
}
