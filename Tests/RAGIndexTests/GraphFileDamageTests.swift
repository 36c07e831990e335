import Foundation
import RAGCore
import Testing

@testable import RAGIndex

@Suite("Damaged graph files")
struct GraphFileDamageTests {
  private let directory: TemporaryDirectory
  private let intact: [UInt8]
  private let header: GraphFileHeader
  private let layout: GraphFileHeader.Layout

  init() throws {
    directory = try TemporaryDirectory()
    var random = SeededRandom(50)
    let graph = try makeGraph(
      random.clustered(500, dimension: 20, clusters: 8),
      parameters: HNSWParameters(m: 4, efConstruction: 20))
    try GraphFile.write(graph, to: directory.path("intact"))
    intact = try directory.bytes(of: "intact")
    (header, layout, _) = try intact.withUnsafeBytes {
      try GraphFileHeader.read($0, path: "intact")
    }
  }

  @Test("a file cut anywhere is refused")
  func truncation() throws {
    var lengths = Set(stride(from: 0, to: intact.count, by: 509))
    lengths.formUnion(0..<300)
    lengths.formUnion((intact.count - 200)..<intact.count)
    for length in lengths { expectRefusal(Array(intact[..<length]), "cut to \(length)") }
    // And through the file system.
    let path = directory.path("intact")
    for length in lengths.sorted().reversed() where length % 7 == 0 {
      #expect(truncate(path, length) == 0)
      expectError(.corrupt) { _ = try GraphFile(path: path) }
    }
  }

  @Test("a file with anything behind it is refused")
  func junk() {
    for tail in [[0], Array(repeating: 0, count: 64), intact] {
      expectRefusal(intact + tail, "\(tail.count) bytes more")
    }
  }

  @Test("a flipped bit in any 64 bytes is found")
  func bitFlips() {
    var random = SeededRandom(51)
    for start in stride(from: 0, to: intact.count, by: 64) {
      var bytes = intact
      let place = Int.random(in: start..<min(start + 64, intact.count), using: &random)
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      expectRefusal(bytes, "flip at \(place)")
    }
  }

  @Test("a search over a flipped bit in any 64 bytes tells of it or answers as if there were none")
  func searchesOverBitFlips() throws {
    var random = SeededRandom(53)
    // So small a graph is walked only where its calibration says that this costs next to nothing.
    let walked = lie { bytes in
      for index in Calibration.slacks.indices {
        bytes.store(Float(index + 1).bitPattern, at: 132 + 4 * index)
      }
    }
    let queries = (0..<3).flatMap { _ in
      let vector = random.vector(20)
      return [SearchEffort.recall(0.95), .ef(30)].map { VectorQuery(vector, k: 10, effort: $0) }
    }
    let whole = try GraphFile(path: directory.write(walked, to: "walked"))
    let expected = try queries.map { try whole.search($0) }
    #expect(Set(expected.map(\.statistics.plan)) == [.walk, .scan])
    var told = 0
    for start in stride(from: 0, to: walked.count, by: 64) {
      var bytes = walked
      let place = Int.random(in: start..<min(start + 64, walked.count), using: &random)
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      do {
        let file = try GraphFile(path: directory.write(bytes, to: "flipped"))
        let found = try queries.map { try file.search($0).matches }
        #expect(found == expected.map(\.matches), "flip at \(place)")
      } catch let error as RAGError {
        #expect(error.code == .corrupt || error.code == .incompatibleFormat)
        told += 1
      }
    }
    #expect(told > 0)
  }

