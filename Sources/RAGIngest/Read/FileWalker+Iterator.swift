import Glibc
import RAGCore

extension FileWalker {
  /// One walk, as far as it has got.
  public struct Iterator: AsyncIteratorProtocol {
    /// A directory being walked.
    private struct Frame {
      /// Its names, from the directory that ignore files are relative to.
      var names: [String]
      var entries: ArraySlice<DirectoryListing.Entry>
      var identity: FileIdentity
      /// Ignore files that hold here, the outermost first.
      var rules: [IgnoreRules]
      /// Whether files are wanted that no glob of `include` decides on.
      var isIncluded: Bool
    }

    private let root: String
    private let isDirectory: Bool
    /// The names from the top of the repository around the root to the root itself.
    private let outerNames: [String]
    private let include: IgnoreRules
    private let exclude: IgnoreRules
    private let onDirectory: (@Sendable (String) -> Void)?
    private var hasStarted = false
    private var frames: [Frame] = []
    /// Found, but not yet given out; the last goes first.
    private var pending: [WalkEntry] = []

    init(
      root: String, isDirectory: Bool, options: Options, onDirectory: (@Sendable (String) -> Void)?
    ) {
      self.onDirectory = onDirectory
      self.root = root
      self.isDirectory = isDirectory
      outerNames = isDirectory ? Self.namesFromRepository(to: root) : []
      include = IgnoreRules(globs: options.include, depth: outerNames.count)
      exclude = IgnoreRules(globs: options.exclude, depth: outerNames.count)
    }

    /// The next file or skip; nil at the end.
    /// - Throws: ``RAGError`` of code `cancelled` with the task: a walk cut short must not look
    ///   like a whole one.
    public mutating func next() async throws -> WalkEntry? {
      if !hasStarted {
        hasStarted = true
        if isDirectory { enterRoot() } else { pending = [fileEntry(at: root)] }
      }
      while true {
        if Task.isCancelled { throw RAGError(.cancelled, "the walk was cancelled", path: root) }
        if let entry = pending.popLast() { return entry }
        guard let frame = frames.last else { return nil }
        if let entry = frame.entries.first {
          frames[frames.count - 1].entries.removeFirst()
          visit(entry, in: frame)
        } else {
          frames.removeLast()
        }
      }
    }

    // MARK: Directories

    private mutating func enterRoot() {
      if [".git", ".hg", ".svn"].contains(root.split(separator: "/").last) {
        pending = [.skipped(path: root, reason: "is version control's own directory")]
        return
      }
      var rules: [IgnoreRules] = []
      for depth in outerNames.indices {
        let names = root.split(separator: "/").dropLast(outerNames.count - depth)
        rules += ignoreRules(in: "/" + names.joined(separator: "/"), depth: depth)
      }
      enter(names: outerNames, rules: rules, isIncluded: include.isEmpty)
    }

    private mutating func enter(names: [String], rules: [IgnoreRules], isIncluded: Bool) {
      let path = path(of: names)
      onDirectory?(path)
      let listing: DirectoryListing
      do {
        listing = try DirectoryListing(path: path)
      } catch {
        pending.append(.failed(path: path, reason: reason(for: error)))
        return
      }
      if frames.contains(where: { $0.identity == listing.identity }) {
        pending.append(.skipped(path: path, reason: "is a directory that contains itself"))
      } else if listing.entries.contains(where: { $0.name == "rag.sqlite" && $0.kind == .regular })
      {
        // Only a root was asked for by name.
        if frames.isEmpty { pending.append(.skipped(path: path, reason: "is an index")) }
      } else {
        let hasOwn = listing.entries.contains { IgnoreRules.fileNames.contains($0.name) }
        frames.append(
          Frame(
            names: names, entries: listing.entries[...], identity: listing.identity,
            rules: hasOwn ? rules + ignoreRules(in: path, depth: names.count) : rules,
            isIncluded: isIncluded))
      }
    }

