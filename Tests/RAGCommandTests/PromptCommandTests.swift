import Foundation
import Testing

@Suite("rag prompt, and how a model is asked")
struct PromptCommandTests {
  private func prepare(_ sandbox: Sandbox) throws {
    try sandbox.write("docs/whales.md", "# Whales\n\nThe blue whale is the largest animal.\n")
    try sandbox.write("docs/birds.txt", "Penguins are birds that cannot fly.\n")
    try #require(try sandbox.rag("ingest", "docs").status == 0)
    // Keeps each prompt, and answers with the words of its argument.
    try sandbox.write("model.sh", "cat >> prompts; echo \"$*\"")
  }

  @Test("shows what a model would be sent, and accounts for every token")
  func accounts() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      let run = try sandbox.rag("prompt", "blue whale", "-k", "1")
      #expect(run.status == 0)
      #expect(run.text.contains("The blue whale is the largest animal."))
      #expect(run.errors.hasPrefix("rag: template answer "))
      #expect(run.errors.contains("sources ") && run.errors.contains("answer 1024, free "))
      let report = try sandbox.rag("prompt", "blue whale", "--json").json()
      let prompt = try #require(report["prompt"] as? [String: Any])
      let accounts = try #require(prompt["accounts"] as? [String: Any])
      let sources = try #require(accounts["sources"] as? [Int])
      let numbers = ["rules", "question", "reservedAnswer", "free"].compactMap {
        accounts[$0] as? Int
      }
      #expect(numbers.count == 4)
      #expect(
        numbers.reduce(0, +) + sources.reduce(0, +) == prompt["contextTokenCount"] as? Int)
      let small = try sandbox.rag("prompt", "blue whale", "--context-tokens", "1100")
      #expect(small.status == 2 && small.hasOneError)
      #expect(
        small.errors.contains("--context-tokens") && small.errors.contains("--answer-tokens"),
        "\(small.errors)")
      let nothing = try sandbox.rag("prompt", "zeppelin", "--mode", "lexical")
      #expect(nothing.status == 1)
    }
  }

  @Test("counts tokens exactly with a tokenizer, and says so")
  func tokenizer() throws {
    let fixtures = Sandbox.root + "/Tests/RAGEmbedTests/Fixtures/"
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      let estimate = try sandbox.rag("prompt", "blue whale", "-k", "1")
      #expect(estimate.errors.contains("; at most "), "\(estimate.errors)")
      var counts: [Int] = []
      for (arguments, environment) in [
        (["--tokenizer", fixtures + "byte-pair"], [:]),
        (["--tokenizer", fixtures + "byte-pair/tokenizer.json"], [:]),
        ([], ["RAG_TOKENIZER": fixtures + "byte-pair"]),
        (["--model-command", "true"], ["RAG_TOKENIZER": fixtures + "byte-pair"]),
      ] {
        let words = (["prompt", "blue", "whale", "-k", "1", "--json"] + arguments)
          .map { "'\($0)'" }.joined(separator: " ")
        let run = try sandbox.shell("rag " + words, environment: environment)
        #expect(run.status == 0, "\(run.errors)")
        let prompt = try #require(try run.json()["prompt"] as? [String: Any])
        let accounts = try #require(prompt["accounts"] as? [String: Any])
        #expect(accounts["isExact"] as? Bool == true)
        counts.append(prompt["tokenCount"] as? Int ?? 0)
      }
      // The marks of a prompt are random, and so are a few of its tokens.
      #expect(counts.allSatisfy { $0 > 100 })
      let exact = try sandbox.rag("prompt", "blue whale", "--tokenizer", fixtures + "byte-pair")
      #expect(!exact.errors.contains("at most"))
      let wrong = try sandbox.rag("prompt", "blue whale", "--tokenizer", "docs/whales.md")
      #expect(wrong.status == 2 && wrong.hasOneError && wrong.errors.contains("whales.md"))
      let missing = try sandbox.rag("prompt", "blue whale", "--tokenizer", "nowhere.json")
      #expect(missing.status == 2 && missing.hasOneError && missing.errors.contains("nowhere.json"))
    }
  }

  @Test("takes templates, examples and the language of the question")
  func templates() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      let answer = try sandbox.rag("prompt", "blue whale").text
      for name in ["extract", "compare", "summarise"] {
        let run = try sandbox.rag("prompt", "blue whale", "--template", name)
        #expect(run.status == 0 && run.errors.contains("template \(name) "), "\(run.errors)")
        #expect(run.text != answer)
      }
      #expect(try sandbox.rag("prompt", "鲸鱼 blue").errors.contains("(zh)"))
      try sandbox.write(
        "examples.jsonl",
        """
        {"question": "how big is a blue whale?", "answer": "Very big [1]."}
        {"question": "what is a lease?", "answer": "A contract [1]."}
        """)
      let shown = try sandbox.rag("prompt", "blue whale", "--examples", "examples.jsonl")
      #expect(shown.text.contains("Very big") && shown.errors.contains("examples "))
      try sandbox.write("own.json", "{\"name\": \"mine\", \"system\": \"{nonsense}\"}")
      let wrong = try sandbox.rag("prompt", "blue whale", "--template", "own.json")
      #expect(wrong.status == 2 && wrong.hasOneError && wrong.errors.contains("own.json"))
      #expect(try sandbox.rag("prompt", "x", "--template", "sideways").status == 64)
    }
  }

  @Test("has a model make the last question of a conversation stand alone")
  func history() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      try sandbox.write(
        "talk.jsonl",
        """
        {"role": "user", "text": "Tell me about whales."}
        {"role": "assistant", "text": "The blue whale is the largest animal."}
        """)
      let run = try sandbox.shell(
        "rag query 'and how large is it?' --history talk.jsonl "
          + "--model-command 'sh model.sh The blue whale is the largest animal' --json")
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.contains("the question is taken as: The blue whale is the largest"))
      #expect(
        try run.json()["query"] as? String == "The blue whale is the largest animal")
      #expect(try sandbox.shell("rag query x --history talk.jsonl").status == 64)

      // Four examples are shown: those like the question that stands alone.
      let likeRaw = (1...4).map {
        "{\"question\": \"how large is it \($0)?\", \"answer\": \"No.\"}\n"
      }
      try sandbox.write(
        "examples.jsonl",
        likeRaw.joined()
          + "{\"question\": \"which animal is the blue whale?\", \"answer\": \"Like this.\"}\n")
      let shown = try sandbox.shell(
        "rm prompts; rag query 'how large is it?' --history talk.jsonl --examples examples.jsonl "
          + "--model-command 'sh model.sh The blue whale is the largest animal' && cat prompts")
      #expect(shown.text.contains("Like this."), "\(shown.errors)")
    }
  }

  @Test("has a model write JSON until it conforms to a schema")
  func schema() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      try sandbox.write(
        "animal.json",
        """
        {"type": "object", "required": ["animal"], "additionalProperties": false,
          "properties": {"animal": {"type": "string", "minLength": 3}}}
        """)
      try sandbox.write(
        "json.sh",
        """
        cat > prompt
        n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) > n
        if [ "$n" = 0 ]; then echo 'Here: {"animal": 7}'; else echo '```json'; \
        echo '{"animal": "blue whale"}'; echo '```'; fi
        """)
      let run = try sandbox.shell(
        "rag query 'largest animal' --schema animal.json --model-command 'sh json.sh'")
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.text == "{\"animal\": \"blue whale\"}\n")
      #expect(run.errors.contains("rag: attempt 1: ") && run.errors.contains("$.animal"))
      let stubborn = try sandbox.shell(
        "rag query 'largest animal' --schema animal.json --model-command 'sh model.sh []' 2>&1")
      #expect(stubborn.status == 2 && stubborn.text.contains("conforms to the schema"))
      let query = "rag query 'largest animal' --schema animal.json --model-command "
      let cited = try sandbox.shell(
        query + "'sh model.sh {\\\"animal\\\": \\\"blue whale [9]\\\"}'")
      #expect(cited.text == "{\"animal\": \"blue whale\"}\n", "\(cited.errors)")
      #expect(cited.errors.contains("1 source number taken out"), "\(cited.errors)")
    }
  }

  @Test("takes the refusal in place of JSON, and shows passages and attempts as JSON")
  func refusal() throws {
    try Sandbox.run { sandbox in
      try prepare(sandbox)
      try sandbox.write("any.json", "{\"type\": \"object\"}")
      let query = "rag query 'largest animal' --schema any.json --model-command "
      let refusal = query + "'sh model.sh Not found in these documents.'"
      let plain = try sandbox.shell(refusal)
      #expect(plain.status == 1 && plain.output.isEmpty, "\(plain.errors)")
      #expect(plain.errors.contains("not found in these documents"))
      #expect(try sandbox.shell("grep -c '^Rules' prompts").text == "1\n")
      let report = try sandbox.shell(refusal + " --json")
      #expect(report.status == 1)
      let refused = try #require(try report.json()["structured"] as? [String: Any])
      #expect(refused["abstained"] as? Bool == true && refused["value"] == nil)
      #expect((try report.json()["hits"] as? [Any])?.isEmpty == false)

      let written = try sandbox.shell(
        query + "'sh model.sh {\\\"a\\\": [1, 2.5, true, null]}' --json"
      ).json()
      let value = try #require(
        (written["structured"] as? [String: Any])?["value"] as? [String: [Any]])
      #expect(value["a"]?.count == 4 && value["a"]?.first as? Int == 1)
      #expect((written["hits"] as? [Any])?.isEmpty == false && written["answer"] == nil)
      let failed = try sandbox.shell(query + "'sh model.sh []' --json")
      #expect(failed.status == 2)
      let attempts = try #require(
        (try failed.json()["structured"] as? [String: Any])?["attempts"] as? [[String: Any]])
      #expect(attempts.count == 3 && attempts.allSatisfy { $0["problem"] is String })
      let help = try sandbox.rag("help", "query").text
      #expect(help.contains("exclude each other") && help.contains("'structured'"))
    }
  }

  @Test("has a document summed up from its beginning, in its order")
  func summary() throws {
    try Sandbox.run { sandbox in
      let chapters = (0..<9).map { number in
        "Chapter \(number) tells of voyage number\(number). "
          + String(repeating: "The crew sailed on through wind and rain. ", count: 8)
      }
      try sandbox.write("docs/voyage.txt", chapters.joined(separator: "\n\n"))
      try sandbox.write("docs/other.txt", "Another crew stayed at home.\n")
      try #require(try sandbox.rag("ingest", "docs", "--chunk-tokens", "64").status == 0)
      let run = try sandbox.rag("prompt", "number7", "--template", "summarise", "-k", "1")
      #expect(run.status == 0 && !run.text.contains("Another crew"), "\(run.errors)")
      let places = (0..<9).map { run.text.firstRange(of: "Chapter \($0) tells")?.lowerBound }
      #expect(places.allSatisfy { $0 != nil })
      #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
      #expect(run.text.contains("number=\"9\""))
    }
  }
}
