import Testing

@testable import RAGCore
@testable import RAGLexical

@Suite("Writing lexical files")
struct WriteTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("Merged files have the bytes of one written from scratch", arguments: 0..<12)
  func merge(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let texts = randomTexts(
      Int.random(in: 0...(seed % 3 == 0 ? 3_000 : 200), using: &random), words: 80, using: &random)
    let excluded = Set(
      texts.map(\.id).filter { _ in Int.random(in: 0..<5, using: &random) < Int(seed % 4) })
    var rest = texts[...]
    var files: [LexicalFile] = []
    for index in 0..<Int.random(in: 0...3, using: &random) {
      let part = rest.prefix(Int.random(in: 0...rest.count, using: &random))
      rest = rest.dropFirst(part.count)
      files.append(try lexicalFile(Array(part), directory.file("part\(index)")))
    }
    var memory = LexicalMemory()
    for text in rest { try memory.append(id: text.id, text: text.text) }
    #expect(memory.runs.count <= 12)
    let stamp = try LexicalFile.write(
      merging: files, excluding: IDSet(excluded), adding: memory, to: directory.file("merged"))
    let expected = try lexicalFile(
      texts.filter { !excluded.contains($0.id) }, directory.file("expected"))
    let merged = try LexicalFile(path: directory.file("merged"), expecting: stamp)
    try merged.check()
    #expect(stamp == expected.stamp)
    #expect(try readFile(merged.path) == readFile(expected.path))
    #expect(try merged.ids() == texts.map(\.id).filter { !excluded.contains($0) })
  }

  @Test("A copy of a memory is left as it is, and a failed append adds nothing")
  func copies() throws {
    var memory = LexicalMemory()
    try memory.append([(1, "one needle"), (2, "two")] as [Text])
    let copy = memory
    try memory.append(id: 5, text: "another needle")
    #expect(throws: RAGError.self) { try memory.append([(6, "six"), (6, "again")] as [Text]) }
    #expect(throws: RAGError.self) { try memory.append(id: 5, text: "again") }
    #expect(copy.count == 2)
    #expect(memory.count == 3)
    let query = LexicalQuery("needle")
    #expect(try LexicalSearch.search(query, in: [], memory: copy, k: 9).map(\.id) == [1])
    #expect(
      try LexicalSearch.search(query, in: [], memory: memory, k: 9).map(\.id).sorted() == [1, 5])
  }

  @Test("Files in the wrong order are refused")
  func order() throws {
    let first = try lexicalFile([(1, "one"), (2, "two")], directory.file("a"))
    let second = try lexicalFile([(3, "three")], directory.file("b"))
    #expect { try LexicalFile.write(merging: [second, first], to: directory.file("c")) } throws: {
      ($0 as? RAGError)?.code == .invalidInput
    }
    #expect(directory.names.sorted() == ["a", "b"])
  }

  @Test("A cancelled write leaves no file")
  func cancelled() async throws {
    let file = try lexicalFile([(1, "a needle")], directory.file("a"))
    let path = directory.file("b")
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      _ = try LexicalFile.write(merging: [file], to: path)
    }
    await #expect { try await task.value } throws: { ($0 as? RAGError)?.code == .cancelled }
    #expect(directory.names == ["a"])
  }

  @Test("Postings of all widths are read as they were written", arguments: 0..<20)
  func postings(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<50 {
      let count = Int.random(in: 1...128, using: &random)
      var slots: [UInt32] = []
      let previous = Int.random(in: -1...1_000, using: &random)
      var slot = previous
      let gap = UInt64.random(
        in: 1...(1 << UInt64.random(in: 0...24, using: &random)), using: &random)
      for _ in 0..<count {
        slot += 1 + Int(UInt64.random(in: 0..<gap, using: &random))
        slots.append(UInt32(slot))
      }
      let most = UInt32.max >> UInt32.random(in: 0...31, using: &random)
      let frequencies = slots.map { _ in UInt32.random(in: 1...most, using: &random) }
      var bytes: [UInt8] = []
      slots.withUnsafeBufferPointer { slots in
        frequencies.withUnsafeBufferPointer {
          PostingBlock.encode(slots, $0, after: previous, to: &bytes)
        }
      }
      let size = bytes.count
      bytes += (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
      let reader = PostingReader()
      let last = bytes.withUnsafeBytes {
        PostingBlock.decode(
          UnsafeRawBufferPointer(rebasing: $0[..<size]), count: count, after: previous,
          slots: reader.slots.base, frequencies: reader.frequencies.base)
      }
      #expect(last == slot)
      #expect(Array(UnsafeBufferPointer(start: reader.slots.base, count: count)) == slots)
      #expect(
        Array(UnsafeBufferPointer(start: reader.frequencies.base, count: count)) == frequencies)
    }
  }
}
