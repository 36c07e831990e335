/// An id as trec_eval compares it: by its bytes. `String` takes é for e with an accent, which are
/// two ids.
struct ExactID: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (a: ExactID, b: ExactID) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
