/// Finds the names that someone may have meant by one that does not exist.
///
/// Names are compared without case, by edits (Damerau 1964, with neighbours swapped as one edit)
/// as a share of the longer name, and by the words that they share.
public enum NearestNames {
  /// Below this names are no more alike than chance.
  private static let leastSimilarity = 0.5
  /// Longer names are not compared by edits, which takes the product of their lengths.
  private static let longestByteCount = 128

  /// The names most like a name, the best first and of equals in alphabetical order.
  public static func names(
    like name: String, among candidates: some Sequence<String>, count: Int = 3
  ) -> [String] {
    // Nobody meant a name by so long a word, and the comparison takes time of its length.
    guard name.utf8.count <= 128 else { return [] }
    var known: Set<String> = []
    return Array(
      candidates.filter { known.insert($0).inserted }
        .map { (name: $0, similarity: similarity(name, $0)) }
        .filter { $0.similarity >= leastSimilarity }
        .sorted { ($1.similarity, $0.name) < ($0.similarity, $1.name) }
        .prefix(max(count, 0)).map(\.name))
  }

  /// How alike two names are, from 0 to 1.
  static func similarity(_ left: String, _ right: String) -> Double {
    let (a, b) = (Array(left.lowercased().utf8), Array(right.lowercased().utf8))
    guard !a.isEmpty, !b.isEmpty else { return 0 }
    if a == b { return 1 }
    let (leftWords, rightWords) = (words(of: left), words(of: right))
    let shared = Double(leftWords.intersection(rightWords).count)
    let overlap = shared / Double(max(leftWords.union(rightWords).count, 1))
    guard max(a.count, b.count) <= longestByteCount else { return overlap * 0.95 }
    let edits = 1 - Double(distance(a, b)) / Double(max(a.count, b.count))
    // Words in another order are still another name.
    return max(edits, overlap * 0.95)
  }

  /// Edits from one name to another: a byte put in, taken out, replaced, or two swapped.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i]
      for j in 1...b.count {
        var best = min(
          last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          best = min(best, before[j - 2] + 1)
        }
        row.append(best)
      }
      (before, last) = (last, row)
    }
    return last[b.count]
  }

  /// The words of `snake_case` and `camelCase`, in lower case and without a plural's s.
  private static func words(of name: String) -> Set<String> {
    var words: Set<String> = []
    var word = ""
    var previous: Character = " "
    for character in name + "_" {
      let ends =
        !(character.isLetter || character.isNumber)
        || (character.isUppercase && !previous.isUppercase)
      if ends, !word.isEmpty {
        words.insert(word.count > 3 && word.hasSuffix("s") ? String(word.dropLast()) : word)
        word = ""
      }
      if character.isLetter || character.isNumber { word += character.lowercased() }
      previous = character
    }
    return words
  }
}
