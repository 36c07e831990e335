import RAG
import Testing

/// Filters of any selectivity, with filters that have to do with the vectors and ones that do not.
@Suite("A filter")
struct FilterContractTests {
  private static let dimension = 24
  private static let shares = [0.5, 0.1, 0.01, 0.001, 0.0001]

  /// Documents in clusters, with a word of 40 each; `shuffled` and `near` name the shares of the
  /// documents that each is among, in an order by chance and in one by clusters.
  private struct Collection {
    var documents: [MemoryDocument] = []
    private var random: SplitMix

    init(count: Int, seed: UInt64) {
      random = SplitMix(state: seed)
      let centres = (0..<20).map { _ in vector() }
      var order = Array(0..<count)
      for index in order.indices.dropFirst() {
        order.swapAt(index, random.next(below: index + 1))
      }
      let vectors = (0..<count).map { index in
        zip(centres[index * 20 / count], vector()).map { $0 + 0.7 * $1 }
      }
      func shares(_ place: Int) -> MetadataValue {
        let shares = FilterContractTests.shares.filter { share in
          Double(place) < max(1, Double(count) * share)
        }
        return .list(shares.map { .string("\($0)") })
      }
      documents = vectors.indices.map { index in
        MemoryDocument(
          id: "d\(index)", text: "all word\(random.next(below: 40))",
          // Neighbours in the order of documents are of one cluster.
          metadata: ["shuffled": shares(order[index]), "near": shares(index)],
          vector: vectors[index])
      }
    }

    mutating func vector() -> [Float] {
      (0..<FilterContractTests.dimension).map { _ in
        Float(random.next(below: 2_000_001)) / 1_000_000 - 1
      }
    }

    /// A vector beside one of the documents'.
    mutating func query() -> [Float] {
      let near = documents[random.next(below: documents.count)].vector ?? []
      return zip(near, vector()).map { $0 + 0.3 * $1 }
    }
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    let products = zip(a, b).reduce(into: (0.0, 0.0, 0.0)) { sums, pair in
      let (a, b) = (Double(pair.0), Double(pair.1))
      sums = (sums.0 + a * b, sums.1 + a * a, sums.2 + b * b)
    }
    return products.0 / (products.1 * products.2).squareRoot()
  }

  @Test(
    "gives exactly min(k, matches) hits, all matching, and the nearest of them",
    arguments: ["shuffled", "near"])
  func contract(field: String) async throws {
    let seed: UInt64 = 11
    var collection = Collection(count: 5_000, seed: seed)
    let documents = collection.documents
    let queries = (0..<12).map { _ in collection.query() }
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      for start in stride(from: 0, to: documents.count, by: 1_000) {
        try await engine.upsert(Array(documents[start..<start + 1_000]))
      }
      let status = try await engine.status()
      #expect(status.graphVectors > 2_000 && status.graphVectors < status.vectors)
      let gone = Set((0..<300).map { "d\($0 * 16 + 8)" })
      #expect(try await engine.delete(ids: gone.sorted()) == 300)

      for share in Self.shares {
        let value = MetadataValue.string("\(share)")
        let filter = Filter.equals(field: field, value)
        let matching = documents.filter { document in
          guard case .list(let values) = document.metadata[field] else { return false }
          return values.contains(value) && !gone.contains(document.id)
        }
        let ids = Set(matching.map(\.id))
        let withWord = matching.count { document in
          ["all word7", "all word8"].contains(String(decoding: document.bytes, as: UTF8.self))
        }
        var found = 0
        var wanted = 0
        for vector in queries {
          for k in [10, 250] {
            func search(_ mode: SearchMode) async throws -> [Hit] {
              try await engine.search(
                Query("word7 word8", count: k, mode: mode, filter: filter, vector: vector))
            }
            let near = try await search(.vector)
            let both = try await search(.hybrid)
            let words = try await search(.lexical)
            let what: Comment = "seed \(seed), \(field), share \(share), k \(k)"
            #expect(near.count == min(k, matching.count), what)
            #expect(both.count == min(k, matching.count), what)
            #expect(words.count == min(k, withWord), what)
            for hits in [near, both, words] {
              #expect(Set(hits.map(\.document.id)).isSubset(of: ids), what)
              #expect(Set(hits.map(\.chunk.id)).count == hits.count, what)
            }
            let truth = Dictionary(
              uniqueKeysWithValues: matching.map { ($0.id, cosine($0.vector ?? [], vector)) })
            guard let last = truth.values.sorted(by: >).prefix(k).last else { continue }
            // Whatever is as near as the last of the nearest counts.
            found += near.count { truth[$0.document.id] ?? -1 >= last }
            wanted += min(k, matching.count)
          }
        }
        #expect(Double(found) >= 0.99 * Double(wanted), "seed \(seed), \(field), share \(share)")
      }
    }
  }
}
