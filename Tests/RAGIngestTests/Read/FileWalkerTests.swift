import Foundation
import Glibc
import RAGCore
import RAGIngest
import Testing

@Suite("File walker")
struct FileWalkerTests {
  @Test("finds files in the order of the bytes of their paths")
  func order() async throws {
    let names = ["a/b.txt", "a/é.txt", "a-b.txt", "a.txt", "a0", "A.md", "b/c/d/e.html", "日.txt"]
    let tree = try TemporaryTree(Dictionary(uniqueKeysWithValues: names.map { ($0, "x") }))
    let found = try await tree.walk()
    #expect(found.files == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(found.skips.isEmpty)
    let again = try await tree.walk()
    #expect(again.files == found.files)
  }

  @Test("says what a file is")
  func reference() async throws {
    let tree = try TemporaryTree(["a.txt": "four"])
    for try await entry in try FileWalker(root: tree.path + "/./a.txt") {
      guard case .file(let file) = entry else { throw RAGError(.io, "no file") }
      #expect(file.path == tree.path + "/a.txt")
      #expect(file.byteCount == 4)
      #expect(file.modificationTime.seconds > 1_700_000_000)
      #expect(!file.isSymbolicLink)
      #expect(try file == FileReference(path: file.path))
    }
  }

  @Test("leaves out hidden files, version control and indexes")
  func hidden() async throws {
    let tree = try TemporaryTree([
      "a.txt": "", ".hidden.txt": "", ".git/config": "", ".hg/x": "", ".config/b.txt": "",
      "index/rag.sqlite": "", "index/c.txt": "", "docs.rag/rag.sqlite": "", "rag.sqlite.txt": "",
    ])
    let found = try await tree.walk()
    #expect(found.files == ["a.txt", "rag.sqlite.txt"] && found.skips.isEmpty)
    #expect(try await tree.walk("index").skips == ["index": "is an index"])
    #expect(try await tree.walk(".git").files.isEmpty)
    // A hidden root is walked: it was named.
    #expect(try await tree.walk(".config").files == [".config/b.txt"])
    #expect(try await tree.walk(".hidden.txt").files == [".hidden.txt"])
  }

