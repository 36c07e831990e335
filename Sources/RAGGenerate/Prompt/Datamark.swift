/// A sign in the place of the blanks of a source, so that a model can tell each word of it from
/// its instructions (Hines et al. 2024, "Defending Against Indirect Prompt Injection Attacks With
/// Spotlighting", arXiv:2403.14720, datamarking).
///
/// The sign is drawn for each prompt, as a sign that is known could be used by an attacker. Lines
/// stay lines, each with the sign before it, for tables and code. Text without blanks, such as
/// Chinese, carries the sign at its lines alone.
enum Datamark {
  /// Signs that are one token or two in most vocabularies and rare in prose.
  private static let signs: [Unicode.Scalar] = ["^", "¦", "¬", "¤", "¶", "¨", "¯"]

  static func sign(using generator: inout some RandomNumberGenerator) -> Unicode.Scalar {
    signs.randomElement(using: &generator) ?? "^"
  }

  /// The text with the sign at the start of each line and for each run of blanks.
  static func marked(_ text: String, with sign: Unicode.Scalar) -> String {
    var marked = String.UnicodeScalarView([sign])
    var isBlank = false
    for scalar in text.unicodeScalars {
      if scalar == "\n" {
        marked.append("\n")
        marked.append(sign)
        isBlank = true
      } else if scalar.properties.isWhitespace {
        if !isBlank { marked.append(sign) }
        isBlank = true
      } else {
        marked.append(scalar)
        isBlank = false
      }
    }
    return String(marked)
  }
}
