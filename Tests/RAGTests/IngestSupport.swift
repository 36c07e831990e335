import Foundation
import RAG
import Synchronization

/// SplitMix64 (Steele, Lea & Flood 2014), for the same data at every run.
struct SplitMix {
  var state: UInt64

  mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((word ^ (word >> 31)) >> 1) % bound
  }
}

/// An encoder whose calls take uneven times, told by how often they let others run.
final class UnevenEmbedder: Embedder {
  let fingerprint = "uneven"
  let name = "uneven"
  let dimension = 64
  let maximumTokenCount = 256
  let tokenCounter: any TokenCounter = WordCounter()

  private struct State {
    var random: SplitMix
    var callCount = 0
    var awaited = 0
    var action: @Sendable () -> Void = {}
  }

  private let words = BagOfWordsEmbedder()
  private let yields: Int
  private let state: Mutex<State>

  init(seed: UInt64, yields: Int) {
    self.yields = yields
    state = Mutex(State(random: SplitMix(state: seed &+ UInt64(yields))))
  }

  /// Runs an action at the call of that number, counted from now.
  func onCall(_ number: Int, _ action: @escaping @Sendable () -> Void) {
    state.withLock {
      ($0.callCount, $0.awaited, $0.action) = (0, number, action)
    }
  }

  func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    let (count, action) = state.withLock { state in
      state.callCount += 1
      let count = yields == 0 ? 0 : state.random.next(below: yields)
      return (count, state.callCount == state.awaited ? state.action : {})
    }
    for _ in 0..<count { await Task.yield() }
    action()
    try Task.checkCancellation()
    return try await words.embed(texts, as: role)
  }
}

/// An encoder whose first call lasts until it is released. Counts the texts that are cut into chunks.
final class HeldEmbedder: Embedder {
  private struct Counter: TokenCounter {
    let parsed: Parsed

    func tokenRanges(in text: String) -> [Range<Int>] {
      if text.hasPrefix("Document number") { _ = parsed.texts.withLock { $0.insert(text) } }
      return WordCounter().tokenRanges(in: text)
    }
  }

  private final class Parsed: Sendable {
    let texts = Mutex<Set<String>>([])
  }

  let fingerprint = "held"
  let name = "held"
  let dimension = 64
  let maximumTokenCount = 256
  let tokenCounter: any TokenCounter
  private let parsed: Parsed
  private let words = BagOfWordsEmbedder()
  private let calls = AsyncStream<Void>.makeStream()
  private let releases = AsyncStream<Void>.makeStream()
  private let isHeld = Mutex(true)

  init() {
    let parsed = Parsed()
    self.parsed = parsed
    tokenCounter = Counter(parsed: parsed)
  }

  var parsedCount: Int { parsed.texts.withLock { $0.count } }

  func waitForCall() async {
    var iterator = calls.stream.makeAsyncIterator()
    _ = await iterator.next()
  }

  func release() { releases.continuation.yield() }

  func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    let waits = isHeld.withLock { isHeld in
      defer { isHeld = false }
      return isHeld
    }
    if waits {
      calls.continuation.yield()
      var iterator = releases.stream.makeAsyncIterator()
      _ = await iterator.next()
    }
    return try await words.embed(texts, as: role)
  }
}
