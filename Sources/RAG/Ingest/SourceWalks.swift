import RAGCore
import RAGIngest

/// The sources of an ingest, in their order, and which of their files it is about.
struct SourceWalks: Sendable {
  enum Source: Sendable {
    case document(MemoryDocument)
    case walk(FileWalker)
    /// A path that cannot be walked.
    case failure(path: String, reason: String)
  }

  private(set) var sources: [Source] = []
  /// What changed since the last ingest; nil: nobody knows, so all files are read.
  let changes: PathSet?

  init(_ sources: [IngestSource], context: IngestContext, changes: IngestChanges?) {
    self.changes = changes?.paths
    for source in sources {
      switch source {
      case .document(let document): self.sources.append(.document(document))
      case .path(let path):
        do {
          self.sources.append(
            .walk(
              try FileWalker(
                root: path, options: context.options.walkOptions, onDirectory: changes?.onDirectory)
            ))
        } catch {
          // As documents have it.
          let path = path.locatedPath
          guard concerns(path) else { continue }
          let reason = (error as? RAGError)?.message ?? "\(error)"
          self.sources.append(.failure(path: path, reason: reason))
        }
      }
    }
  }

  /// The paths that are walked.
  var roots: [String] {
    sources.compactMap { if case .walk(let walker) = $0 { walker.root } else { nil } }
  }

  func concerns(_ path: String) -> Bool { changes?.covers(path) ?? true }

  /// Whether a file is to be read; one behind a link may change without a sign at the link.
  func concerns(_ file: FileReference) -> Bool { file.isSymbolicLink || concerns(file.path) }

  /// Counts what will be read, ahead of those who do, so that progress has totals.
  func count(into journal: IngestJournal) async throws {
    for source in sources {
      switch source {
      case .document(let document):
        journal.expect(documents: 1, bytes: document.bytes.count)
      case .walk(let walker):
        for try await case .file(let file) in walker where concerns(file) {
          journal.expect(documents: 1, bytes: file.byteCount)
          // A walk never waits, and the other stages need the thread.
          await Task.yield()
        }
      case .failure: break
      }
    }
  }
}

/// What an ingest of a watch is about.
struct IngestChanges: Sendable {
  /// Nil: everything.
  var paths: PathSet?
  /// Called before a directory is looked into.
  var onDirectory: @Sendable (String) -> Void
}
