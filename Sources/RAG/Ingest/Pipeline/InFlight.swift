import RAGCore
import RAGStore

/// What an ingest has prepared and not yet committed: a document met again is compared with it, and
/// a text met again is embedded once.
///
/// A stage asks here before it asks the store, and an entry ends after its commit, so nothing can be
/// missed between the two.
final class InFlight: Sendable {
  private struct Entry<Value: Sendable>: Sendable {
    var value: Value
    var users = 0
  }

  private struct State: Sendable {
    /// By the bytes of the key: two keys may mean the same characters.
    var documents: [[UInt8]: Entry<DocumentState>] = [:]
    /// Vectors by identity; nil until they are made.
    var vectors: [[UInt8]: Entry<[Float]?>] = [:]
  }

  private let state = Locked(State())

  func documentState(_ key: String) -> DocumentState? {
    state.withLock { $0.documents[Array(key.utf8)]?.value }
  }

  /// Takes in a document, and finds among its pending chunks those that nobody before it embeds.
  func begin(_ document: inout PreparedDocument) {
    let record = document.record
    let documentState = DocumentState(
      path: record.path, contentHash: record.contentHash, settingsHash: record.settingsHash)
    document.missing = state.withLock { [pending = document.pending] state in
      let key = Array(record.key.utf8)
      state.documents[key, default: Entry(value: documentState)].users += 1
      state.documents[key]?.value = documentState
      return pending.filter { index in
        let identity = record.chunks[index].identity
        defer { state.vectors[identity, default: Entry(value: nil)].users += 1 }
        return state.vectors[identity] == nil
      }
    }
  }

  /// Makes the vectors of a document's missing chunks known to all, and gives its other pending
  /// chunks theirs, which were made before.
  func resolve(_ document: inout PreparedDocument) {
    var record = document.record
    state.withLock { [missing = document.missing, pending = document.pending] state in
      for index in missing {
        state.vectors[record.chunks[index].identity]?.value = record.chunks[index].vector
      }
      for index in pending where record.chunks[index].vector == nil {
        record.chunks[index].vector = state.vectors[record.chunks[index].identity]?.value
      }
    }
    document.record = record
  }

  /// Forgets a document that is committed.
  func end(_ document: PreparedDocument) {
    state.withLock { state in
      Self.release(Array(document.record.key.utf8), in: &state.documents)
      for index in document.pending {
        Self.release(document.record.chunks[index].identity, in: &state.vectors)
      }
    }
  }

  private static func release<Key, Value>(_ key: Key, in entries: inout [Key: Entry<Value>]) {
    guard let users = entries[key]?.users else { return }
    entries[key] = users == 1 ? nil : entries[key].map { Entry(value: $0.value, users: users - 1) }
  }
}
