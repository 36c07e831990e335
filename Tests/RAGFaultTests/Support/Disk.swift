import Foundation
import Glibc

/// A disk with a cache: what is not synced is lost when the power fails, or not, or in part, and in
/// any order. What POSIX promises and no more:
///
/// - the bytes and size of a file are on disk once it is synced; until then any part of its writes
///   may be, in sectors of 512 bytes;
/// - names are on disk once their directory is synced; until then any of the changes may be, each
///   wholly or not at all. Syncing a file does not put its name there.
struct Disk {
  private final class File {
    var durable: Data
    var pending: [Change] = []

    init(_ durable: Data = Data()) { self.durable = durable }
  }

  private final class Directory {
    var entries: [String: Node] = [:]
    var durable: [String: Node] = [:]
  }

  private enum Node {
    case file(File)
    case directory(Directory)
  }

  private enum Change {
    case write(offset: Int, bytes: Data)
    case truncate(size: Int)
  }

  /// Names that change together.
  private typealias Renaming = [(directory: Directory, name: String, node: Node?)]

  private let path: String
  private let root = Directory()
  private var files: [UInt64: File] = [:]
  private var renamings: [Renaming] = []

  /// What lies in a directory and in those in it, to begin with.
  struct Contents: Sendable {
    fileprivate let path: String
    fileprivate var directories: [String] = []
    fileprivate var files: [(path: String, inode: UInt64, bytes: Data)] = []

    init(_ path: String) throws {
      self.path = path
      for name in try FileManager.default.subpathsOfDirectory(atPath: path).sorted() {
        let whole = path + "/" + name
        var status = stat()
        lstat(whole, &status)
        if status.st_mode & S_IFMT == S_IFDIR {
          directories.append(whole)
        } else {
          files.append((whole, UInt64(status.st_ino), try Data(contentsOf: URL(filePath: whole))))
        }
      }
    }
  }

  /// A disk with contents that are on it for good.
  init(_ contents: Contents) {
    path = contents.path
    for path in contents.directories { name([(path, .directory(Directory()))]) }
    for (path, inode, bytes) in contents.files {
      let file = File(bytes)
      files[inode] = file
      name([(path, .file(file))])
    }
    renamings.forEach(Self.keep)
    renamings = []
  }

  // MARK: What is done

  mutating func apply(_ record: DiskRecord) {
    switch record {
    case .create(let path, let inode):
      let file = File()
      // Inodes are used again.
      files[inode] = file
      name([(path, .file(file))])
    case .write(let inode, let offset, let bytes):
      files[inode]?.pending.append(.write(offset: offset, bytes: bytes))
    case .truncate(let inode, let size): files[inode]?.pending.append(.truncate(size: size))
    case .sync(let inode):
      guard let file = files[inode] else { return }
      file.pending.forEach { Self.apply($0, to: &file.durable) }
      file.pending = []
    case .syncDirectory(let path):
      guard case .directory(let directory)? = node(path) else { return }
      for renaming in renamings where renaming.contains(where: { $0.directory === directory }) {
        Self.keep(renaming)
      }
      renamings.removeAll { $0.contains { $0.directory === directory } }
    case .rename(let from, let to): name([(to, node(from)), (from, nil)])
    case .link(let from, let to): name([(to, node(from))])
    case .remove(let path): name([(path, nil)])
    case .makeDirectory(let path): name([(path, .directory(Directory()))])
    }
  }

  private func parts(_ path: String) -> [String] {
    path.dropFirst(self.path.count).split(separator: "/").map(String.init)
  }

  private func node(_ path: String) -> Node? {
    parts(path).reduce(.directory(root)) { node, name in
      if case .directory(let directory)? = node { directory.entries[name] } else { nil }
    }
  }

  private mutating func name(_ changes: [(path: String, node: Node?)]) {
    var renaming: Renaming = []
    for (path, node) in changes {
      guard let name = parts(path).last,
        case .directory(let directory)? = self.node(String(path.dropLast(name.count + 1)))
      else { continue }
      directory.entries[name] = node
      renaming.append((directory, name, node))
    }
    renamings.append(renaming)
  }

  private static func keep(_ renaming: Renaming) {
    for (directory, name, node) in renaming { directory.durable[name] = node }
  }

  private static func apply(_ change: Change, to bytes: inout Data) {
    switch change {
    case .write(let offset, let written):
      if bytes.count < offset + written.count {
        bytes.append(Data(count: offset + written.count - bytes.count))
      }
      bytes.replaceSubrange(offset..<offset + written.count, with: written)
    case .truncate(let size):
      bytes = size <= bytes.count ? bytes.prefix(size) : bytes + Data(count: size - bytes.count)
    }
  }

  // MARK: What is left of it

  /// How much of what was not synced a power failure leaves.
  private enum Fate: CaseIterable { case nothing, some, all }

  /// Writes what a power failure leaves into a directory, which becomes that and nothing else.
  func fail(to target: String, _ random: inout Random) throws {
    let fate = Fate.allCases[random.below(3)]
    for renaming in renamings where fate == .all || fate == .some && random.below(2) == 0 {
      Self.keep(renaming)
    }
    try write(to: target, names: \.durable) { file in
      Self.left(of: file, Fate.allCases[random.below(3)], &random)
    }
  }

  /// Writes all of it, as if the disk had no cache.
  func finish(to target: String) throws {
    try write(to: target, names: \.entries) { file in
      var bytes = file.durable
      file.pending.forEach { Self.apply($0, to: &bytes) }
      return bytes
    }
  }

  private static func left(of file: File, _ fate: Fate, _ random: inout Random) -> Data {
    var bytes = file.durable
    for change in file.pending where fate == .all || fate == .some && random.below(2) == 0 {
      guard fate == .some, random.below(4) == 0, case .write(let offset, let written) = change
      else {
        apply(change, to: &bytes)
        continue
      }
      var start = offset
      while start < offset + written.count {
        let end = min((start / 512 + 1) * 512, offset + written.count)
        if random.below(2) == 0 {
          let sector = written.subdata(in: start - offset..<end - offset)
          apply(.write(offset: start, bytes: sector), to: &bytes)
        }
        start = end
      }
    }
    return bytes
  }

  private func write(
    to target: String, names: KeyPath<Directory, [String: Node]>, _ contents: (File) -> Data
  ) throws {
    let manager = FileManager.default
    var written: [ObjectIdentifier: String] = [:]
    func write(_ directory: Directory, to target: String) throws {
      try manager.createDirectory(atPath: target, withIntermediateDirectories: true)
      for (name, node) in directory[keyPath: names].sorted(by: { $0.key < $1.key }) {
        switch node {
        case .directory(let below): try write(below, to: target + "/" + name)
        // Shared memory, which nobody syncs and whoever comes first makes anew.
        case .file where name.hasSuffix("-shm"): break
        case .file(let file):
          let path = target + "/" + name
          if let other = written.updateValue(path, forKey: ObjectIdentifier(file)) {
            link(other, path)
          } else {
            try contents(file).write(to: URL(filePath: path))
          }
        }
      }
    }
    try? manager.removeItem(atPath: target)
    try write(root, to: target)
  }
}
