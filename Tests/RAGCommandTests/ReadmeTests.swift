import Foundation
import Testing

@Suite("The README")
struct ReadmeTests {
  /// The lines that run `rag`, in order.
  static let commands: [String] = {
    let text = try? String(contentsOfFile: Sandbox.root + "/README.md", encoding: .utf8)
    let blocks = (text ?? "").components(separatedBy: "```sh\n").dropFirst()
    return blocks.flatMap { block in
      block.prefix { $0 != "`" }.split(separator: "\n").filter { $0.hasPrefix("rag ") }
        .map(String.init)
    }
  }()

  @Test("has commands of rag that run as they stand")
  func run() throws {
    try #require(Self.commands.count >= 2)
    try Sandbox.run { sandbox in
      try sandbox.write("notes/lease.md", "# Flat\n\nThe lease ends on 31 May 2027.\n")
      for command in Self.commands {
        let run = try sandbox.shell(command)
        #expect(run.status == 0, "\(command): \(run.errors)\(run.text)")
      }
    }
  }
}
