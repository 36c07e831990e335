import RAGCore
import RAGIngest
import Testing

@Suite("Converter")
struct ConverterTests {
  @Test("is read from its endings and its command")
  func parses() throws {
    let converter = try Converter(parsing: ".PDF, .tar.gz=pdftotext {} -")
    #expect(converter.suffixes == [".pdf", ".tar.gz"])
    #expect(converter.converts(path: "/a/B.Pdf"))
    #expect(converter.converts(path: "x.tar.gz"))
    #expect(!converter.converts(path: "x.gz") && !converter.converts(path: "/a.pdf/x.txt"))
  }

  @Test(
    "anything else is refused",
    arguments: ["", "pdf=x", ".pdf", ".pdf=", "=x", ".pdf,=x", ".=x", ".a='x"])
  func refuses(text: String) {
    let error = #expect(throws: RAGError.self) { try Converter(parsing: text) }
    #expect(error?.code == .invalidInput)
  }

  @Test("hands over the path, or the bytes where no path is asked for")
  func converts() async throws {
    let tree = try TemporaryTree(["a b'$.pdf": "in the file"])
    let path = tree.path + "/a b'$.pdf"
    let byPath = try Converter(parsing: ".pdf=cat {}")
    #expect(try await byPath.convert([], path: path) == Array("in the file".utf8))
    let byInput = try Converter(parsing: ".pdf=tr a-z A-Z")
    #expect(try await byInput.convert(Array("text".utf8), path: path) == Array("TEXT".utf8))
    let inside = try Converter(parsing: ".pdf=printf '%s|' 'p={}' {}")
    #expect(try await inside.convert([], path: "-x.pdf") == Array("p=./-x.pdf|./-x.pdf|".utf8))
  }

  @Test("a failure names the file, the command and its last word; limits hold")
  func failures() async throws {
    func error(_ text: String, _ change: (inout Limits) -> Void = { _ in }) async throws
      -> RAGError?
    {
      var limits = Limits()
      change(&limits)
      let converter = try Converter(parsing: text)
      let fixed = limits
      return await #expect(throws: RAGError.self) {
        try await converter.convert([], path: "/x.pdf", limits: fixed)
      }
    }
    let failed = try await error(".pdf=sh -c 'echo broken xref >&2; exit 1'")
    #expect(failed?.description == "/x.pdf: the command 'sh' failed with status 1: broken xref")
    #expect(failed?.code == .invalidInput)
    #expect(try await error(".pdf=no-such-converter")?.code == .notFound)
    let large = try await error(".pdf=cat /dev/zero") { $0.documentByteCount = 1000 }
    #expect(large?.code == .limitExceeded)
    let slow = try await error(".pdf=sleep 100") { $0.commandDuration = .milliseconds(50) }
    #expect(slow?.code == .limitExceeded && slow?.message.contains("commandDuration") == true)
  }
}
