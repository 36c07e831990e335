import Foundation
import GRDB
import Glibc
import RAGCore
import RAGIndex
import RAGLexical

extension Store {
  /// Copies one whole state into a new directory, while others read and write.
  ///
  /// The copy appears under its name when it is whole and on disk, or not at all.
  /// - Throws: ``RAGError``: `invalidInput` when there is something at `path` already, `busy` when
  ///   generations change faster than they can be copied, `diskFull`, `readOnly`, `io`, `corrupt`.
  package func backup(to target: IndexDirectory) async throws {
    func requireNew() throws {
      guard fileExists(target.path) else { return }
      throw RAGError(
        .invalidInput, "is there already; name a directory that does not exist", path: target.path)
    }
    try requireNew()
    let index = directory.path.resolvedPath ?? directory.path
    // Where links lead: its own name is not there yet.
    guard !target.path.locatedPath.utf8.starts(with: (index + "/").utf8) else {
      throw RAGError(
        .invalidInput, "lies in the index itself; name a directory elsewhere", path: target.path)
    }
    let partial = IndexDirectory(target.path + ".partial")
    let lock = try await claim(partial)
    defer { withExtendedLifetime(lock) {} }
    do {
      // Another backup to this name may have ended meanwhile.
      try requireNew()
      try partial.beginCopy()
      for _ in 0..<10 {
        if try await copyState(to: partial) {
          guard rename(partial.path, target.path) == 0 else {
            throw SystemCalls.failure("renaming the copy", path: partial.path)
          }
          try SystemCalls.syncDirectory((target.path as NSString).deletingLastPathComponent)
          // Left over, it goes with the first write.
          unlink(target.path + "/" + IndexDirectory.copyMark)
          return
        }
        try partial.beginCopy()
      }
      try? FileManager.default.removeItem(atPath: partial.path)
    } catch {
      try? FileManager.default.removeItem(atPath: partial.path)
      guard var full = error as? RAGError, full.code == .diskFull else { throw error }
      full.path = target.path
      throw full
    }
    throw RAGError(
      .busy, "the index is written to faster than it can be copied; retry later",
      path: directory.path)
  }

  /// Makes the directory in which a copy grows, or takes over what an interrupted backup left.
  private func claim(_ partial: IndexDirectory) async throws -> WriterLock {
    if !fileExists(partial.path) { try partial.create() }
    let names = try? FileManager.default.contentsOfDirectory(atPath: partial.path)
    // A database without the mark is that of an index of somebody's.
    guard let names, names.allSatisfy(IndexDirectory.isIndexFile),
      names.contains(IndexDirectory.copyMark) || !names.contains(where: IndexDirectory.isOfDatabase)
    else {
      throw RAGError(
        .invalidInput,
        "is in the way: a copy is made under this name; move it, or back up to another name",
        path: partial.path)
    }
    do {
      return try await WriterLock.acquire(partial.lock, wait: .zero)
    } catch RAGError.Code.busy {
      throw RAGError(
        .busy, "another backup to this name is at work; wait for it", path: partial.path)
    }
  }

  /// Copies database and files; false when a file went before it could be opened.
  private func copyState(to partial: IndexDirectory) async throws -> Bool {
    // Open files stay readable when the writer removes them.
    let generations = try await read { try $0.state().generations }
    let pinned: [MappedFile]
    do {
      pinned = try generations.flatMap { try directory.files(of: $0).map(MappedFile.init(path:)) }
    } catch {
      guard try await read({ try $0.state().generations }) == generations else { return false }
      throw error
    }
    let (copied, revision) = try await readDatabase { source in
      let copy = try Schema.newDatabase(in: partial)
      defer { try? copy.close() }
      try copy.writeWithoutTransaction { target in
        try source.backup(to: target, pagesPerStep: 1_024) { _ in try Cancellation.check() }
        // Else a log of the index itself would pass for the copy's.
        _ = try IndexSettings.namePackedState(target)
        // Closing does it too, and keeps silent where the disk is full.
        _ = try target.checkpoint(.truncate)
      }
      return try copy.read {
        (try Generation.fetchAll($0), try IndexSettings.fetch($0).revision)
      }
    }
    guard copied == generations else { return false }
    for file in pinned { try Self.copy(file, to: partial) }
    try await requireWhole(generations, in: partial)
    partial.revisionMark.write(revision)
    try partial.adoptNewDatabase()
    return true
  }

  private static func copy(_ source: MappedFile, to partial: IndexDirectory) throws {
    let name = (source.path as NSString).lastPathComponent
    var target = try AtomicFile(path: partial.path + "/" + name)
    for offset in stride(from: 0, to: source.bytes.count, by: 1 << 20) {
      try Cancellation.check()
      let end = min(offset + 1 << 20, source.bytes.count)
      try target.write(UnsafeRawBufferPointer(rebasing: source.bytes[offset..<end]), at: offset)
    }
    try target.commit()
  }

  /// Proves that the copies of generations are what the database says.
  private func requireWhole(
    _ generations: [Generation], in partial: IndexDirectory
  ) async throws {
    let copies = GenerationFiles(directory: partial)
    do {
      let dimension = try await read { $0.settings.dimension }
      for generation in generations {
        try copies.graph(of: generation, dimension: dimension)?.check()
        try copies.terms(of: generation).check()
      }
    } catch var error as RAGError where error.code != .cancelled {
      let name = ((error.path ?? "") as NSString).lastPathComponent
      error.path = directory.path + "/" + name
      error.message += "; 'rag repair' makes it anew"
      throw error
    }
  }
}

extension IndexDirectory {
  /// What says of a database that it is a copy that was not yet given its name.
  fileprivate static let copyMark = databaseName + ".new.partial"

  /// Whether a name is that of the database, or one that was taken from it.
  fileprivate static func isOfDatabase(_ name: String) -> Bool {
    name.hasPrefix(databaseName) && !name.hasPrefix(databaseName + ".new")
  }

  /// Removes all but the lock, and marks the directory as that of a copy.
  fileprivate func beginCopy() throws {
    let kept = ["lock", Self.copyMark]
    for name in try FileManager.default.contentsOfDirectory(atPath: path)
    where !kept.contains(name) {
      unlink(path + "/" + name)
    }
    let mark = path + "/" + Self.copyMark
    let handle = SystemCalls.retrying { open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644) }
    guard handle >= 0 else { throw SystemCalls.failure("marking the copy", path: mark) }
    close(handle)
  }
}
