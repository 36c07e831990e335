import RAGCore

extension Embedder {
  /// The part of a text that the encoder knows, which is what its vector says something of; nil
  /// where the encoder does not know most of the words.
  ///
  /// A sign of another script is taken out of the word that it stands in.
  /// - Complexity: O(scalars).
  func familiarPart(of text: String) -> String? {
    guard familiarity(with: text) < 1 else { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if familiarity(with: String(scalar)) == 1 {
        scalars.append(scalar)
      } else if InformativeWords.isUnspaced(scalar) {
        scalars.append(" ")
      }
    }
    let part = String(scalars)
    let known = InformativeWords.words(of: part).count
    let isMost = known * 2 > InformativeWords.words(of: text).count
    return isMost && familiarity(with: part) == 1 ? part : nil
  }
}