    private mutating func ignoreRules(in directory: String, depth: Int) -> [IgnoreRules] {
      var limits = Limits()
      limits.documentByteCount = 1 << 20
      return IgnoreRules.fileNames.compactMap { name in
        let path = directory + (directory == "/" ? "" : "/") + name
        do {
          let contents = try FileReader(limits: limits).read(path: path)
          return IgnoreRules(text: String(decoding: contents.bytes, as: UTF8.self), depth: depth)
        } catch RAGError.Code.notFound {
          return nil
        } catch {
          pending.append(.skipped(path: path, reason: "is not obeyed: " + reason(for: error)))
          return nil
        }
      }
    }

    /// Empty when the root is the top of a repository or in none.
    private static func namesFromRepository(to root: String) -> [String] {
      let names = root.split(separator: "/").map(String.init)
      for count in stride(from: names.count, through: 0, by: -1) {
        var status = stat()
        let directory = "/" + names.prefix(count).joined(separator: "/")
        if lstat(directory + "/.git", &status) == 0 { return Array(names.dropFirst(count)) }
      }
      return []
    }

    // MARK: Entries

    private mutating func visit(_ entry: DirectoryListing.Entry, in frame: Frame) {
      guard !entry.name.hasPrefix(".") else { return }
      let names = frame.names + [entry.name]
      let isDirectory = entry.kind == .directory
      let isLeftOut =
        exclude.decision(for: names, isDirectory: isDirectory)
        ?? frame.rules.lazy.reversed().compactMap {
          $0.decision(for: names, isDirectory: isDirectory)
        }.first ?? false
      guard !isLeftOut else { return }
      let isIncluded =
        include.decision(for: names, isDirectory: isDirectory) ?? frame.isIncluded
      guard isIncluded || isDirectory else { return }
      let path = path(of: names)
      guard entry.isValidName else {
        pending.append(.failed(path: path, reason: "its name is not valid UTF-8; rename it"))
        return
      }
      switch entry.kind {
      case .directory: enter(names: names, rules: frame.rules, isIncluded: isIncluded)
      case .regular: pending.append(fileEntry(at: path))
      case .symbolicLink: pending.append(linkEntry(at: path))
      case let kind?: pending.append(.skipped(path: path, reason: "is \(kind.name)"))
      case nil: pending.append(.failed(path: path, reason: "is of an unknown kind"))
      }
    }

    private func fileEntry(at path: String) -> WalkEntry {
      do {
        return .file(try FileReference(path: path))
      } catch let error as RAGError where [.unsupported, .notFound].contains(error.code) {
        return .skipped(path: path, reason: reason(for: error))
      } catch {
        return .failed(path: path, reason: reason(for: error))
      }
    }

    private func linkEntry(at path: String) -> WalkEntry {
      let target: String
      do {
        target = try SystemPath.resolved(path)
      } catch RAGError.Code.notFound {
        return .skipped(path: path, reason: "is a symbolic link that leads nowhere")
      } catch {
        let reason = "is a symbolic link: " + reason(for: error)
        var status = stat()
        // Where a loop leads is known: nowhere.
        let isLoop = stat(path, &status) != 0 && errno == ELOOP
        return isLoop ? .skipped(path: path, reason: reason) : .failed(path: path, reason: reason)
      }
      // By their bytes: names that mean the same characters may be those of two directories.
      guard (target + "/").utf8.starts(with: (root == "/" ? root : root + "/").utf8) else {
        return .skipped(
          path: path, reason: "is a symbolic link that leaves the directory; ingest its target")
      }
      var status = stat()
      if stat(target, &status) == 0, FileKind(mode: status.st_mode) == .directory {
        return .skipped(
          path: path,
          reason: "is a symbolic link to a directory, whose files are found where they are")
      }
      return fileEntry(at: path)
    }

    private func path(of names: [String]) -> String {
      let below = names.dropFirst(outerNames.count)
      return ([root == "/" ? "" : root] + below).joined(separator: "/")
    }

    private func reason(for error: any Error) -> String {
      (error as? RAGError)?.message ?? String(describing: error)
    }
  }
}