  @Test("include and exclude globs choose, and bring back what is ignored")
  func globs() async throws {
    let tree = try TemporaryTree([
      "a.md": "", "b.txt": "", "docs/c.md": "", "docs/d.txt": "", "docs/deep/e.html": "",
      "build/f.md": "", ".gitignore": "build/\nb.txt",
    ])
    #expect(try await tree.walk().files == ["a.md", "docs/c.md", "docs/d.txt", "docs/deep/e.html"])
    #expect(try await tree.walk(include: ["*.md"]).files == ["a.md", "docs/c.md"])
    #expect(
      try await tree.walk(include: ["docs"]).files == [
        "docs/c.md", "docs/d.txt", "docs/deep/e.html",
      ])
    #expect(
      try await tree.walk(include: ["/docs/**", "!*.txt"]).files == [
        "docs/c.md", "docs/deep/e.html",
      ])
    #expect(
      try await tree.walk(exclude: ["docs/deep", "a.*"]).files == ["docs/c.md", "docs/d.txt"])
    #expect(
      try await tree.walk(include: ["*.md"], exclude: ["!build"]).files == [
        "a.md", "build/f.md", "docs/c.md",
      ])
    // What is named itself is found, whatever the rules.
    #expect(try await tree.walk("build/f.md", exclude: ["*"]).files == ["build/f.md"])
  }

  @Test("ignore files of the repository around the root hold, .ragignore over .gitignore")
  func outerIgnoreFiles() async throws {
    let tree = try TemporaryTree([
      ".gitignore": "outside.txt",
      "repo/.git/HEAD": "", "repo/.gitignore": "*.log\n/docs/secret.txt\n/sub.txt",
      "repo/docs/.gitignore": "!keep.log", "repo/docs/.ragignore": "draft*\n!a.tmp",
      "repo/docs/a.log": "", "repo/docs/keep.log": "", "repo/docs/secret.txt": "",
      "repo/docs/sub.txt": "", "repo/docs/draft1.md": "", "repo/docs/outside.txt": "",
      "repo/docs/x/b.log": "", "repo/docs/x/keep.log": "", "repo/docs/x/secret.txt": "",
    ])
    let expected = [
      "repo/docs/keep.log", "repo/docs/outside.txt", "repo/docs/sub.txt", "repo/docs/x/keep.log",
      "repo/docs/x/secret.txt",
    ]
    #expect(try await tree.walk("repo/docs").files == expected)
    #expect(try await tree.walk("repo").files == expected)
    #expect(
      try await tree.walk("repo/docs/x").files == [
        "repo/docs/x/keep.log", "repo/docs/x/secret.txt",
      ])
    // An absolute glob of the user is relative to the root, not to the repository.
    #expect(try await tree.walk("repo/docs", include: ["/x"]).files == Array(expected.suffix(2)))
  }

  @Test("follows links to files inside, skips other links with the reason")
  func links() async throws {
    let outside = try TemporaryTree(["o.txt": ""])
    let tree = try TemporaryTree(["a.txt": "", "d/b.txt": ""])
    try tree.link("in.txt", to: "d/b.txt")
    try tree.link("out.txt", to: outside.path + "/o.txt")
    try tree.link("up.txt", to: "../\(outside.path.split(separator: "/").last ?? "")/o.txt")
    try tree.link("gone.txt", to: "nothing")
    try tree.link("self", to: "self")
    try tree.link("d/loop", to: "..")
    try tree.link("dir", to: "d")
    try tree.link("zero.txt", to: "/dev/zero")
    let found = try await tree.walk()
    #expect(found.files == ["a.txt", "d/b.txt", "in.txt"])
    #expect(found.skips["out.txt"]?.contains("leaves the directory") == true)
    #expect(found.skips["up.txt"]?.contains("leaves the directory") == true)
    #expect(found.skips["zero.txt"]?.contains("leaves the directory") == true)
    #expect(found.skips["gone.txt"]?.contains("leads nowhere") == true)
    #expect(found.skips["self"]?.contains("Too many levels") == true)
    #expect(found.skips["d/loop"]?.contains("to a directory") == true)
    #expect(found.skips["dir"]?.contains("to a directory") == true)
    // A link as the root is followed; a file keeps the name that it was given.
    #expect(try await tree.walk("dir").files == ["d/b.txt"])
    #expect(try await tree.walk("in.txt").files == ["in.txt"])
    #expect(try await tree.walk("dir/b.txt").files == ["d/b.txt"])
  }

  @Test("tells names apart that differ in bytes only, when it asks whether a link leaves the root")
  func equalCharacters() async throws {
    let tree = try TemporaryTree(["caf\u{E9}/a.txt": "", "cafe\u{301}/b.txt": ""])
    try tree.link("caf\u{E9}/out.txt", to: "../cafe\u{301}/b.txt")
    let found = try await tree.walk("caf\u{E9}")
    #expect(found.files == ["caf\u{E9}/a.txt"])
    #expect(found.skips["caf\u{E9}/out.txt"]?.contains("leaves the directory") == true)
  }

  @Test("takes a link that cannot be looked at for no skip: nobody knows what is behind it")
  func unknownLinks() async throws {
    let tree = try TemporaryTree()
    try tree.link("long", to: String(repeating: "n", count: 300))
    try tree.link("loop", to: "loop")
    try tree.link("none", to: "nothing")
    var failed: [String] = []
    for try await case .failed(let path, _) in try FileWalker(root: tree.path) {
      failed.append(path)
    }
    #expect(failed == [tree.path + "/long"])
  }

  @Test("skips what is no file, never opening it; finds hard links under each name")
  func specials() async throws {
    let tree = try TemporaryTree(["a.txt": "", "x.html/b.txt": ""])
    #expect(mkfifo(tree.path + "/pipe.txt", 0o600) == 0)
    #expect(mkfifo(tree.path + "/.gitignore", 0o600) == 0)
    #expect(Glibc.link(tree.path + "/a.txt", tree.path + "/b.txt") == 0)
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let place = Array(
      (tree.path + "/s.txt").utf8CString.prefix(MemoryLayout.size(ofValue: address.sun_path)))
    withUnsafeMutableBytes(of: &address.sun_path) { target in
      place.withUnsafeBytes { target.copyMemory(from: $0) }
    }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    let found = try await tree.walk()
    #expect(found.files == ["a.txt", "b.txt", "x.html/b.txt"])
    #expect(found.skips["pipe.txt"] == "is a named pipe")
    #expect(found.skips[".gitignore"]?.contains("not obeyed") == true)
    if bound == 0 { #expect(found.skips["s.txt"] == "is a socket") }
    #expect(try await tree.walk("pipe.txt").skips["pipe.txt"]?.contains("named pipe") == true)
    var device: [WalkEntry] = []
    for try await entry in try FileWalker(root: "/dev/zero") { device.append(entry) }
    #expect(device == [.skipped(path: "/dev/zero", reason: "is a device, not a regular file")])
  }

  @Test("skips names that are not UTF-8, and paths too long for the system")
  func strangeNames() async throws {
    let tree = try TemporaryTree(["ok.txt": ""])
    let name: [CChar] = Array((tree.path + "/bad").utf8CString.dropLast()) + [-1, -2, 0]
    let file = creat(name, 0o600)
    #expect(file >= 0)
    close(file)
    // Deeper than 4,096 bytes: made step by step.
    let long = String(repeating: "n", count: 250)
    var directory = open(tree.path, O_RDONLY | O_DIRECTORY)
    for _ in 0..<18 {
      #expect(mkdirat(directory, long, 0o700) == 0)
      let next = openat(directory, long, O_RDONLY | O_DIRECTORY)
      close(directory)
      directory = next
    }
    close(directory)
    try tree.write(String(repeating: "m", count: 255))
    let found = try await tree.walk()
    #expect(found.files == [String(repeating: "m", count: 255), "ok.txt"])
    #expect(found.skips["bad\u{FFFD}\u{FFFD}"]?.contains("UTF-8") == true)
    #expect(found.skips.values.contains { $0.contains("too long") })
  }

  @Test(
    "an unreadable directory is a skip, the others go on",
    .enabled(if: geteuid() != 0, "root may read all"))
  func unreadableDirectory() async throws {
    let tree = try TemporaryTree(["a/b.txt": "", "c.txt": ""])
    #expect(chmod(tree.path + "/a", 0) == 0)
    let found = try await tree.walk()
    #expect(found.files == ["c.txt"])
    #expect(found.skips["a"]?.contains("Permission denied") == true)
  }

  @Test("a missing root is an error, an empty one is not")
  func roots() async throws {
    let tree = try TemporaryTree()
    #expect(try await tree.walk().files.isEmpty)
    for root in [tree.path + "/none", tree.path + "/none/deeper"] {
      let error = #expect(throws: RAGError.self) { try FileWalker(root: root) }
      #expect(error?.code == .notFound)
    }
    for root in ["", "a\0b"] {
      #expect(#expect(throws: RAGError.self) { try FileWalker(root: root) }?.code == .invalidInput)
    }
  }

  @Test("a very deep tree is walked without recursion; a cancelled walk throws")
  func deep() async throws {
    let tree = try TemporaryTree()
    let name = (0..<300).map { _ in "d" }.joined(separator: "/") + "/f.txt"
    try tree.write(name)
    #expect(try await tree.walk().files == [name])
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await tree.walk().files
    }
    let error = await #expect(throws: RAGError.self) { try await task.value }
    #expect(error?.code == .cancelled)
  }
}
