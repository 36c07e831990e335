import Foundation
import RAGCore

@testable import RAGHTTP

/// A seeded generator (SplitMix64).
struct Seeded: RandomNumberGenerator {
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

/// Counts characters.
struct CharacterCounter: TokenCounter {
  func tokenRanges(in text: String) -> [Range<Int>] {
    text.utf8.indices.enumerated().map { $0.offset..<$0.offset + 1 }
  }
}

let secret = "sk-test/4f2a+9b=="

func testKey() throws -> APIKey {
  try APIKey(environment: "TEST_KEY", in: ["TEST_KEY": secret])
}
