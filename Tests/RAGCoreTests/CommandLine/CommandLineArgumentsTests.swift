import RAGCore
import Testing

@Suite("Command line arguments")
struct CommandLineArgumentsTests {
  @Test(
    "split as a shell splits them",
    arguments: [
      ("pdftotext {} -", ["pdftotext", "{}", "-"]),
      ("  a\t b\n", ["a", "b"]),
      (#"'a b' "c d" e\ f"#, ["a b", "c d", "e f"]),
      (#"a'b c'"d e"f"#, ["ab cd ef"]),
      (#"x "" '' y"#, ["x", "", "", "y"]),
      (#"a "\"\\\$\` \n""#, ["a", #""\$` \n"#]),
      (#"a '\' "#, ["a", #"\"#]),
      ("a\\\nb \"c\\\nd\"", ["ab", "cd"]),
      (#"a "it's" 'say "hi"'"#, ["a", "it's", #"say "hi""#]),
      ("echo $HOME ~ * | > ;", ["echo", "$HOME", "~", "*", "|", ">", ";"]),
      ("命令 '参 数' é\u{301}", ["命令", "参 数", "é\u{301}"]),
    ])
  func splits(text: String, words: [String]) throws {
    #expect(try CommandLineArguments(parsing: text).words == words)
  }

  @Test(
    "refused with the column of the fault",
    arguments: [
      ("a 'b", "column 3"), (#"ab "c\""#, "column 4"), (#"ab\"#, "column 3"),
      (#"a "b\"#, "column 5"), ("", "no command"), ("  ", "no command"), ("'' x", "no command"),
      ("a\0b", "column 2"), ("a \\\0", "column 4"),
    ])
  func refuses(text: String, detail: String) {
    let error = #expect(throws: RAGError.self) { try CommandLineArguments(parsing: text) }
    #expect(error?.code == .invalidInput)
    #expect(error?.message.contains(detail) == true, "\(error?.message ?? "")")
  }
}
