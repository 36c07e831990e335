import Foundation
import RAG
import RAGCore
import Synchronization
import Testing

@Suite("A host's encoder that breaks its word")
struct BrokenEmbedderTests {
  enum Fault: CaseIterable {
    case none, tooFew, tooMany, short, long, notFinite, zeros
  }

  /// A sound encoder until it is broken.
  final class BreakableEmbedder: Embedder {
    let fingerprint = "bag of words 1"
    let name = "breakable"
    let dimension = 64
    let maximumTokenCount = 256
    let tokenCounter: any TokenCounter = WordCounter()
    private let words = BagOfWordsEmbedder()
    private let fault = Mutex<Fault?>(nil)

    func `break`(_ fault: Fault?) { self.fault.withLock { $0 = fault } }

    func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
      var vectors = try await words.embed(texts, as: role)
      switch fault.withLock({ $0 }) {
      case nil: break
      case .none?: vectors = []
      case .tooFew: vectors.removeLast()
      case .tooMany: vectors.append(vectors[0])
      case .short: vectors[0].removeLast()
      case .long: vectors[0].append(0)
      case .notFinite: vectors[0][3] = .nan
      case .zeros: vectors[0] = [Float](repeating: 0, count: dimension)
      }
      return vectors
    }
  }

  @Test("ends what asked it with an error, and the index is whole", arguments: Fault.allCases)
  func faults(fault: Fault) async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<40 { try directory.write("\(index).txt", "Whale number \(index) swims.") }
      let encoder = BreakableEmbedder()
      let engine = try await Engine.open(at: directory.index, encoder: encoder)
      #expect(try await engine.ingestAll(directory.docs).added == 40)
      for index in 30..<60 { try directory.write("\(index).txt", "Seal number \(index) rests.") }
      encoder.break(fault)
      func expectRefusal(_ body: () async throws -> Void) async {
        let error = await #expect(throws: RAGError.self) { try await body() }
        #expect(error?.code == .backend)
        #expect(error?.message.contains("the encoder breakable gave") == true)
      }
      await expectRefusal { _ = try await engine.ingestAll(directory.docs) }
      // What compares a vector of zeros gives an error of its own, or goes by words.
      if fault != .zeros {
        await expectRefusal { _ = try await engine.search(Query("where do whales swim")) }
        await expectRefusal {
          _ = try await engine.search(
            "where do whales swim", expandedBy: .imaginedPassage,
            from: ClosureBackend { _ in "Whales swim in the sea." })
        }
        await expectRefusal { _ = try await engine.answer("where do whales swim") }
      }
      let status = try await engine.status()
      #expect(status.vectors == status.chunks)
      #expect(try await Engine.verify(at: directory.index).isEmpty)
      encoder.break(nil)
      #expect(try await engine.ingestAll(directory.docs).failedCount == 0)
      #expect(try await engine.status().documents == 60)
    }
  }
}
