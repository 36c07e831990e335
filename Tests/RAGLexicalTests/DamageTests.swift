import Testing

@testable import RAGCore
@testable import RAGLexical

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@Suite("Damaged lexical files")
struct DamageTests {
  private let directory: TemporaryDirectory
  private let bytes: [UInt8]
  private let answers: [[Match]]

  private static let queries = [
    "w1q w2q", "w30q w40q w50q w59q w0q w3q", "数 w7q", "数据 索引 w12q", "absent w44q",
  ].map { LexicalQuery($0) }

  init() throws {
    directory = try TemporaryDirectory()
    var random = SplitMix64(seed: 11)
    let texts = randomTexts(700, using: &random)
    let file = try lexicalFile(texts, directory.file("a"))
    bytes = try readFile(file.path)
    answers = try Self.search(file)
  }

  @Test("A flipped bit is reported, or the answers are the same")
  func flips() throws {
    var random = SplitMix64(seed: 12)
    for start in stride(from: 0, to: bytes.count, by: 64) {
      let place = min(start + Int.random(in: 0..<64, using: &random), bytes.count - 1)
      var damaged = bytes
      damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      try writeFile(damaged, to: directory.file("b"))
      do {
        let file = try LexicalFile(path: directory.file("b"))
        #expect(throws: RAGError.self, "byte \(place)") { try file.check() }
        let again = try LexicalFile(path: directory.file("b"))
        for (query, answer) in zip(Self.queries, answers) {
          do {
            #expect(try LexicalSearch.search(query, in: [again], k: 20) == answer, "byte \(place)")
          } catch RAGError.Code.corrupt {}
        }
      } catch let error as RAGError {
        #expect(error.code == .corrupt || error.code == .incompatibleFormat, "\(error)")
      }
    }
  }

  @Test("A cut file is never opened")
  func truncations() throws {
    let path = directory.file("b")
    try writeFile(bytes, to: path)
    for count in (0..<bytes.count).reversed() {
      try #require(truncate(path, off_t(count)) == 0)
      #expect { try LexicalFile(path: path) } throws: { ($0 as? RAGError)?.code == .corrupt }
    }
  }

  @Test("Another file than the index names is refused, as is one of another kind")
  func strangers() throws {
    let other = try lexicalFile([(1, "one")], directory.file("b"))
    #expect { try LexicalFile(path: directory.file("a"), expecting: other.stamp) } throws: {
      ($0 as? RAGError)?.code == .corrupt
    }
    try writeFile(Array("RAGHNSW\0 and more".utf8), to: directory.file("b"))
    #expect { try LexicalFile(path: directory.file("b")) } throws: {
      ($0 as? RAGError)?.code == .incompatibleFormat
    }
  }

  @Test("Versions and byte orders of others are named as such")
  func otherFormats() throws {
    let layout = try bytes.withUnsafeBytes { try LexicalFileHeader.read($0, path: "").layout }
    let (known, analysis) = (LexicalFileHeader.kind.version, LexicalAnalyzer.versions.upperBound)
    func expect(_ offset: Int, _ value: UInt32, _ named: [String]) throws {
      var other = bytes
      withUnsafeBytes(of: value.littleEndian) {
        other.replaceSubrange(offset..<(offset + 4), with: $0)
      }
      seal(&other, layout)
      try writeFile(other, to: directory.file("b"))
      let error = #expect(throws: RAGError.self) { try LexicalFile(path: directory.file("b")) }
      #expect(error?.code == .incompatibleFormat, "\(value) at \(offset)")
      for name in named { #expect(error?.message.contains(name) ?? false, "\(error as Any)") }
    }
    for version in [0, known + 1, 77, .max] {
      try expect(12, version, ["version \(version),", "reads \(known);"])
    }
    for version in [0, analysis + 1, .max] {
      try expect(64, version, ["analysis \(version),", "up to \(analysis);"])
    }
    try expect(8, 0x0403_0201, ["big-endian"])
    try expect(8, 7, [])
    try expect(0, 0x4E48_4152, ["not a lexical file"])
  }

  @Test("Files of the first analysis are searched, and merged as such")
  func olderAnalysis() throws {
    var old = bytes
    old.replaceSubrange(64..<68, with: [1, 0, 0, 0])
    seal(&old, try bytes.withUnsafeBytes { try LexicalFileHeader.read($0, path: "").layout })
    try writeFile(old, to: directory.file("b"))
    let file = try LexicalFile(path: directory.file("b"))
    try file.check()
    #expect(try Self.search(file) == answers)
    var memory = LexicalMemory()
    try memory.append([(1 << 40, "newText")] as [Text])
    let stamp = try LexicalFile.write(merging: [file], adding: memory, to: directory.file("c"))
    let merged = try LexicalFile(path: directory.file("c"), expecting: stamp)
    #expect(merged.segment.header.analysis == 1)
    #expect(
      try LexicalSearch.search(LexicalQuery("new text"), in: [merged], k: 2).map(\.id) == [1 << 40])
  }

  @Test("A file that lies under right checksums is refused or searched, but never a trap")
  func lies() throws {
    var random = SplitMix64(seed: 13)
    let layout = try bytes.withUnsafeBytes { try LexicalFileHeader.read($0, path: "").layout }
    let parts = [16..<72, layout.ids, layout.lengths, layout.stream, layout.stream, layout.leaves]
    var caught = 0
    for round in 0..<1_800 {
      var damaged = bytes
      let part = parts[round % parts.count]
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: part, using: &random)
        damaged[place] =
          [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)][
            Int.random(in: 0..<6, using: &random)]
      }
      seal(&damaged, layout)
      try writeFile(damaged, to: directory.file("b"))
      do {
        let file = try LexicalFile(path: directory.file("b"))
        for query in Self.queries {
          do { _ = try LexicalSearch.search(query, in: [file], k: 20) } catch is RAGError {}
        }
        do {
          _ = try LexicalSearch.search(
            Self.queries[0], in: [file], k: 3, allowing: IDSet(1..<9), excluding: IDSet(2..<5))
        } catch is RAGError {}
        if round % 5 == 0 {
          do {
            try LexicalFile.write(merging: [file], excluding: IDSet(3..<9), to: directory.file("c"))
          } catch is RAGError {}
        }
        if damaged != bytes { try file.check() }
      } catch is RAGError { caught += 1 }
    }
    #expect(caught > 1_400)
  }

  private static func search(_ file: LexicalFile) throws -> [[Match]] {
    try queries.map { try LexicalSearch.search($0, in: [file], k: 20) }
  }

  /// Makes all checksums right.
  private func seal(_ bytes: inout [UInt8], _ layout: LexicalFileHeader.Layout) {
    func put(_ value: UInt32, _ offset: Int) {
      withUnsafeBytes(of: value.littleEndian) {
        bytes.replaceSubrange(offset..<(offset + 4), with: $0)
      }
    }
    var table = layout.blockTable.lowerBound
    for start in stride(from: layout.blocks.lowerBound, to: layout.blocks.upperBound, by: 4096) {
      let block = start..<min(start + 4096, layout.blocks.upperBound)
      put(CRC32C.checksum(Array(bytes[block])), table)
      table += 4
    }
    put(CRC32C.checksum(Array(bytes[layout.blockTable])), 68)
    put(CRC32C.checksum(Array(bytes[..<252])), 252)
  }
}
