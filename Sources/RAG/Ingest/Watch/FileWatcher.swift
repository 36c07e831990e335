import Dispatch
import Foundation
import Glibc
import RAGCore

/// Tells what changes in directories, by inotify(7).
final class FileWatcher: Sendable {
  private struct Directory: Sendable {
    var path: String
    /// The entries that matter; nil: all.
    var names: Set<String>?
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

  private let roots: [String]
  private let ignored: String
  private let descriptor: CInt
  private let directories = Locked<[CInt: Directory]>([:])
  private let pending = Monitor(Pending())
  /// Unsafe is sound: set once, and its only use is `cancel`, which any thread may call.
  nonisolated(unsafe) private let source: any DispatchSourceRead

  /// Watches for the coming and going of `roots`; the directories in them are added one by one.
  ///
  /// What happens at or below `ignored` is no change.
  /// - Throws: ``RAGError`` of code `io` or `limitExceeded`.
  init(roots: [String], ignoring ignored: String) throws {
    self.roots = roots
    self.ignored = ignored
    descriptor = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { throw Self.error(errno, path: nil) }
    source = DispatchSource.makeReadSource(
      fileDescriptor: descriptor, queue: DispatchQueue(label: "rag.watch"))
    source.setCancelHandler { [descriptor] in close(descriptor) }
    source.setEventHandler { [weak self] in self?.readEvents() }
    source.activate()
    for root in roots where root != "/" {
      let slash = root.lastIndex(of: "/") ?? root.startIndex
      let parent = slash == root.startIndex ? "/" : String(root[..<slash])
      add(Directory(path: parent, names: [String(root[slash...].dropFirst())]))
    }
  }

  deinit { source.cancel() }

  /// Watches a directory, unless it is an index.
  func watch(_ path: String) {
    guard !path.isAtOrBelow(ignored),
      !FileManager.default.fileExists(atPath: path + "/rag.sqlite")
    else { return }
    add(Directory(path: path, names: nil))
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

  private func add(_ directory: Directory) {
    // Under the lock: an event must find its directory.
    let failure: CInt? = directories.withLock { directories in
      let watch = inotify_add_watch(
        descriptor, directory.path, Self.mask | UInt32(IN_ONLYDIR))
      guard watch >= 0 else { return errno }
      var directory = directory
      if let known = directories[watch] {
        // One that is watched for some names may be watched for others, or for all.
        directory.names = known.names.flatMap { names in directory.names?.union(names) }
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
    if event.has(IN_Q_OVERFLOW) { return note(roots) }
    let path: String? = directories.withLock { directories in
      guard let directory = directories[event.watch] else { return nil }
      if event.has(IN_IGNORED) {
        directories[event.watch] = nil
        return nil
      }
      let name = event.name
      if let names = directory.names, !names.contains(name) { return nil }
      if directory.names == nil {
        // Rules hold for all that lies beside and below them.
        if name.isEmpty || [".gitignore", ".ragignore"].contains(name) { return directory.path }
        if name.hasPrefix(".") { return nil }
      }
      let path = (directory.path == "/" ? "" : directory.path) + "/" + name
      if event.has(IN_ISDIR), event.has(IN_MOVED_FROM) || event.has(IN_DELETE) {
        // The kernel watches a directory wherever it moves to.
        for (watch, directory) in directories
        where directory.names == nil && directory.path.isAtOrBelow(path) {
          inotify_rm_watch(descriptor, watch)
          directories[watch] = nil
        }
      }
      return path
    }
    if let path, !path.isAtOrBelow(ignored) { note([path]) }
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
