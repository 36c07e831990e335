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
      let lease = try sandbox.write(
        "notes/lease.md", "# Flat\n\nThe lease ends on 31 May 2027.\n")
      try sandbox.write("scifact/corpus.jsonl", "{\"_id\": \"d\", \"text\": \"Cells divide.\"}\n")
      try sandbox.write(
        "scifact/queries.jsonl", "{\"_id\": \"q\", \"text\": \"do cells divide\"}\n")
      try sandbox.write("scifact/qrels/test.tsv", "q\td\t1\n")
      try sandbox.write("topics.tsv", "1\twhen does the lease end?\n")
      try sandbox.write("qrels.txt", "1 0 \(lease) 1\n")
      try sandbox.write("theirs.trec", "1 Q0 \(lease) 1 0.5 theirs\n")
      try sandbox.database("shop.sqlite", SQLCommandTests.shop)
      try sandbox.write(
        "examples.jsonl", "{\"question\": \"who is the tenant?\", \"answer\": \"Ann [1].\"}\n")
      try sandbox.write(
        "conversation.jsonl", "{\"role\": \"user\", \"text\": \"What of the lease?\"}\n")
      try sandbox.write("signers.schema.json", "{\"properties\": {\"signers\": {}}}")
      try sandbox.write(
        "bin/ollama",
        """
        #!/bin/sh
        case $(cat) in
        *SQLite*) echo 'SELECT name FROM customer' ;;
        *signers*) echo '{"signers": []}' ;;
        *) echo 'The lease ends on 31 May 2027 [1].' ;;
        esac

        """)
      try #require(try sandbox.shell("chmod +x bin/ollama").status == 0)
      for command in Self.commands {
        let needsModel = command.contains(/^rag sql|--(reflect|template|examples|history|schema) ?/)
        let model = needsModel ? "RAG_MODEL_COMMAND='ollama run llama3.2' " : ""
        let run = try sandbox.shell("PATH=$PWD/bin:$PATH; \(model)\(command)")
        #expect(run.status == 0, "\(command): \(run.errors)\(run.text)")
      }
    }
  }
}
