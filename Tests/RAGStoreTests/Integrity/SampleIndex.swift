import Foundation
import GRDB
import RAGCore

@testable import RAGStore

/// An index with something in every table, to damage copies of: a generation, a tail, chunks that
/// were removed, kept sources, metadata.
struct SampleIndex {
  /// The files, by name.
  private(set) var files: [String: [UInt8]] = [:]
  /// The documents as a reader gives them, by key, in words.
  private(set) var documents: [String: String] = [:]

  static let documentCount = 60

  /// Makes it; with `keepsLog` the last commits are in the log, as a writer leaves it that is killed.
  static func make(keepsLog: Bool = false) async throws -> SampleIndex {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      let policy = foldPolicy(tailLimit: 50)
      for first in stride(from: 0, to: documentCount, by: 20) {
        try await store.apply(
          (first..<first + 20).map { .put(document($0)) }, encoder: testEncoder, chunking: "{}")
        if first == 20 { try await store.settle(policy: policy) }
      }
      try await store.apply([.put(record("gone", ["away"]))], encoder: testEncoder, chunking: "{}")
      try await store.apply([.remove(key: "gone")], encoder: nil, chunking: nil)
      if !keepsLog { try await store.settle() }
      var sample = SampleIndex()
      sample.documents = try await words(of: store)
      for name in try FileManager.default.contentsOfDirectory(atPath: path)
      where !name.hasSuffix("-shm") {
        sample.files[name] = try bytes(path + "/" + name)
      }
      return sample
    }
  }

  /// One of the documents, which has a word of its own.
  static func document(_ number: Int) -> DocumentRecord {
    let texts = (0...number % 4).map { part in
      "word\(number) part \(part) " + String(repeating: "filler\(number) ", count: 40)
    }
    var document = record(
      key(number), texts, title: "title \(number)", metadata: ["number": .number(Double(number))],
      headings: ["heading \(number)"])
    // Longer than a page.
    if number % 5 == 0 { document.keptSource = Array(repeating: UInt8(number), count: 6_000) }
    return document
  }

  static func key(_ number: Int) -> String { "d\(number)" }

  /// The documents of an index, by key, in words, but for whether the next ingest reads their sources
  /// again.
  static func words(of store: Store) async throws -> [String: String] {
    try await store.read { reader in
      var words: [String: String] = [:]
      try reader.forEachRecord { record in
        var record = record
        record.settingsHash = []
        words[record.key] = "\(record)"
      }
      return words
    }
  }

  /// The documents whose sources the next ingest reads again, though they are as they were.
  static func unsettled(in store: Store) async throws -> Set<String> {
    try await store.read { reader in
      var keys: Set<String> = []
      try reader.forEachRecord { if $0.settingsHash.isEmpty { keys.insert($0.key) } }
      return keys
    }
  }

  /// Puts the files into a directory, `changed` ones in place of those of the same name.
  func restore(to path: String, changed: [String: [UInt8]] = [:]) throws {
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, bytes) in files.merging(changed, uniquingKeysWith: { $1 }) {
      try write(bytes, to: path + "/" + name)
    }
  }

  var database: [UInt8] { files[IndexDirectory.databaseName] ?? [] }
  var pageCount: Int { database.count / PageChecksum.pageSize }
}
