/// Cuts normalised text into tokens: what differs between the kinds of subword tokenizers.
protocol SubwordModel: Sendable {
  /// Room to work in, used again for every block of a text.
  associatedtype Scratch

  /// Whether origins are needed to find the tokens themselves.
  var needsOrigins: Bool { get }

  func makeScratch() -> Scratch

  /// Cuts a block between added tokens or ends of the text.
  func cut(
    _ text: inout NormalizedText, _ place: BlockPlace, with scratch: inout Scratch,
    into sink: inout TokenSink)
}
