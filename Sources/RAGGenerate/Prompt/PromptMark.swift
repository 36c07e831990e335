/// The random number in the marks of one prompt, which no text from outside can know.
struct PromptMark: Sendable, Hashable {
  /// How many hexadecimal digits it has.
  private static let digitCount = 16

  /// 64 random bits, in hexadecimal.
  let text: String

  init(using generator: inout some RandomNumberGenerator) {
    let digits = String(UInt64.random(in: .min ... .max, using: &generator), radix: 16)
    text = String(repeating: "0", count: Self.digitCount - digits.count) + digits
  }

  /// What a text from outside becomes between marks: neutralised, and without the mark.
  func inside(_ text: String) -> String { broken(UntrustedText.neutralised(text)) }

  /// The text with every occurrence of the mark taken apart.
  func broken(_ text: String) -> String {
    text.replacing(self.text, with: "\(self.text.prefix(8)) \(self.text.dropFirst(8))")
  }
}
