import Foundation
import RAGCore
import RAGIngest
import Testing

@Suite("Ignore rules")
struct IgnoreRulesTests {
  @Test(
    "match as gitignore(5) says",
    arguments: [
      ("*.txt", "a.txt", true), ("*.txt", "d/a.txt", true), ("*.txt", "a.txt.md", false),
      ("a", "d/a", true), ("/a", "d/a", false), ("/a", "a", true), ("d/a", "x/d/a", false),
      ("d/a", "d/a", true), ("d/*", "d/a", true), ("d/*", "d/e/a", false), ("**/a", "a", true),
      ("**/a", "x/y/a", true), ("a/**", "a", false), ("a/**", "a/b/c", true),
      ("a/**/b", "a/b", true),
      ("a/**/b", "a/x/y/b", true), ("a/**/b", "a/x/y/c", false), ("a**b", "axxb", true),
      ("x/a**b", "x/a/b", false), ("**", "a/b", true), ("?", "é", true), ("?", "ab", false),
      ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[^a-c]x", "dx", true),
      ("[]a]", "]", true),
      ("[a", "[a", false), ("[[:digit:]]*", "1x", true), ("[[:digit:]]*", "x1", false),
      ("[a-]", "-", true),
      ("\\#a", "#a", true), ("#a", "#a", false), (#"\!a"#, "!a", true), (#"a\ "#, "a ", true),
      ("a  ", "a", true), (#"a\*"#, "a*", true), (#"a\*"#, "ab", false), ("a\\", "a\\", false),
      ("a\r", "a", true), ("*a*b*c*", "xaxbxcx", true), ("*a*b*c*", "xaxcxb", false),
      ("/*", "a/b", false),
      ("/", "a", false), ("日*", "日本", true),
    ])
  func matches(pattern: String, path: String, expected: Bool) {
    let rules = IgnoreRules(text: pattern, depth: 0)
    let names = path.split(separator: "/").map(String.init)
    #expect((rules.decision(for: names, isDirectory: false) == true) == expected)
  }

  @Test("the last match decides; a slash at the end means directories")
  func precedence() {
    let rules = IgnoreRules(text: "\u{FEFF}*.log\r\n!keep.log\nkeep.log/\n\n# comment\n", depth: 1)
    #expect(rules.decision(for: ["d", "a.log"], isDirectory: false) == true)
    #expect(rules.decision(for: ["d", "keep.log"], isDirectory: false) == false)
    #expect(rules.decision(for: ["d", "keep.log"], isDirectory: true) == true)
    #expect(rules.decision(for: ["d", "a.txt"], isDirectory: false) == nil)
    #expect(rules.decision(for: ["d"], isDirectory: true) == nil)
  }

  @Test("hostile patterns take no time to speak of")
  func hostile() {
    let pattern = String(repeating: "*a", count: 2000) + "*b"
    let rules = IgnoreRules(
      text: pattern + "\n" + String(repeating: "**/a/", count: 500) + "b", depth: 0)
    let names = [String](repeating: "a", count: 1500) + [String(repeating: "a", count: 255)]
    #expect(rules.decision(for: names, isDirectory: false) == nil)
  }

  static let git = ["/usr/bin/git", "/usr/local/bin/git"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(
    "agree with git on random patterns and trees", .enabled(if: git != nil, "git is not installed"))
  func oracle() async throws {
    let git = try #require(Self.git)
    let parts = [
      "a", "b", "ab", "a.txt", "*", "**", "?", "*.txt", "[ab]", "[!a]*", "a*", "\\a", "b ",
    ]
    for seed in 0..<12 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let tree = try TemporaryTree()
      let names = ["a", "b", "ab", "a.txt", "b.txt", "c"]
      for _ in 0..<40 {
        let path = (0..<(1 + random.below(4))).map { _ in names[random.below(names.count)] }
        _ = try? tree.write(path.joined(separator: "/") + ".d/f\(random.below(3)).txt")
        _ = try? tree.write(path.joined(separator: "/"))
      }
      for directory in ["", "a.d/", "b.d/"] where directory.isEmpty || random.below(2) == 0 {
        let lines = (0..<(1 + random.below(4))).map { _ in
          let body = (0..<(1 + random.below(3))).map { _ in parts[random.below(parts.count)] }
          return (random.below(4) == 0 ? "!" : "") + (random.below(4) == 0 ? "/" : "")
            + body.joined(separator: "/") + (random.below(4) == 0 ? "/" : "")
        }
        try tree.write(directory + ".gitignore", lines.joined(separator: "\n"))
      }
      func run(_ words: [String]) async throws -> [String] {
        let output = try await Subprocess(
          [git, "-C", tree.path, "-c", "core.excludesFile="] + words, outputByteCount: 1 << 20,
          outputLimitName: "documentByteCount", duration: .seconds(60)
        ).run(stdin: [])
        return String(decoding: output, as: UTF8.self).split(separator: "\0").map(String.init)
      }
      _ = try await run(["init", "-q", "--template="])
      let expected = try await run(["ls-files", "-z", "--others", "--exclude-standard"])
        .filter { !$0.hasSuffix(".gitignore") }
      let found = try await tree.walk().files
      #expect(Set(found) == Set(expected), "seed \(seed)")
    }
  }
}
