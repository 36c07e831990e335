import Foundation
import Testing

@Suite("rag export and rag import")
struct TransferCommandTests {
  @Test(
    "carry an index over whole: the copy gives the same answers and the same export",
    arguments: ["none"] + (Sandbox.hasModel ? [Sandbox.model] : []))
  func roundTrip(encoder: String) throws {
    let environment = ["RAG_ENCODER": encoder]
    try Sandbox.run { sandbox in
      try sandbox.write(
        "docs/whales.md",
        """
        # Whales

        Whales are mammals that live in the sea.

        ## Größe

        The blue whale is the largest animal that has ever lived.
        """)
      try sandbox.write(
        "docs/trees.html", "<title>Trees</title><p>Oaks &amp; <a href=x>elms</a> lose leaves.</p>")
      try sandbox.write("docs/birds.txt", "Penguins are birds that cannot fly.\r\n")
      let ingest = try sandbox.rag(
        "ingest", "docs", "--meta", "year=2024", "--meta", "draft=true", "--store-source",
        "--index", "old", environment: environment)
      try #require(ingest.status == 0, "\(ingest.errors)")

      let pipe = "set -o pipefail; rag export --index old | rag import - --index new"
      let imported = try sandbox.shell(pipe, environment: environment)
      #expect(imported.status == 0 && imported.text == "3 documents imported\n")
      let export = try sandbox.rag("export", "--index", "old")
      #expect(try export.jsonLines().count == 5)
      #expect(try sandbox.rag("export", "--index", "new").output == export.output)

      for question in ["blue whale", "which birds cannot fly?", "elms", "quantum chromodynamics"] {
        let answers = try ["old", "new"].map {
          try sandbox.rag(
            "query", question, "--where", "year = 2024", "--json", "--index", $0,
            environment: environment)
        }
        #expect(answers[0].status == (question.hasPrefix("quantum") ? 1 : 0))
        #expect(answers[1].status == answers[0].status)
        #expect(answers[1].text == answers[0].text)
      }

      // A second time the same documents take their own places.
      try sandbox.write("export.jsonl", export.output)
      let again = try sandbox.rag(
        "import", "export.jsonl", "--json", "--index", "new", environment: environment)
      #expect(try again.json()["documents"] as? Int == 3)
      #expect(try sandbox.rag("export", "--index", "new").output == export.output)
      #expect(try sandbox.rag("verify", "--index", "new").status == 0)
    }
  }

  @Test("write nothing when the export was cut off")
  func cut() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("docs/a.txt", "alpha")
      try #require(try sandbox.rag("ingest", "docs", "--index", "old").status == 0)
      let run = try sandbox.shell("rag export --index old | head -n -1 | rag import - --index new")
      #expect(run.status == 2 && run.hasOneError && run.output.isEmpty, "\(run.errors)")
      #expect(
        try sandbox.rag("status", "--json", "--index", "new").json()["documents"] as? Int == 0)
    }
  }

  @Test(
    "make no index of what is no export",
    arguments: [
      "", "\n", "no JSON\n", "{\"id\":\"a\",\"text\":\"b\"}\n",
      "{\"format\":\"rag-export\",\"version\":1}\n",
      "{\"dimension\":3,\"format\":\"rag-export\",\"version\":2}\n",
    ])
  func noExport(text: String) throws {
    try Sandbox.run { sandbox in
      try sandbox.write("file", text)
      for run in [
        try sandbox.rag("import", "file", "--index", "new"),
        try sandbox.rag("import", "-", "--index", "new", input: text),
      ] {
        #expect(run.status == 2 && run.hasOneError && run.output.isEmpty, "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: sandbox.path + "/new"))
      }
    }
  }
}
