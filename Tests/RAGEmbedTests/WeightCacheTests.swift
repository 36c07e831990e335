import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("The cache of packed weights")
struct WeightCacheTests {
  /// Larger than what is not worth keeping.
  private static let block = (0..<(3 << 18)).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) }

  private func keep(_ cache: WeightCache, _ key: String) {
    Self.block.withUnsafeBytes { cache.keep($0, for: key) }
  }

  private func found(_ cache: WeightCache, _ key: String) -> [UInt32]? {
    let count = Self.block.count
    guard let file = cache.block(for: key, byteCount: 4 * count),
      let start = WeightCache.start(of: file)
    else { return nil }
    return withExtendedLifetime(file) {
      (0..<count).map { start.load(fromByteOffset: 4 * $0, as: UInt32.self) }
    }
  }

  @Test("gives back what was kept under a key, and nothing under another or of another size")
  func roundTrip() async throws {
    try await withTemporaryDirectory { path in
      let cache = WeightCache(directory: path + "/made/here")
      #expect(found(cache, "a") == nil)
      keep(cache, "a")
      #expect(found(cache, "a") == Self.block)
      #expect(found(cache, "b") == nil)
      #expect(cache.block(for: "a", byteCount: 4 * Self.block.count - 4) == nil)
      let files = try FileManager.default.contentsOfDirectory(atPath: path + "/made/here")
      #expect(files.count == 1)
    }
  }

  @Test("takes no file that is damaged anywhere, and replaces it")
  func damage() async throws {
    try await withTemporaryDirectory { path in
      let cache = WeightCache(directory: path)
      keep(cache, "a")
      let name = try #require(FileManager.default.contentsOfDirectory(atPath: path).first)
      let file = URL(fileURLWithPath: path + "/" + name)
      let whole = try Data(contentsOf: file)
      var generator = SeededGenerator(seed: 3)
      let places =
        Array(0..<128) + (0..<40).map { _ in Int.random(in: 128..<whole.count, using: &generator) }
      for place in places {
        var bytes = whole
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        try bytes.write(to: file)
        #expect(found(cache, "a") == nil, "byte \(place)")
      }
      for count in [0, 1, 127, 128, whole.count - 1] {
        try whole.prefix(count).write(to: file)
        #expect(found(cache, "a") == nil, "\(count) bytes")
      }
      try (whole + [0]).write(to: file)
      #expect(found(cache, "a") == nil)
      keep(cache, "a")
      #expect(found(cache, "a") == Self.block)
    }
  }

  @Test("tells models of the same weights apart")
  func configurations() async throws {
    try await withTemporaryDirectory { path in
      let cache = WeightCache(directory: path + "/cache", smallestByteCount: 1)
      for heads in [4, 8] {
        let folder = path + "/\(heads)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try TinyModel(heads: heads).write(to: folder)
        func vectors(_ cache: WeightCache) async throws -> [[Float]] {
          try await BERTEncoder(
            directory: folder, options: .init(), EncoderBackend(.int8), cache: cache
          ).embed(["the fox runs"], as: .passage)
        }
        let expected = try await vectors(.init(directory: nil))
        #expect(try await vectors(cache) == expected)
        #expect(try await vectors(cache) == expected)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/cache").count == 2)
    }
  }

  @Test("takes no file that others can write to, and lets go of what is old")
  func trust() async throws {
    try await withTemporaryDirectory { path in
      let cache = WeightCache(directory: path)
      keep(cache, "a")
      let name = try #require(FileManager.default.contentsOfDirectory(atPath: path).first)
      chmod(path + "/" + name, 0o666)
      #expect(found(cache, "a") == nil)
      chmod(path + "/" + name, 0o600)
      #expect(found(cache, "a") == Self.block)
      var old = utimbuf(actime: 1, modtime: 1)
      utime(path + "/" + name, &old)
      keep(cache, "b")
      #expect(found(cache, "a") == nil && found(cache, "b") == Self.block)
    }
  }

  @Test("is no reason to fail where it cannot be written or is not wanted")
  func unusable() async throws {
    try await withTemporaryDirectory { path in
      try Data().write(to: URL(fileURLWithPath: path + "/file"))
      for cache in [WeightCache(directory: path + "/file"), WeightCache(directory: nil)] {
        keep(cache, "a")
        #expect(found(cache, "a") == nil)
      }
    }
  }

  @Test(
    "makes no difference to vectors",
    .enabled(if: EncoderFixture.hasModel, EncoderFixture.missingModel),
    arguments: EncoderPrecision.allCases)
  func vectors(precision: EncoderPrecision) async throws {
    try await withTemporaryDirectory { path in
      func encoder(_ cache: WeightCache) throws -> BERTEncoder {
        try BERTEncoder(
          directory: EncoderFixture.directory, options: .init(precision: precision),
          EncoderBackend(precision), cache: cache)
      }
      let texts = ["whales are mammals", "", "a table without a rowid"]
      let packed = try encoder(.init(directory: nil))
      let first = try encoder(.init(directory: path))
      let mapped = try encoder(.init(directory: path))
      #expect(!packed.report.mapsWeights && !first.report.mapsWeights)
      #expect(mapped.report.mapsWeights)
      let expected = try await packed.embed(texts, as: .passage)
      #expect(try await first.embed(texts, as: .passage) == expected)
      #expect(try await mapped.embed(texts, as: .passage) == expected)
      #expect(packed.fingerprint == mapped.fingerprint)
    }
  }
}
