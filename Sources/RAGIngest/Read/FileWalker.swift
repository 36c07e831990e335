import Glibc
import RAGCore

/// Finds the files under a directory, in the order of the bytes of their paths.
///
/// Left out without a word, as the user asked for it: what `exclude` or an ignore file
/// (`.gitignore`, `.ragignore`) matches or `include` does not, hidden files and directories,
/// version control's own, and index directories (they hold a `rag.sqlite`). Ignore files hold for
/// their directory and below, deeper ones before outer ones, `.ragignore` before `.gitignore`;
/// those between the root and the Git repository around it hold too.
///
/// A symbolic link to a regular file inside the root is a file of its own. Links that leave the
/// root, lead nowhere, or lead to a directory are skipped with the reason, as are pipes, sockets and
/// devices. Names that are not valid UTF-8, and what cannot be looked at or read, fail with it. A
/// file under several names (hard links) is found under each.
///
/// A root that is a file is always found, whatever the globs and ignore files.
public struct FileWalker: AsyncSequence, Sendable {
  /// What an iteration gives.
  public typealias Element = WalkEntry

  /// Which files are wanted.
  public struct Options: Sendable, Hashable {
    /// Globs of gitignore's form, relative to the root; if there are any, only files that match
    /// one, or lie in a directory that does, are found.
    public var include: [String]
    /// Globs of gitignore's form, relative to the root, of files and directories to leave out; one
    /// with a leading `!` brings back what an ignore file leaves out.
    public var exclude: [String]

    /// Makes options; without globs all files are wanted.
    public init(include: [String] = [], exclude: [String] = []) {
      self.include = include
      self.exclude = exclude
    }

    /// Proves that each glob is one: a list of what to take that holds none would take everything.
    /// - Throws: ``RAGError`` of code `invalidInput`.
    public func validate() throws {
      for glob in include + exclude where Glob(line: glob[...]) == nil {
        throw RAGError(
          .invalidInput,
          "'\(glob)' is no pattern for names; write *.txt, drafts/ or **/old, and \\[ for a bracket"
        )
      }
    }
  }

  /// The root's absolute path, without symbolic links above it.
  public let root: String
  private let options: Options
  private let isDirectory: Bool
  private let onDirectory: (@Sendable (String) -> Void)?

  /// Prepares a walk of a file or directory.
  /// - Throws: ``RAGError``: `notFound` when the root does not exist, `io` when it cannot be
  ///   looked up.
  public init(root: String, options: Options = .init()) throws {
    try self.init(root: root, options: options, onDirectory: nil)
  }

  /// As above; each directory is given to `onDirectory` before it is listed, so that what comes to
  /// lie in it later can be watched without a gap.
  package init(
    root: String, options: Options, onDirectory: (@Sendable (String) -> Void)?
  ) throws {
    self.onDirectory = onDirectory
    let path = try SystemPath.absolute(root)
    let resolved = try SystemPath.resolved(path)
    var status = stat()
    guard stat(resolved, &status) == 0 else { throw SystemPath.error("find", path: path) }
    self.options = options
    isDirectory = FileKind(mode: status.st_mode) == .directory
    // A file keeps its own name: it is the same document when its directory is walked.
    guard !isDirectory, let slash = path.lastIndex(of: "/") else {
      self.root = resolved
      return
    }
    let parent = try SystemPath.resolved(String(path[...slash]))
    self.root = (parent == "/" ? "" : parent) + path[slash...]
  }

  /// Starts a walk.
  public func makeAsyncIterator() -> Iterator {
    Iterator(
      root: root, isDirectory: isDirectory, options: options, onDirectory: onDirectory)
  }
}
