/// What the dictionary says of a term.
///
/// In a leaf: a byte with the length of the term, its bytes, and as varints (7 bits a byte, the
/// lowest first) the number of its texts n, then
/// * for n = 1 the slot and the frequency;
/// * for n up to 128 offset and size of its only block of postings, the highest frequency and the
///   least length of a text;
/// * for other n offset and size of its blocks and the ``SkipEntry`` of each block behind them.
///
/// Offsets count from the start of the stream.
struct TermRecord: Equatable {
  /// The number of texts that hold the term.
  var count: Int
  var postings: Postings

  enum Postings: Equatable {
    case one(slot: UInt32, frequency: UInt32)
    case block(Range<Int>, bound: PostingBound)
    case blocks(Range<Int>)
  }

  var blockCount: Int { (count + PostingBlock.capacity - 1) / PostingBlock.capacity }
}

/// No text of some postings scores higher than one with this frequency and length.
struct PostingBound: Equatable {
  var frequency: UInt32 = 0
  var length = UInt32.max

  mutating func include(frequency: UInt32, length: UInt32) {
    self.frequency = max(self.frequency, frequency)
    self.length = min(self.length, length)
  }
}

/// What is known of a block of postings without reading it: 16 bytes of four UInt32.
struct SkipEntry: Equatable {
  var lastSlot: UInt32
  /// Where the block ends, from the start of the term's first block.
  var end: UInt32
  var bound: PostingBound

  static let byteCount = 16

  init(lastSlot: UInt32, end: UInt32, bound: PostingBound) {
    self.lastSlot = lastSlot
    self.end = end
    self.bound = bound
  }

  init(_ bytes: UnsafeRawPointer) {
    func word(_ index: Int) -> UInt32 {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
    }
    lastSlot = word(0)
    end = word(1)
    bound = PostingBound(frequency: word(2), length: word(3))
  }

  func append(to bytes: inout [UInt8]) {
    for word in [lastSlot, end, bound.frequency, bound.length] {
      withUnsafeBytes(of: word.littleEndian) { bytes += $0 }
    }
  }
}

extension TermRecord {
  func append(term: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
    func varint(_ value: Int) {
      var rest = UInt(value)
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    // Terms have 1 to 255 bytes.
    bytes.append(UInt8(term.count))
    bytes += term
    varint(count)
    switch postings {
    case .one(let slot, let frequency):
      varint(Int(slot))
      varint(Int(frequency))
    case .block(let range, let bound):
      varint(range.lowerBound)
      varint(range.count)
      varint(Int(bound.frequency))
      varint(Int(bound.length))
    case .blocks(let range):
      varint(range.lowerBound)
      varint(range.count)
    }
  }
}

/// Reads the terms of a leaf, which need not be sound: nothing outside its bytes is read.
struct LeafReader {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0
  private var remaining: Int
  private let textCount: Int
  private let streamByteCount: Int

  /// `streamByteCount` is the size of the stream without its padding.
  init(
    _ bytes: UnsafeRawBufferPointer, termCount: Int, textCount: Int, streamByteCount: Int
  ) {
    self.bytes = bytes
    remaining = termCount
    self.textCount = textCount
    self.streamByteCount = streamByteCount
  }

  /// The place does not hold a term.
  struct Malformed: Error {}

  /// The next term and its record, both within their ranges, or nil behind the last.
  mutating func next() throws(Malformed) -> (term: UnsafeRawBufferPointer, record: TermRecord)? {
    guard remaining > 0 else {
      guard offset == bytes.count else { throw Malformed() }
      return nil
    }
    remaining -= 1
    guard offset < bytes.count else { throw Malformed() }
    let length = Int(bytes[offset])
    offset += 1
    guard length > 0, length <= bytes.count - offset else { throw Malformed() }
    let term = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])
    offset += length
    let count = try varint()
    guard count > 0, count <= textCount else { throw Malformed() }
    if count == 1 {
      let slot = try varint()
      guard slot < textCount, let frequency = UInt32(exactly: try varint()), frequency > 0 else {
        throw Malformed()
      }
      return (
        term, TermRecord(count: 1, postings: .one(slot: UInt32(slot), frequency: frequency))
      )
    }
    let start = try varint()
    let size = try varint()
    guard start <= streamByteCount, size <= streamByteCount - start else { throw Malformed() }
    let range = start..<(start + size)
    guard count <= PostingBlock.capacity else {
      let record = TermRecord(count: count, postings: .blocks(range))
      guard size / SkipEntry.byteCount >= record.blockCount else { throw Malformed() }
      return (term, record)
    }
    guard let frequency = UInt32(exactly: try varint()), let length = UInt32(exactly: try varint())
    else { throw Malformed() }
    let bound = PostingBound(frequency: frequency, length: length)
    return (term, TermRecord(count: count, postings: .block(range, bound: bound)))
  }

  private mutating func varint() throws(Malformed) -> Int {
    var value = 0
    var shift = 0
    while offset < bytes.count, shift < 63 {
      let byte = Int(bytes[offset])
      offset += 1
      value |= (byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Malformed()
  }
}
