import Foundation
import Testing

@Suite("The usage of rag")
struct UsageTests {
  /// Those that the help lists.
  static let subcommands: [String] = {
    var help = ""
    try? Sandbox.run { help = try $0.rag("--help").text }
    let list = help.components(separatedBy: "\nSUBCOMMANDS:\n").last ?? ""
    return list.components(separatedBy: "\n\n")[0].matches(of: #/(?m)^  ([a-z]+) /#).map {
      String($0.1)
    }
  }()

  /// Those that there are: one file each.
  private func sources() throws -> [String] {
    let directory = Sandbox.root + "/Sources/RAGCommand/Commands/"
    return try FileManager.default.contentsOfDirectory(atPath: directory).flatMap { name in
      try String(contentsOfFile: directory + name, encoding: .utf8)
        .matches(of: #/commandName: "([a-z]+)"/#).map { String($0.1) }
    }
  }

  @Test("is told by --help, which lists every subcommand")
  func help() throws {
    #expect(try Self.subcommands.sorted() == sources().sorted())
    try Sandbox.run { sandbox in
      let run = try sandbox.rag("--help")
      #expect(run.status == 0)
      #expect(run.errors.isEmpty)
      #expect(try sandbox.rag().text == run.text)
    }
  }

  @Test("is told with examples for each subcommand", arguments: subcommands)
  func examples(name: String) throws {
    try Sandbox.run { sandbox in
      let run = try sandbox.rag("help", name)
      #expect(run.status == 0)
      #expect(run.text.contains("EXAMPLES:\n  "))
      #expect(run.text.contains("rag \(name)"))
      #expect(try sandbox.rag(name, "--help").text == run.text)
    }
  }

  @Test(
    "is checked: what is wrong ends with status 64 and one line",
    arguments: [
      (["bogus"], "Unexpected argument 'bogus'; see 'rag help'"),
      (["help", "bogus"], "no command 'bogus'; see 'rag help'"),
      (["query"], "see 'rag help query'"),
      (["query", "x", "--mode", "sideways"], "vector"),
      (["query", "x", "--where", "year >> 2"], "column 7"),
      (["query", "x", "--hits-only", "--stream"], "Choose one"),
      (["query", "x", "--reflect", "--schema", "s"], "Choose one"),
      (["query", "x", "--hits-only", "--template", "extract"], "asks no model"),
      (["query", "x", "--hits-only", "--datamark"], "asks no model"),
      (["query", "x", "--hits-only", "--source-order", "edges"], "asks no model"),
      (["prompt"], "see 'rag help prompt'"),
      (["query", "x", "--stream", "--json"], "JSON already"),
      (["eval", "--qrels", "q", "--run", "r", "--mode", "vector"], "needs an index"),
      (["query", "x", "-k", "many"], "'many'"),
      (["query", "x", "--recall", "95"], "from 0 to 1"),
      (["query", "x", "-k", "0"], "1 to 1000"),
      (["query", "x", "--context", "0"], "--context"),
      (["query", "x", "--diversity", "nan"], "--diversity"),
      (["query", "x", "--dimensions", "0"], "--dimensions"),
      (["ingest"], "path"),
      (["ingest", "x", "--format", "xml"], "csv"),
      (["ingest", "x", "--id-field", "id"], "--format"),
      (["ingest", "x", "--meta", "novalue"], "novalue"),
      (["ingest", "-", "-"], "once"),
      (["ingest", ""], "not empty"),
      (["ingest", "x", "--chunk-tokens", "0"], "16 tokens"),
      (["ingest", "x", "--encoding", "x-1"], "encoding"),
      (["ingest", "x", "--include", "["], "no pattern"),
      (["ingest", "x", "--exclude", ""], "no pattern"),
      (["ingest", "x", "--convert", "pdftotext"], ".pdf=pdftotext"),
      (["ingest", "x", "--index", ""], "--index"),
      (["status", "--index", ""], "--index"),
      (["eval", "--beir", "a", "--index", ""], "--index"),
      (["ingest", "x", "--title", "t"], "standard input"),
      (["ingest", "x", "--prune", "--no-prune"], "--no-prune"),
      (["compact", "--wait", "-1"], "--wait"),
      (["get", "first"], "'first'"),
      (["delete"], "--where"),
      (["delete", ""], "not empty"),
      (["delete", "a", "--where", "a = 1"], "--where"),
      (["eval"], "--beir"),
      (["eval", "--beir", "a", "--qrels", "b"], "--beir"),
      (["eval", "--qrels", "a"], "--topics"),
      (["eval", "--beir", "a", "--topics", "b"], "--qrels"),
      (["eval", "--qrels", "a", "--run", "b", "--write-runs", "c"], "--write-runs needs"),
      (["eval", "--qrels", "a", "--run", "b", "--answers"], "--answers needs"),
      (["eval", "--beir", "a", "--beir", "b", "--run", "c"], "one set"),
      (["eval", "--beir", "a", "--metric", "f1"], "recall@k"),
      (["eval", "--beir", "a", "--fail-under", "ndcg@10"], "ndcg@10=0.35"),
      (["eval", "--beir", "a", "--queries", "first"], "even"),
      (["bench"], "questions"),
      (["bench", "a", "--recall", "95"], "from 0 to 1"),
      (["bench", "a", "-k", "1001"], "1 to 1000"),
      (["embed", "--precision", "f8"], "f32"),
      (["sql", "x"], "--db"),
      (["sql", "--db", "x"], "question"),
      (["sql", "x", "--db", "y", "--csv", "--json"], "Choose one"),
      (["sql", "x", "--db", "y", "--attempts", "0"], "--attempts"),
      (["sql", "x", "--db", "y", "--timeout", "1e300"], "--timeout"),
      (["sql", "x", "--db", "y", "--query-timeout", "nan"], "--query-timeout"),
      (["sql", "x", "--db", "y", "--rows", "0"], "--rows"),
    ])
  func usage(arguments: [String], hint: String) throws {
    try Sandbox.run { sandbox in
      let line = (["rag"] + arguments.map { "'\($0)'" }).joined(separator: " ")
      let run = try sandbox.shell(line)
      #expect(run.status == 64, "\(line)")
      #expect(run.hasOneError, "\(run.errors)")
      #expect(run.errors.contains(hint), "\(run.errors)")
      #expect(run.output.isEmpty)
      #expect(try sandbox.shell("test ! -e .rag").status == 0, "\(line)")
    }
  }

  @Test("is completed by shells", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    try Sandbox.run { sandbox in
      let run = try sandbox.rag("--generate-completion-script", shell)
      #expect(run.status == 0)
      #expect(run.text.contains("ingest"))
      guard shell == "bash" else { return }
      #expect(try sandbox.shell("rag --generate-completion-script bash | bash -n").status == 0)
    }
  }

  @Test("is installed with man page and completions, and goes without a trace")
  func install() throws {
    try Sandbox.run { sandbox in
      let environment = ["RAG_BINARY": Sandbox.binary]
      let tool = "\(Sandbox.root)/tools/install"
      let run = try sandbox.shell("'\(tool)' PREFIX=prefix", environment: environment)
      #expect(run.status == 0, "\(run.errors)")
      let installed = try sandbox.shell("prefix/bin/rag --version && find prefix -type f | sort")
      #expect(
        installed.text.split(separator: "\n").dropFirst() == [
          "prefix/bin/rag", "prefix/share/bash-completion/completions/rag",
          "prefix/share/fish/vendor_completions.d/rag.fish", "prefix/share/man/man1/rag.1",
          "prefix/share/zsh/site-functions/_rag",
        ])
      let manual = try sandbox.shell("cat prefix/share/man/man1/rag.1").text
      for name in Self.subcommands { #expect(manual.contains("\n.Ss rag \(name)\n")) }
      #expect(
        try sandbox.shell("'\(tool)' --uninstall PREFIX=prefix && find prefix -type f").text
          .split(separator: "\n").count == 1)
    }
  }
}
