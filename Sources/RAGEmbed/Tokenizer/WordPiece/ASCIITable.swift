/// What a tokenizer makes of each byte at which a scalar begins, worked out once.
struct ASCIITable: ~Copyable, @unchecked Sendable {
  // Sendable: the buffers are written in `init` alone.

  /// What a byte means.
  enum Kind: UInt8 {
    case letter, space, punctuation, skipped
    /// Begins a scalar beyond ASCII.
    case multibyte
    /// May begin an added token.
    case added
  }

  /// The kind of each byte.
  let kinds: UnsafeMutablePointer<Kind>
  /// The same for what begins no added token after all.
  let plainKinds: UnsafeMutablePointer<Kind>
  /// Whether each byte ends a word that stands before it.
  let endsWord: UnsafeMutablePointer<Bool>
  /// Each byte in lower case, where the rules ask for that.
  let folded: UnsafeMutablePointer<UInt8>
  /// The token of each byte of punctuation.
  let tokens: UnsafeMutablePointer<Int32>
  /// The bit that is set in capital letters, in each byte, or 0 where case is kept.
  let caseBits: UInt64
  /// Whether letters and digits are nothing else than that: no added token begins with one.
  let hasPlainWords: Bool

  init(
    _ rules: BERTNormalization, scalars: ScalarTable, added: AddedTokens,
    pieces: borrowing PieceTable,
    unknownToken: Int32
  ) {
    kinds = .allocate(capacity: 256)
    plainKinds = .allocate(capacity: 256)
    endsWord = .allocate(capacity: 256)
    folded = .allocate(capacity: 256)
    tokens = .allocate(capacity: 256)
    let firstBytes = added.firstBytes
    for byte in UInt8.min ... .max {
      let kind = byte < 0x80 ? Kind(scalars[UInt32(byte)].kind) : .multibyte
      let index = Int(byte)
      (plainKinds + index).initialize(to: kind)
      (kinds + index).initialize(to: firstBytes.contains(byte) ? .added : kind)
      (endsWord + index).initialize(to: kind == .space || kind == .punctuation)
      let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      (folded + index).initialize(to: rules.lowercases && isCapital ? byte | 0x20 : byte)
      let token = pieces.token(of: .init(low: UInt64(byte), high: 0, length: 1))
      (tokens + index).initialize(to: token < 0 ? unknownToken : token)
    }
    caseBits = rules.lowercases ? 0x2020_2020_2020_2020 : 0
    hasPlainWords = firstBytes.allSatisfy { !Self.isAlphanumeric($0) }
  }

  deinit {
    kinds.deallocate()
    plainKinds.deallocate()
    endsWord.deallocate()
    folded.deallocate()
    tokens.deallocate()
  }

  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }

  /// All of ASCII that is neither letter, digit, space nor control.
  static func isPunctuation(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && !isAlphanumeric(byte)
  }
}

extension ASCIITable.Kind {
  /// The kind of an ASCII scalar; none is several scalars, and none is a mark.
  init(_ kind: ScalarTable.Kind) {
    switch kind {
    case .space: self = .space
    case .single: self = .punctuation
    case .skipped: self = .skipped
    default: self = .letter
    }
  }
}
