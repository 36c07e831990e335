import Foundation
import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

@Suite("The vectors of a store")
struct VectorTests {
  @Test("give the same hits from graph and tail, less the deleted, as an exact scan")
  func graphAndTail() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      for batch in 0..<6 {
        try await store.put(record("d\(batch)", (0..<60).map { "text \(batch) \($0)" }))
        if batch == 3 { try await store.foldIfNeeded(policy: foldPolicy(tailLimit: 100)) }
      }
      try await store.apply([.remove(key: "d1"), .remove(key: "d5")], encoder: nil, chunking: nil)
      let generations = try await store.read { try $0.state().generations }
      #expect(generations.map(\.lastChunk) == [240])
      for probe in 0..<20 {
        let vector = testVector("probe \(probe)")
        let (found, exact) = try await store.read { reader in
          (
            try reader.nearest(to: vector, count: 10).matches,
            try #require(try reader.exactVectors()).search(vector, k: 10, effort: .exact)
          )
        }
        #expect(found.map(\.id) == exact.map(\.id))
        #expect(exact.count == 10)
        #expect(exact.allSatisfy { !(61...120).contains($0.id) && !(301...360).contains($0.id) })
      }
    }
  }

  @Test("fold into a delta first, then into a new body, and old files go")
  func fold() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", (0..<2_000).map { "text \($0)" }))
      try await store.foldIfNeeded(policy: foldPolicy(tailLimit: 100))
      #expect(try files(directory) == ["g1.graph", "g1.terms"])
      try await store.put(record("b", (0..<150).map { "more \($0)" }))
      try await store.foldIfNeeded(policy: foldPolicy(tailLimit: 100))
      #expect(try files(directory) == ["g1.graph", "g1.terms", "g2.graph", "g2.terms"])
      let reader = try await Store.open(IndexDirectory(directory), for: .read)
      let near = try await reader.read {
        try $0.nearest(to: testVector("more 7"), count: 1).matches
      }
      #expect(near.map(\.id) == [2_008])
      #expect(try await reader.lexical("more").count == 100)
      #expect(try await reader.read { try $0.graphCount() } == 2_150)
      try await store.put(record("c", (0..<150).map { "fresh \($0)" }))
      try await store.foldIfNeeded(policy: foldPolicy(tailLimit: 100))
      #expect(try files(directory) == ["g3.graph", "g3.terms"])
      #expect(try await reader.read { try $0.graphCount() } == 2_300)
      #expect(try await reader.lexical("fresh 7").first == "fresh 7")
    }
  }

  private func files(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory)
      .filter { $0.hasPrefix("g") }.sorted()
  }

  @Test("get a new graph when the policy's parameters have changed")
  func parameters() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", (0..<200).map { "text \($0)" }), record("b", ["last"]))
      var old = foldPolicy(tailLimit: 100)
      old.parameters = HNSWParameters(m: 8, efConstruction: 50)
      try await store.foldIfNeeded(policy: old)
      try await store.apply([.remove(key: "b")], encoder: nil, chunking: nil)
      for _ in 0..<2 {
        try await store.foldIfNeeded(policy: foldPolicy(tailLimit: 100))
        let (numbers, count) = try await store.read {
          (try $0.state().generations.map(\.number), try $0.graphCount())
        }
        #expect(numbers == [2] && count == 200)
      }
    }
  }

  @Test("lose their files when all are gone")
  func shrink() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", (0..<200).map { "text \($0)" }))
      try await store.foldIfNeeded(policy: foldPolicy(tailLimit: 100))
      try await store.apply([.remove(key: "a")], encoder: nil, chunking: nil)
      #expect(try await store.read { try $0.nearest(to: testVector("x"), count: 5).matches } == [])
      try await store.foldIfNeeded(policy: foldPolicy(tailLimit: 100))
      #expect(try files(directory) == [])
      #expect(try await store.read { try $0.state().tombstones.count } == 0)
      try await store.put(record("b", ["last"]))
      let near = try await store.read { try $0.nearest(to: testVector("last"), count: 5).matches }
      #expect(near.map(\.id) == [201])
    }
  }

  @Test(
    "are searched in the rows when a file of their generation is missing or damaged, and that is said",
    arguments: ["g1.graph", "g1.terms"], [true, false])
  func fallback(file: String, isMissing: Bool) async throws {
    try await withTemporaryDirectory { directory in
      do {
        let store = try await Store.open(IndexDirectory(directory), for: .write)
        try await store.put(record("a", (0..<200).map { "text \($0)" }))
        try await store.foldIfNeeded(policy: foldPolicy(tailLimit: 100))
        try await store.put(record("b", ["text tail"]))
      }
      let path = directory + "/" + file
      if isMissing {
        try FileManager.default.removeItem(atPath: path)
      } else {
        var bytes = try Data(contentsOf: URL(filePath: path))
        // In the part that every search reads.
        for index in stride(from: 300, to: bytes.count, by: 64) { bytes[index] ^= 1 }
        try bytes.write(to: URL(filePath: path))
      }
      let reader = try await Store.open(IndexDirectory(directory), for: .read)
      let near = try await reader.read {
        try $0.nearest(to: testVector("text 42"), count: 1).matches
      }
      #expect(near.map(\.id) == [43])
      #expect(try await reader.lexical("42") == ["text 42"])
      #expect(try await reader.lexical("tail") == ["text tail"])
      #expect(reader.damage.compactMap(\.path) == [path])
      let other = try await Store.open(IndexDirectory(directory), for: .read)
      let both = try await other.read { reader in
        try reader.nearest(
          to: testVector("text 42"), count: 1, effort: .recall(0.99), allowing: nil,
          while: { try reader.lexicalMatches("42", count: 1) })
      }
      #expect(both.matches.map(\.id) == [43] && both.other.map(\.id) == [43])
      #expect(other.damage.compactMap(\.path) == [path])
      #expect(try await Store.verify(IndexDirectory(directory)).map(\.file) == [file])
      let report = try await Store.repair(IndexDirectory(directory))
      #expect(report.lost == [] && report.documents == 2)
      #expect(try await Store.verify(IndexDirectory(directory)) == [])
    }
  }

  @Test("are refused to a query of another dimension")
  func dimension() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", ["x"]))
      await #expect {
        try await store.read { try $0.nearest(to: [1, 2, 3], count: 1).matches }
      } throws: { RAGError.Code.dimensionMismatch ~= $0 }
    }
  }

  @Test("that are all equal are found as many as are asked for, in the tail and in a graph")
  func equal() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      let vector = testVector("one for all")
      for part in 0..<10 {
        var document = record("d\(part)", (0..<1_000).map { "text \(part) \($0)" }, dimension: nil)
        for index in document.chunks.indices { document.chunks[index].vector = vector }
        try await store.put(document)
      }
      for place in ["tail", "graph"] {
        for count in [1, 10, 1_000] {
          let (equal, near) = try await store.read { reader in
            (
              try reader.nearest(to: vector, count: count).matches,
              try reader.nearest(to: testVector("elsewhere"), count: count).matches
            )
          }
          // Equals are in the order of their ids where all are compared.
          if place == "tail" { #expect(equal.map(\.id) == Array(1...Int64(count)), "\(place)") }
          for found in [equal, near] {
            #expect(Set(found.map(\.id)).count == count, "\(count) of the \(place)")
            #expect(Set(found.map(\.score)).count == 1, "\(count) of the \(place)")
          }
        }
        try await store.foldIfNeeded(policy: foldPolicy(tailLimit: 100))
        #expect(try await store.read { try $0.graphCount() } == 10_000)
      }
    }
  }

  @Test(
    "that cannot be compared are refused before anything is written",
    arguments: [
      [Float](repeating: 0, count: 8), [.nan, 1, 1, 1, 1, 1, 1, 1],
      [1, -.infinity, 1, 1, 1, 1, 1, 1],
    ])
  func incomparable(vector: [Float]) async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(record("a", ["one"]))
      var bad = record("b", ["two", "three"])
      bad.chunks[1].vector = vector
      let (document, good) = (bad, record("c", ["four"]))
      await #expect { try await store.put(good, document) } throws: {
        RAGError.Code.invalidInput ~= $0
      }
      #expect(try await store.read { try $0.counts().documents } == 1)
      await #expect {
        try await store.read { try $0.nearest(to: vector, count: 1).matches }
      } throws: { RAGError.Code.invalidInput ~= $0 }
    }
  }

  @Test("as small and as large as numbers can be are compared by their direction")
  func extremes() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      let direction = testVector("direction")
      let lengths: [Float] = [
        .leastNonzeroMagnitude * 1_000_000, .leastNormalMagnitude, 1, .greatestFiniteMagnitude,
      ]
      for (number, length) in lengths.enumerated() {
        var document = record("d\(number)", ["text \(number)"])
        document.chunks[0].vector = direction.map { $0 * length }
        try await store.put(document)
      }
      try await store.put(record("other", ["far away"]))
      for _ in 0..<2 {
        let found = try await store.read { try $0.nearest(to: direction, count: 5).matches }
        #expect(Set(found.prefix(4).map(\.id)) == [1, 2, 3, 4])
        #expect(found.allSatisfy { $0.score.isFinite })
        try await store.compact()
      }
    }
  }
}
