/// Numbers terms in the order of their first appearance: a hash table with open addressing.
struct TermTable {
  private(set) var count = 0
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  private var hashes: [UInt64] = []
  /// Numbers plus one, 0 where nothing is.
  private var places: [UInt32] = Array(repeating: 0, count: 1024)
  /// Nobody can choose terms that share their places, and nothing that is written depends on them.
  private let seed = UInt64.random(in: 0...UInt64.max)

  /// The number of a term, which becomes the next one if it is new.
  mutating func number(of term: UnsafeBufferPointer<UInt8>) -> Int {
    let hash = hash(term)
    let mask = places.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while places[place] != 0 {
      let number = Int(places[place]) - 1
      if hashes[number] == hash, isEqual(number, term) { return number }
      place = (place + 1) & mask
    }
    places[place] = UInt32(count + 1)
    hashes.append(hash)
    bytes += term
    starts.append(bytes.count)
    count += 1
    if count * 2 > places.count { grow() }
    return count - 1
  }

  /// All numbers, by the bytes of their terms.
  func sorted() -> [Int] {
    bytes.withUnsafeBytes { bytes in
      (0..<count).sorted { TermOrder.compare(term($0, bytes), term($1, bytes)) < 0 }
    }
  }

  func withTerm<Result>(
    _ number: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try bytes.withUnsafeBytes { try body(term(number, $0)) }
  }

  private func term(_ number: Int, _ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[starts[number]..<starts[number + 1]])
  }

  private func isEqual(_ number: Int, _ term: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = starts[number]
    guard starts[number + 1] - start == term.count else { return false }
    for index in 0..<term.count where bytes[start + index] != term[index] { return false }
    return true
  }

  private mutating func grow() {
    places = Array(repeating: 0, count: places.count * 2)
    for number in 0..<count {
      var place = Int(truncatingIfNeeded: hashes[number]) & (places.count - 1)
      while places[place] != 0 { place = (place + 1) & (places.count - 1) }
      places[place] = UInt32(number + 1)
    }
  }

  /// FNV-1a from the seed, its high bits folded into the low ones, which tell the place.
  private func hash(_ term: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = seed
    for byte in term { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash ^ hash >> 32
  }
}
