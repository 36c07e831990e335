import RAGCore

/// UTF-8 under construction, with the way back to the source bytes of every character.
struct MappedOutput {
  private(set) var bytes: [UInt8] = []
  /// Places where the source had no valid character and U+FFFD stands instead.
  private(set) var replacementCount = 0
  /// Whether so much is replaced that the source cannot be text in this encoding. Decoders stop
  /// then: the map of such a source would be many times its size.
  private(set) var isHopeless = false
  private var map = SourceMap()
  /// The run that is still growing; joined here because most characters only extend it.
  private var run = SourceMap.Run(textStart: 0, sourceStart: 0, count: 0)

  init(capacity: Int) {
    bytes.reserveCapacity(capacity)
  }

  /// Appends source bytes that are UTF-8 already.
  mutating func copy(_ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    note(count: range.count, textUnit: 1, sourceUnit: 1, at: range.lowerBound)
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[range]))
  }

  /// Appends a character that `sourceUnit` bytes at `sourceStart` encode.
  mutating func append(_ character: PackedUTF8, at sourceStart: Int, sourceUnit: Int) {
    note(count: 1, textUnit: character.byteCount, sourceUnit: sourceUnit, at: sourceStart)
    character.append(to: &bytes)
  }

  /// Appends U+FFFD for `sourceUnit` bytes that encode nothing.
  mutating func appendReplacement(at sourceStart: Int, sourceUnit: Int) {
    replacementCount += 1
    isHopeless = replacementCount > 4096 && replacementCount > bytes.count / 9
    append(.replacement, at: sourceStart, sourceUnit: sourceUnit)
  }

  /// The finished text and its map.
  mutating func finish() -> DecodedSource {
    map.append(run)
    run.count = 0
    return DecodedSource(bytes: bytes, map: map)
  }

  private mutating func note(count: Int, textUnit: Int, sourceUnit: Int, at sourceStart: Int) {
    if run.textUnit == textUnit, run.sourceUnit == sourceUnit, run.sourceEnd == sourceStart {
      run.count += count
      return
    }
    map.append(run)
    run = SourceMap.Run(
      textStart: bytes.count, sourceStart: sourceStart, count: count, textUnit: textUnit,
      sourceUnit: sourceUnit)
  }
}
