import Foundation
import Glibc
import RAGCore
import Testing

@Suite("A path")
struct PathTests {
  @Test(
    "is made absolute without parts that say nothing",
    arguments: [
      ("/", "/"), ("//", "/"), ("/..", "/"), ("/a/", "/a"), ("/a//./b", "/a/b"),
      ("/none/../b", "/b"), ("/none/../../b/", "/b"), ("/./.", "/"),
      ("/a/\u{301}b", "/a/\u{301}b"),
    ])
  func absolute(path: String, expected: String) {
    #expect(path.absolutePath.utf8.elementsEqual(expected.utf8), "\(path.absolutePath)")
    let directory = FileManager.default.currentDirectoryPath
    #expect("none".absolutePath == directory + "/none")
    #expect("".absolutePath == directory)
  }

  @Test("leads with '..' out of what a link leads to, as the system has it")
  func parent() throws {
    let directory = try TemporaryDirectory()
    let path = try #require(directory.path.resolvedPath)
    try FileManager.default.createDirectory(
      atPath: path + "/deep/down", withIntermediateDirectories: true)
    try #require(symlink(path + "/deep/down", path + "/link") == 0)
    #expect((path + "/link/../x").absolutePath == path + "/deep/x")
    #expect((path + "/link/x").absolutePath == path + "/link/x")
    #expect((path + "/link/x").locatedPath == path + "/deep/down/x")
    #expect((path + "/link/none/x").locatedPath == path + "/deep/down/none/x")
    #expect((path + "/link").locatedPath == path + "/link")
    #expect("/".locatedPath == "/" && "/none".locatedPath == "/none")
  }
}
