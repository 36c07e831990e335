import Dispatch
import Foundation
import Glibc
import RAGCore
import RAGIngest

/// Tells what changes in directories, by inotify(7).
final class FileWatcher: Sendable {
  private struct Directory: Sendable {
    var path: String
    /// Whether all that is found in it matters.
    var isWalked = false
    /// The entries that are on the way to a root: they matter, whatever they are.
    var names: Set<String> = []
  }

  private struct Pending: Sendable {
    var paths = PathSet()
    var eventCount = 0
    var failure: RAGError?
  }

  private static let quietTime = Duration.milliseconds(200)
  private static let longestWait = Duration.seconds(2)
  /// Changed paths beyond which the roots are looked through as a whole.
  private static let pathCount = 10_000
  private static let mask =
    UInt32(IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ATTRIB)

  private let paths: [String]
  /// Where the paths lead.
  private let found: Locked<[String]>
  private let ignored: String
  private let descriptor: CInt
  private let directories = Locked<[CInt: Directory]>([:])
  private let pending = Monitor(Pending())
  /// Unsafe is sound: set once, and its only use is `cancel`, which any thread may call.
  nonisolated(unsafe) private let source: any DispatchSourceRead

  /// Watches for the coming and going of what `paths` lead to; the directories in there are added one
  /// by one.
  ///
  /// What happens at or below `ignored` is no change.
  /// - Throws: ``RAGError`` of code `io` or `limitExceeded`.
  init(paths: [String], ignoring ignored: String) throws {
    self.paths = paths.map(\.absolutePath)
    found = Locked([])
    self.ignored = ignored
    descriptor = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { throw Self.error(errno, path: nil) }
    source = DispatchSource.makeReadSource(
      fileDescriptor: descriptor, queue: DispatchQueue(label: "rag.watch"))
    source.setCancelHandler { [descriptor] in close(descriptor) }
    source.setEventHandler { [weak self] in self?.readEvents() }
    follow()
    source.activate()
  }

  deinit { source.cancel() }

  /// The roots of the walks of the paths; of a path that leads nowhere, the path.
  var roots: [String] { found.withLock { $0 } }

  /// Watches a directory, unless it is an index.
  func watch(_ path: String) {
    guard !path.isAtOrBelow(ignored),
      !FileManager.default.fileExists(atPath: path + "/rag.sqlite")
    else { return }
    add(Directory(path: path, isWalked: true))
  }

  /// Waits for changes and, for a while, for their end; returns the paths at or below which they
  /// happened.
  /// - Throws: ``RAGError`` where the system does not let all directories be watched;
  ///   `CancellationError`.
  func changes() async throws -> PathSet {
    try await pending.wait { pending -> Void? in
      if let failure = pending.failure { throw failure }
      return pending.paths.isEmpty ? nil : ()
    }
    let start = ContinuousClock.now
    while true {
      let count = pending.change { $0.eventCount }
      try await Task.sleep(for: Self.quietTime)
      let paths: PathSet? = pending.change { pending in
        guard pending.eventCount == count || ContinuousClock.now - start >= Self.longestWait
        else { return nil }
        defer { pending.paths = PathSet() }
        return pending.paths
      }
      if let paths { return paths }
    }
  }

  // MARK: The kernel's side

  /// Watches all on which it depends where the paths lead.
  /// - Returns: the roots that are others than before.
  @discardableResult
  private func follow() -> [String] {
    for path in paths { watchWay(to: path) }
    let roots = paths.map { (try? FileWalker(root: $0))?.root ?? $0.locatedPath }
    return found.withLock { found in
      defer { found = roots }
      return zip(found, roots).filter { !$0.utf8.elementsEqual($1.utf8) }.map(\.1)
    }
  }

  /// Watches each directory on the way of a path for the name that is looked for in it, and so on
  /// where that is a link.
  private func watchWay(to path: String) {
    var (way, rest) = ([String](), Array(path.pathParts.reversed()))
    var linkCount = 0
    while let name = rest.popLast() {
      if name == ".." {
        _ = way.popLast()
        continue
      }
      // Before it is looked at: nothing that changes meanwhile is missed.
      add(Directory(path: "/" + way.joined(separator: "/"), names: [name]))
      way.append(name)
      let target = try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/" + way.joined(separator: "/"))
      // As many as the system follows.
      guard let target, linkCount < 40 else { continue }
      linkCount += 1
      if target.hasPrefix("/") { way = [] } else { way.removeLast() }
      rest += target.pathParts.reversed()
    }
  }

  private func add(_ directory: Directory) {
    // Under the lock: an event must find its directory.
    let failure: CInt? = directories.withLock { directories in
      let watch = inotify_add_watch(
        descriptor, directory.path, Self.mask | UInt32(IN_ONLYDIR))
      guard watch >= 0 else { return errno }
      var directory = directory
      if let known = directories[watch] {
        // One that is watched for some names may be watched for others, or for all.
        directory.isWalked = directory.isWalked || known.isWalked
        directory.names.formUnion(known.names)
      }
      directories[watch] = directory
      return nil
    }
    // One that is gone or closed to us is for the walk to tell.
    if let failure, failure == ENOSPC || failure == ENOMEM {
      pending.change { $0.failure = $0.failure ?? Self.error(failure, path: directory.path) }
    }
  }

  private func readEvents() {
    withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
      while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else { return }
        var rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])[...]
        while let event = WatchEvent(&rest) { take(event) }
      }
    }
  }

  private func take(_ event: WatchEvent) {
    if event.has(IN_Q_OVERFLOW) {
      follow()
      return note(roots)
    }
    var isOnWay = false
    let path: String? = directories.withLock { directories in
      guard let directory = directories[event.watch] else { return nil }
      if event.has(IN_IGNORED) {
        directories[event.watch] = nil
        return nil
      }
      let name = event.name
      isOnWay = directory.names.contains(name)
      if directory.isWalked {
        // Rules hold for all that lies beside and below them.
        if name.isEmpty || [".gitignore", ".ragignore"].contains(name) { return directory.path }
      }
      guard isOnWay || (directory.isWalked && !name.hasPrefix(".")) else { return nil }
      let path = (directory.path == "/" ? "" : directory.path) + "/" + name
      if event.has(IN_ISDIR), event.has(IN_MOVED_FROM) || event.has(IN_DELETE) {
        // The kernel watches a directory wherever it moves to.
        for (watch, directory) in directories where directory.path.isAtOrBelow(path) {
          inotify_rm_watch(descriptor, watch)
          directories[watch] = nil
        }
      }
      return path
    }
    let changedRoots = isOnWay ? follow() : []
    if let path, !path.isAtOrBelow(ignored) { note([path] + changedRoots) }
  }

  private func note(_ paths: [String]) {
    pending.change { pending in
      pending.eventCount += 1
      for path in paths { pending.paths.insert(path) }
      if pending.paths.count > Self.pathCount { pending.paths = PathSet(roots) }
    }
  }

  private static func error(_ code: CInt, path: String?) -> RAGError {
    let reason = String(cString: strerror(code))
    switch code {
    case ENOSPC:
      return RAGError(
        .limitExceeded,
        "there are more directories than the system lets a user watch; raise it, as root: sysctl fs.inotify.max_user_watches=524288",
        path: path)
    case EMFILE:
      return RAGError(
        .limitExceeded,
        "the system lets a user watch no more; raise it, as root: sysctl fs.inotify.max_user_instances=512",
        path: path)
    default: return RAGError(.io, "cannot watch for changes: \(reason)", path: path)
    }
  }
}
