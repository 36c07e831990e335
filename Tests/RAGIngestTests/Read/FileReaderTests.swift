import Foundation
import Glibc
import RAGCore
import RAGIngest
import Testing

@Suite("File reader")
struct FileReaderTests {
  private func code(_ body: () throws -> FileContents) -> RAGError.Code? {
    #expect(throws: RAGError.self) { try body() }?.code
  }

  @Test(
    "reads a file with the size and time that go with its bytes", arguments: [0, 1, 4096, 3 << 20])
  func reads(size: Int) throws {
    let tree = try TemporaryTree()
    let text = String(repeating: "x", count: size)
    let path = try tree.write("a.txt", text)
    let contents = try FileReader().read(path: path)
    #expect(contents.bytes == Array(text.utf8))
    #expect(try contents.file == FileReference(path: path))
    try tree.link("b.txt", to: "a.txt")
    let linked = try FileReader().read(path: tree.path + "/b.txt")
    #expect(linked.bytes.count == size && linked.file.isSymbolicLink)
  }

  @Test("the limit holds for the read itself and is named")
  func limit() throws {
    let tree = try TemporaryTree(["a.txt": "12345"])
    var limits = Limits()
    limits.documentByteCount = 5
    #expect(try FileReader(limits: limits).read(path: tree.path + "/a.txt").bytes.count == 5)
    limits.documentByteCount = 4
    let error = #expect(throws: RAGError.self) {
      try FileReader(limits: limits).read(path: tree.path + "/a.txt")
    }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("Limits.documentByteCount") == true)
    // A file of the kernel claims to be empty.
    limits.documentByteCount = 3
    #expect(
      code { try FileReader(limits: limits).read(path: "/proc/self/status") } == .limitExceeded)
  }

  @Test("nothing but a regular file is opened")
  func specials() throws {
    let tree = try TemporaryTree(["d/a.txt": "x"])
    let reader = FileReader()
    #expect(mkfifo(tree.path + "/pipe", 0o600) == 0)
    #expect(code { try reader.read(path: tree.path + "/pipe") } == .unsupported)
    #expect(code { try reader.read(path: tree.path + "/d") } == .unsupported)
    #expect(code { try reader.read(path: "/dev/zero") } == .unsupported)
    #expect(code { try reader.read(path: tree.path + "/none") } == .notFound)
    try tree.link("loop", to: "loop")
    #expect(code { try reader.read(path: tree.path + "/loop") } == .io)
    try tree.link("zero", to: "/dev/zero")
    #expect(code { try reader.read(path: tree.path + "/zero") } == .unsupported)
  }

  @Test("a file replaced by something else since it was found is not followed")
  func replaced() throws {
    let tree = try TemporaryTree(["a.txt": "x", "secret.txt": "y"])
    let found = try FileReference(path: tree.path + "/a.txt")
    #expect(unlink(found.path) == 0)
    #expect(code { try FileReader().read(found) } == .notFound)
    try tree.link("a.txt", to: "secret.txt")
    #expect(code { try FileReader().read(found) } == .unsupported)
    #expect(unlink(found.path) == 0)
    #expect(mkfifo(found.path, 0o600) == 0)
    #expect(code { try FileReader().read(found) } == .unsupported)
    // A link led elsewhere was not accepted for its new target.
    try tree.link("l.txt", to: "secret.txt")
    let link = try FileReference(path: tree.path + "/l.txt")
    try tree.write("other.txt")
    #expect(unlink(link.path) == 0)
    try tree.link("l.txt", to: "other.txt")
    #expect(code { try FileReader().read(link) } == .io)
    // A new version of a plain file is read as it is now.
    let plain = try FileReference(path: tree.path + "/secret.txt")
    try tree.write("secret.txt", "longer than before")
    #expect(try FileReader().read(plain).file.byteCount == 18)
  }

  @Test("a file without permission is an error", .enabled(if: geteuid() != 0, "root may read all"))
  func permission() throws {
    let tree = try TemporaryTree(["a.txt": "x"])
    #expect(chmod(tree.path + "/a.txt", 0) == 0)
    #expect(code { try FileReader().read(path: tree.path + "/a.txt") } == .io)
  }

  @Test("a file that changes all the time is read whole or refused")
  func changing() async throws {
    let tree = try TemporaryTree()
    let path = try tree.write("a.txt", String(repeating: "0", count: 4 << 20))
    // Another process appends without end; its output says that it has begun.
    let writer = Subprocess(
      ["sh", "-c", "while :; do printf 1 >> \"$0\"; printf .; done", path],
      outputByteCount: 1 << 28, outputLimitName: "documentByteCount", duration: .seconds(1_200))
    var refusal: RAGError?
    // However busy the machine is, the writer is at work during some of so many reads.
    for try await _ in writer.stream(stdin: []).prefix(2_000) where refusal == nil {
      do {
        let contents = try FileReader().read(path: path)
        #expect(contents.bytes.count == contents.file.byteCount)
      } catch let error as RAGError {
        refusal = error
        break
      }
    }
    #expect(refusal?.code == .io)
    #expect(refusal?.message.contains("changed while being read") == true)
  }

  @Test("a file that vanishes, shrinks, grows and is replaced never traps or hangs")
  func rewritten() async throws {
    let tree = try TemporaryTree()
    let path = try tree.write("a.txt", "0")
    let script = """
      while :; do
        head -c 200000 /dev/zero > "$0"; : > "$0"; rm "$0"; head -c 90000 /dev/zero > "$0.tmp"
        mv "$0.tmp" "$0"; printf x >> "$0"; printf .
      done
      """
    let writer = Subprocess(
      ["sh", "-c", script, path], outputByteCount: 1 << 20, outputLimitName: "documentByteCount",
      duration: .seconds(120))
    var rounds = 0
    for try await _ in writer.stream(stdin: []) {
      for _ in 0..<20 {
        do {
          let contents = try FileReader().read(path: path)
          #expect(contents.bytes.count == contents.file.byteCount)
        } catch let error as RAGError {
          #expect(error.code == .io || error.code == .notFound)
        }
      }
      rounds += 1
      if rounds == 20 { break }
    }
  }

  @Test("a cancelled task stops")
  func cancellation() async throws {
    let tree = try TemporaryTree(["a.txt": "x"])
    let path = tree.path + "/a.txt"
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try FileReader().read(path: path)
    }
    let error = await #expect(throws: RAGError.self) { try await task.value }
    #expect(error?.code == .cancelled)
  }
}
