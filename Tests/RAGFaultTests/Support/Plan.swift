import Foundation
import Testing

/// How much is tried: enough for every run of the tests, or all of it (`tools/faults`).
enum Plan {
  private static let environment = ProcessInfo.processInfo.environment

  /// Whether `RAG_FAULTS=all` asks for everything.
  static let isFull = environment["RAG_FAULTS"] == "all"

  /// Where all random choices start; `RAG_FAULTS_SEED` repeats a run.
  static let seed = environment["RAG_FAULTS_SEED"].flatMap(UInt64.init) ?? .random(in: 0...999_999)

  /// A file that gets one line a row, for the table of `tools/faults`.
  static let report = environment["RAG_FAULTS_REPORT"]

  /// A number of rounds: in every run, and in full, where `RAG_FAULTS_ROUNDS` has its say.
  static func rounds(_ bounded: Int, full: Int) -> Int {
    isFull ? environment["RAG_FAULTS_ROUNDS"].flatMap(Int.init) ?? full : bounded
  }

  /// Up to `count` of the numbers 0..<`total`, evenly spaced from a start that is random.
  static func spread(_ total: Int, bounded count: Int, full: Int, _ random: inout Random) -> [Int] {
    spread(total, rounds(count, full: full), &random)
  }

  /// As many as that, whether in every run or in full.
  static func spread(_ total: Int, _ count: Int, _ random: inout Random) -> [Int] {
    guard total > count, count > 0 else { return Array(0..<total) }
    let start = random.below(total)
    return (0..<count).map { (start + $0 * total / count) % total }.sorted()
  }

  static let isRoot = geteuid() == 0
}

/// Numbers that a seed determines (SplitMix64).
struct Random: RandomNumberGenerator {
  private var state: UInt64

  /// The numbers of one use, apart from those of others.
  init(_ use: String) {
    state = use.utf8.reduce(Plan.seed &+ 0xcbf2_9ce4_8422_2325) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
