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

/// A small generator with a seed (Steele, Lea and Flood 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A directory that goes away with this object.
final class TemporaryDirectory {
  let path: String

  init() throws {
    var template = Array("/tmp/raglexical.XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// What is in the directory.
  var names: [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}

func readFile(_ path: String) throws -> [UInt8] {
  let file = try MappedFile(path: path)
  return withExtendedLifetime(file) { Array(file.bytes) }
}

func writeFile(_ bytes: [UInt8], to path: String) throws {
  let file = try #require(fopen(path, "w"))
  defer { fclose(file) }
  try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}

/// The terms of a text, those of names of programs where they are asked for.
func terms(_ text: String, ofNames: Bool = false) -> [String] {
  var terms: [String] = []
  LexicalAnalyzer().analyze(text) { bytes, kind in
    if (kind == .part || kind == .whole) == ofNames {
      terms.append(String(decoding: bytes, as: UTF8.self))
    }
  }
  return terms
}

/// A text by its id.
typealias Text = (id: Int64, text: String)

/// Texts of a few words, of which some are much more frequent than others.
func randomTexts(
  _ count: Int, words: Int = 60, longest: Int = 30, using random: inout SplitMix64
) -> [Text] {
  var id: Int64 = 0
  return (0..<count).map { _ in
    id += Int64.random(in: 1...3, using: &random)
    let length = Int.random(in: 0...longest, using: &random)
    let text = (0..<length).map { _ in randomWord(words, using: &random) }.joined(separator: " ")
    return (id, text)
  }
}

func randomWord(_ words: Int, using random: inout SplitMix64) -> String {
  let rank = Int.random(in: 0..<words, using: &random) * Int.random(in: 0..<words, using: &random)
  let characters = ["数", "据", "库", "索", "引"]
  if rank % 17 == 5 {
    return (0...rank % 3).map { characters[(rank + $0) % 5] }.joined()
  }
  return "w\(rank / words)q"
}

/// A file of texts, written in one go.
func lexicalFile(_ texts: [Text], _ path: String) throws -> LexicalFile {
  var memory = LexicalMemory()
  try memory.append(texts)
  let stamp = try LexicalFile.write(merging: [], adding: memory, to: path)
  return try LexicalFile(path: path, expecting: stamp)
}
