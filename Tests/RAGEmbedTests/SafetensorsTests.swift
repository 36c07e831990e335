import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("A safetensors file")
struct SafetensorsTests {
  private func open(_ bytes: Data) async throws -> (SafetensorsFile?, RAGError?) {
    try await withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      try bytes.write(to: URL(fileURLWithPath: path))
      var file: SafetensorsFile?
      let error = thrownError { file = try SafetensorsFile(path: path) }
      #expect(file != nil || error?.path == path)
      return (file, error)
    }
  }

  private static func file(_ header: String, dataCount: Int) -> Data {
    TinyModel.safetensors(Data(header.utf8), Data(count: dataCount))
  }

  private static func entry(
    _ name: String = "a", type: String = "F32", shape: String = "[2]", at place: String = "[0, 8]"
  ) -> String {
    #""\#(name)": {"dtype": "\#(type)", "shape": \#(shape), "data_offsets": \#(place)}"#
  }

  @Test("gives its tensors in place")
  func tensors() async throws {
    let (file, error) = try await open(
      TinyModel.safetensors(
        Data(
          "{\"__metadata__\": {\"format\": \"pt\"}, \(Self.entry()), \(Self.entry("s", shape: "[]", at: "[8,12]")), \(Self.entry("none", type: "I64", shape: "[0, 3]", at: "[12, 12]"))}   "
            .utf8), Data([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 1, 2, 3, 4])))
    #expect(error == nil)
    let a = try #require(file?.tensors["a"])
    #expect(a.type == .float32 && a.shape == [2])
    #expect(file?.bytes(of: a).loadUnaligned(as: Float.self) == 1)
    #expect(file?.tensors["s"]?.shape == [])
    #expect(file?.tensors["none"]?.range.isEmpty == true)
    #expect(file?.tensors.count == 3)
  }

  static let deep = String(repeating: "[", count: 100_000)

  @Test(
    "that contradicts itself is corrupt",
    arguments: [
      ("no header", Data()), ("half a length", Data(count: 7)),
      ("header of 2^63 bytes", Data([0, 0, 0, 0, 0, 0, 0, 0x80]) + Data("{}".utf8)),
      ("header of 8 EiB less one", Data([255, 255, 255, 255, 255, 255, 255, 0x7F, 0x7B, 0x7D])),
      ("header longer than the file", Data([3, 0, 0, 0, 0, 0, 0, 0]) + Data("{}".utf8)),
      ("header over the limit", Data([1, 0xE1, 0xF5, 5, 0, 0, 0, 0])),
      ("empty header", file("", dataCount: 0)),
      ("header that is no object", file("[]", dataCount: 0)),
      ("header that is cut", file("{", dataCount: 0)),
      ("something after the header", file("{} {}", dataCount: 0)),
      ("deep header", file(#"{"__metadata__": \#(deep)"#, dataCount: 0)),
      (
        "header that is no UTF-8",
        TinyModel.safetensors(Data([0x7B, 0x22, 0xFF, 0x22, 0x7D]), Data())
      ),
      ("overlap", file("{\(entry()), \(entry("b", at: "[4, 12]"))}", dataCount: 12)),
      ("same place twice", file("{\(entry()), \(entry("b"))}", dataCount: 8)),
      ("hole", file("{\(entry()), \(entry("b", at: "[12, 20]"))}", dataCount: 20)),
      ("hole at the start", file("{\(entry(at: "[4, 12]"))}", dataCount: 12)),
      ("bytes of no tensor", file("{\(entry())}", dataCount: 9)),
      ("end before begin", file("{\(entry(at: "[8, 0]"))}", dataCount: 8)),
      ("negative offset", file("{\(entry(at: "[-8, 0]"))}", dataCount: 8)),
      ("offset over 2^63", file("{\(entry(at: "[0, 18446744073709551615]"))}", dataCount: 8)),
      ("past the end", file("{\(entry())}", dataCount: 7)),
      ("type of other size", file("{\(entry(type: "F16"))}", dataCount: 8)),
      ("shape of other size", file("{\(entry(shape: "[3]"))}", dataCount: 8)),
      ("negative length", file("{\(entry(shape: "[-1, -2]"))}", dataCount: 8)),
      ("fractional length", file("{\(entry(shape: "[2.5]"))}", dataCount: 8)),
      (
        "lengths that overflow",
        file("{\(entry(shape: "[4294967296, 4294967296, 2]"))}", dataCount: 8)
      ),
      ("one offset", file("{\(entry(at: "[0]"))}", dataCount: 8)),
      ("no type", file(#"{"a": {"shape": [2], "data_offsets": [0, 8]}}"#, dataCount: 8)),
      ("tensor that is no object", file(#"{"a": 1}"#, dataCount: 0)),
      (
        "one name twice",
        file("{\(entry()), \(entry(at: "[8, 16]"))}", dataCount: 16)
      ),
      ("key twice in a tensor", file(#"{"a": {"dtype": "F32", "dtype": "F32"}}"#, dataCount: 0)),
    ] as [(String, Data)])
  func corrupt(name: String, bytes: Data) async throws {
    let (file, error) = try await open(bytes)
    #expect(file == nil)
    #expect(error?.code == .corrupt)
  }

  @Test("with an element type of the future is unsupported, and the error names it")
  func unknownType() async throws {
    let (_, error) = try await open(Self.file("{\(Self.entry(type: "F3"))}", dataCount: 8))
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("F3") == true)
  }

  @Test("cut at any length is corrupt")
  func truncated() async throws {
    let whole = Self.file("{\(Self.entry()), \(Self.entry("b", at: "[8, 16]"))}", dataCount: 16)
    for length in 0..<whole.count {
      let (_, error) = try await open(whole.prefix(length))
      #expect(error?.code == .corrupt, "cut at \(length)")
    }
  }

  @Test("with any bit of its header flipped is read or refused, never more")
  func flips() async throws {
    let whole = Self.file("{\(Self.entry()), \(Self.entry("b", at: "[8, 16]"))}", dataCount: 16)
    for bit in 0..<((whole.count - 16) * 8) {
      var bytes = whole
      bytes[bit / 8] ^= 1 << (bit % 8)
      let (file, error) = try await open(bytes)
      #expect((file == nil) != (error == nil))
    }
  }

  @Test("that is a directory or is missing is said to be so")
  func noFile() async throws {
    #expect(thrownError { _ = try SafetensorsFile(path: "/nonexistent") }?.code == .notFound)
    #expect(thrownError { _ = try SafetensorsFile(path: "/tmp") }?.code == .invalidInput)
  }
}
