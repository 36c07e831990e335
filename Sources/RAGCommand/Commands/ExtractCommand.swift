import ArgumentParser
import RAG

/// `rag extract`
struct ExtractCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Print a file's text as ingestion sees it.",
    discussion: """
      Of a web page with an article, or an element for its content, the text is only that: without \
      navigation, banners, comments and what else is around it, and without its title, which --json \
      gives. --content main takes the main content of any page with more than a sentence or two of \
      prose, --content full all of it.

      With --json also title, language, metadata, links, and the blocks of which the text is made, \
      each with its place in the source: 'utf8' are byte offsets [start, end), 'characters' those \
      of Unicode scalars, of which a byte-order mark is none, 'lines' the first and the last line, from 1.

      EXAMPLES:
        rag extract page.html
        rag extract page.html --content full
        rag extract paper.pdf --convert '.pdf=pdftotext {} -'
        curl -s https://example.org/ | rag extract - --type html --json | jq .title
      """)

  @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file"))
  var file: String

  @Option(help: "What it is: text, markdown or html (default: as it looks).")
  var type: MediaTypeArgument?

  @Option(help: ArgumentHelp("The encoding (default: detected).", valueName: "name"))
  var encoding: String?

  @Option(
    help: """
      Of web pages: auto (the main content where there is an article or an element for it), main or \
      full.
      """)
  var content: PageContent = .auto

  @Option(
    help: ArgumentHelp(
      "Turn files of an ending into text by a command. Repeatable.", valueName: ".ext=command"))
  var convert: [String] = []

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let limits = Limits()
    let converters = try checkingArguments("--convert") { try convert.map(Converter.init) }
    let bytes: [UInt8]
    if file == "-" {
      var input = StandardInput(limits)
      bytes = try input.readAll()
    } else {
      bytes = try FileReader(limits: limits).read(path: file).bytes
    }
    let document =
      if let converter = converters.first(where: { $0.converts(path: file) }) {
        try DocumentParser(limits: limits).parse(
          await converter.convert(bytes, path: file, limits: limits), mediaType: .plainText)
      } else {
        try DocumentParser(limits: limits, content: content).parse(
          bytes, path: file == "-" ? nil : file, mediaType: type?.mediaType, encoding: encoding)
      }
    for warning in document.warnings { Messages.warning("\(file): \(warning)") }
    guard !output.json else {
      return try StandardOutput.write(JSON.document(ExtractReport(document)))
    }
    let text = String(decoding: document.text, as: UTF8.self)
    try StandardOutput.write(text.hasSuffix("\n") || text.isEmpty ? text : text + "\n")
  }
}