  @Test("damage that no search touches does no harm until it is looked for")
  func lazyChecks() throws {
    var random = SeededRandom(54)
    let graph = try makeGraph(
      random.clustered(3_000, dimension: 64, clusters: 50), encoding: .float32)
    try GraphFile.write(graph, to: directory.path("large"))
    var bytes = try directory.bytes(of: "large")
    let layout = try bytes.withUnsafeBytes { try GraphFileHeader.read($0, path: "large").layout }
    // The last vector's elements are read only to rank it or to check the file.
    bytes[layout.fine.upperBound - 100] ^= 1
    let file = try GraphFile(path: directory.write(bytes, to: "large"))
    let query = try #require(
      try (0..<50).lazy.map { _ in random.vector(64) }.first { query in
        try graph.search(query, k: 40, effort: .exact).allSatisfy { $0.id < 2_900 }
      })
    #expect(try file.search(query, k: 1, effort: .ef(10)).count == 1)
    expectError(.corrupt) { try file.check() }
    expectError(.corrupt) { _ = try file.search(query, k: 1, effort: .exact) }
    expectError(.corrupt) { _ = try MutableGraph(file) }
  }

  @Test("any bit of the header flipped is found")
  func headerFlips() {
    for place in 0..<BlockFileKind.headerByteCount {
      for bit in 0..<8 as Range<UInt8> {
        var bytes = intact
        bytes[place] ^= 1 << bit
        expectRefusal(bytes, "bit \(bit) of byte \(place)")
      }
    }
  }

  @Test("another whole graph file is not taken for the one named")
  func swapped() throws {
    let stamp = try GraphFile(path: directory.path("intact")).stamp
    try GraphFile.write(try makeGraph([[1, 2]]), to: directory.path("other"))
    expectError(.corrupt) {
      _ = try GraphFile(path: directory.path("other"), expecting: stamp)
    }
    #expect(throws: Never.self) {
      _ = try GraphFile(path: directory.path("intact"), expecting: stamp)
    }
  }

  @Test("versions and byte orders of others are named as such")
  func otherFormats() throws {
    for version in [0, 1, 3, 77] as [UInt32] {
      let path = try directory.write(lie { $0.store(version, at: 12) }, to: "lie")
      let error = #expect(throws: RAGError.self) { _ = try GraphFile(path: path) }
      #expect(error?.code == .incompatibleFormat)
      #expect(error?.message.contains("version \(version)") ?? false)
    }
    let swapped = lie { $0.store(UInt32(0x0403_0201), at: 8) }
    expectError(.incompatibleFormat) {
      _ = try GraphFile(path: directory.write(swapped, to: "lie"))
    }
  }

  @Test("numbers that contradict each other are refused though every checksum is right")
  func coherentLies() throws {
    func level(_ slot: Int) -> UInt32 {
      let place = layout.upperRows.lowerBound + 4 * slot
      return intact.load(place + 4) - intact.load(place)
    }
    let slot = try #require((0..<header.count).first { level($0) > 0 })
    let flat = try #require((0..<header.count).first { level($0) == 0 })
    let ground = layout.groundLinks.lowerBound
    let upperRow: UInt32 = intact.load(layout.upperRows.lowerBound + 4 * slot)
    let upper = layout.upperLinks.lowerBound + 4 * header.parameters.m * Int(upperRow)
    let n = UInt32(header.count)
    let lies: [(String, (inout [UInt8]) -> Void)] = [
      ("count one more", { $0.store(UInt64(n + 1), at: 24) }),
      ("count one less", { $0.store(UInt64(n - 1), at: 24) }),
      ("count 0", { $0.store(UInt64(0), at: 24) }),
      ("count huge", { $0.store(UInt64.max, at: 24) }),
      ("count 2^62", { $0.store(UInt64(1) << 62, at: 24) }),
      ("count 2^32 - 2", { $0.store(UInt64(UInt32.max - 1), at: 24) }),
      ("rows one more", { $0.store(UInt64(header.upperRowCount + 1), at: 32) }),
      ("rows huge", { $0.store(UInt64.max >> 1, at: 32) }),
      ("dimension 0", { $0.store(UInt32(0), at: 48) }),
      ("dimension 33", { $0.store(UInt32(33), at: 48) }),
      ("dimension 2^31", { $0.store(UInt32(1) << 31, at: 48) }),
      ("metric 3", { $0.store(UInt32(3), at: 52) }),
      ("m 0", { $0.store(UInt32(0), at: 56) }),
      ("m 5", { $0.store(UInt32(5), at: 56) }),
      ("m huge", { $0.store(UInt32.max, at: 56) }),
      ("efConstruction 0", { $0.store(UInt32(0), at: 60) }),
      ("entry n", { $0.store(n, at: 64) }),
      ("entry none", { $0.store(UInt32.max, at: 64) }),
      ("entry on level 0", { $0.store(UInt32(flat), at: 64) }),
      ("top level 0", { $0.store(UInt32(0), at: 68) }),
      ("top level 31", { $0.store(UInt32(31), at: 68) }),
      ("top level huge", { $0.store(UInt32.max, at: 68) }),
      ("file size", { $0.store(UInt64(intact.count + 1), at: 16) }),
      ("equal ids", { $0.store(Int64(0), at: layout.ids.lowerBound + 8) }),
      ("ids out of order", { $0.store(Int64.min, at: layout.ids.upperBound - 8) }),
      ("first row", { $0.store(upperRow + 1, at: layout.upperRows.lowerBound + 4 * slot) }),
      ("link n", { $0.store(n, at: ground) }),
      ("link huge", { $0.store(UInt32.max - 1, at: ground + 4) }),
      ("link to itself", { $0.store(UInt32(0), at: ground) }),
      ("link behind the end", { $0.store(UInt32.max, at: ground) }),
      ("upper link n", { $0.store(n, at: upper) }),
      ("upper link to a node below", { $0.store(UInt32(flat), at: upper) }),
      ("encoding 2", { $0.store(UInt32(2), at: 76) }),
      ("longest vector", { $0.store(Float.nan.bitPattern, at: 80) }),
      ("recall 2", { $0.store(Float(2).bitPattern, at: 84) }),
      ("distances below 0", { $0.store(Float(-1).bitPattern, at: 132) }),
      ("centre far off", { $0.store(Float(3e38).bitPattern, at: layout.centre.lowerBound) }),
      ("centre", { $0.store(Float.infinity.bitPattern, at: layout.centre.lowerBound) }),
      ("scale not a number", { $0.store(Float.nan.bitPattern, at: layout.terms.lowerBound + 8) }),
      ("scale below 0", { $0.store(Float(-1).bitPattern, at: layout.terms.lowerBound) }),
      ("length", { $0.store(Float.infinity.bitPattern, at: layout.terms.lowerBound + 4) }),
    ]
    for (what, change) in lies { expectRefusal(lie(change), what) }
    #expect(lie { _ in } == intact)
  }

  @Test("random changes under right checksums are refused or answered, never trapped on")
  func randomLies() throws {
    var random = SeededRandom(52)
    var refused = 0
    for _ in 0..<3_000 {
      let bytes = lie { bytes in
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let place = Int.random(in: 0..<layout.coarse.lowerBound, using: &random)
          bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
      }
      do {
        let file = try GraphFile(path: directory.write(bytes, to: "lie"))
        for effort in [SearchEffort.ef(50), .exact] {
          _ = try file.search(Array(repeating: 1, count: 20), k: 10, effort: effort)
        }
      } catch let error as RAGError {
        #expect(error.code == .corrupt || error.code == .incompatibleFormat)
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  /// The file with changes, all checksums made right again.
  private func lie(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes = intact
    change(&bytes)
    var entry = layout.blockTable.lowerBound
    for start in stride(
      from: layout.blocks.lowerBound, to: layout.blocks.upperBound,
      by: BlockFileKind.blockByteCount)
    {
      let end = min(start + BlockFileKind.blockByteCount, layout.blocks.upperBound)
      bytes.store(CRC32C.checksum(Array(bytes[start..<end])), at: entry)
      entry += 4
    }
    bytes.store(CRC32C.checksum(Array(bytes[layout.blockTable])), at: 72)
    bytes.store(CRC32C.checksum(Array(bytes[..<252])), at: 252)
    return bytes
  }

  private func expectRefusal(_ bytes: [UInt8], _ what: String) {
    let error = #expect(throws: RAGError.self, "\(what)") { try check(bytes) }
    #expect(
      error?.code == .corrupt || error?.code == .incompatibleFormat, "\(what): \(error as Any)")
    #expect(error?.path == "memory")
  }

  /// What opening does with the bytes once they are mapped.
  private func check(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try GraphChecks($0, path: "memory").checkAll() }
  }
}

extension [UInt8] {
  fileprivate mutating func store(_ value: some FixedWidthInteger, at offset: Int) {
    Swift.withUnsafeBytes(of: value.littleEndian) { bytes in
      replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }
  }

  fileprivate func load(_ offset: Int) -> UInt32 {
    withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
  }
}
