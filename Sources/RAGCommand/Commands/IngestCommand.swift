import ArgumentParser
import Foundation
import RAG

/// `rag ingest`
struct IngestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Read files, directories or records into the index.",
    discussion: """
      Text, Markdown and HTML are read as they are; other formats by a command of yours (--convert). \
      Directories are read with all that lies below them, except hidden files and what .gitignore \
      and .ragignore name. Run it again at any time: unchanged files cost nothing, of changed ones \
      only the changed passages are embedded, and files that are gone leave the index. What was \
      committed before an interruption stays. With --watch it goes on until it is interrupted, \
      and ingests what changes.

      EXAMPLES:
        rag ingest ~/notes
        rag ingest docs --include '*.md' --exclude drafts --meta project=apollo
        rag ingest ~/notes --dry-run
        rag ingest ~/notes --watch
        rag ingest papers --convert '.pdf=pdftotext {} -'
        rag ingest products.csv --format csv --text-field description --id-field sku
        curl -s https://example.org/ | rag ingest - --id example.org --type html
      """)

  @Argument(
    help: ArgumentHelp("Files and directories, or - for standard input.", valueName: "path"))
  var paths: [String]

  @Option(
    help: ArgumentHelp("Take only files of directories that match. Repeatable.", valueName: "glob"))
  var include: [String] = []

  @Option(
    help: ArgumentHelp("Leave out files and directories that match. Repeatable.", valueName: "glob")
  )
  var exclude: [String] = []

  @Option(
    help: ArgumentHelp(
      "Turn files of an ending into text by a command, with the path for {}; not with --format. "
        + "Repeatable.",
      valueName: ".ext=command"))
  var convert: [String] = []

  @OptionGroup(title: "Records") var records: RecordOptions

  @OptionGroup(title: "Standard input") var standardInput: StandardInputOptions

  @Option(
    help: ArgumentHelp(
      "Add a field to every document, to filter by. Repeatable.", valueName: "field=value"))
  var meta: [MetadataArgument] = []

  @Option(
    help: ArgumentHelp(
      "The encoding of the sources (default: detected for each; of records, utf-8).",
      valueName: "name"))
  var encoding: String?

  @Option(
    help: """
      Of web pages: auto (the main content where there is an article or an element for it), main or \
      full.
      """)
  var content: PageContent = .auto

  @Option(help: ArgumentHelp("Tokens of a chunk (default: the index's, or 200).", valueName: "n"))
  var chunkTokens: Int?

  @Option(
    help: ArgumentHelp(
      "Tokens that neighbouring chunks share (default: the index's, or 30).", valueName: "n"))
  var chunkOverlap: Int?

  @Flag(help: "Keep the bytes of files in the index, so that citations hold when files are gone.")
  var storeSource = false

  @Flag var pruning: PruningFlag?

  @Flag(help: "Only tell what would be done; write nothing.")
  var dryRun = false

  @Flag(help: "Go on when all is ingested, with every change of the files.")
  var watch = false

  @OptionGroup var wait: WaitOption
  @OptionGroup var index: IndexOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !paths.isEmpty else {
      throw ValidationError("Name a file or directory, or - for standard input")
    }
    guard !paths.contains("") else {
      throw ValidationError("A path is not empty; for the current directory, write '.'")
    }
    guard paths.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("Standard input (-) can be read once only")
    }
    guard paths.contains("-") || !standardInput.isGiven else {
      throw ValidationError("--id, --title and --type are about standard input; name it (-)")
    }
    guard records.format == nil || (convert.isEmpty && !standardInput.describesDocument) else {
      throw ValidationError(
        "--convert, --title and --type are about documents; they do not go with --format")
    }
    if let chunkTokens, let chunkOverlap, chunkOverlap >= chunkTokens {
      throw ValidationError("--chunk-overlap is less than the \(chunkTokens) tokens of a chunk")
    }
    guard !watch || (!dryRun && !paths.contains("-")) else {
      throw ValidationError("--watch goes with neither --dry-run nor standard input (-)")
    }
  }

  func run() async throws {
    let options = try ingestOptions()
    let sources = try paths.map { $0 == "-" ? try standardInput.source() : .path($0) }
    var view = IngestView(try output.messages())
    var last: IngestReport?
    do {
      // Before anything else is written.
      defer { view.end() }
      for try await event in try await events(of: sources, options: options) {
        view.show(event)
        guard case .finished(let report) = event else { continue }
        if !watch || last == nil || report.isWorthTelling { try show(report, view) }
        last = report
      }
    } catch RAGError.Code.cancelled {
      // Told below, with what is done.
      last = nil
    } catch var error as RAGError where view.committed > 0 && !dryRun {
      // It may have been removed meanwhile.
      if isThere(try index.directory()) { error.message += "; " + view.committedSoFar }
      throw error
    }
    guard !watch, let last else { throw try interruption(view) }
    if last.failedCount > 0 { throw EndCommand(.partialFailure) }
  }

  private func interruption(_ view: IngestView) throws -> EndCommand {
    let tellsMore = !dryRun && !watch
    if tellsMore, output.json {
      try StandardOutput.write(JSON.document(["committed": view.committed]))
    }
    Messages.note("interrupted" + (tellsMore ? "; " + view.committedSoFar : ""))
    return EndCommand(.interrupted)
  }

  private func events(
    of sources: [IngestSource], options: IngestOptions
  ) async throws -> AsyncThrowingStream<IngestEvent, any Error> {
    if dryRun {
      return Engine.dryRun(
        sources, intoIndexAt: try index.directory(), encoder: try encoder.load(),
        options: options)
    }
    // A mistyped path makes no index.
    let directory = try index.directory()
    if let path = paths.first, !([directory] + paths).contains(where: isThere) {
      throw RAGError(.notFound, "no such file or directory", path: path)
    }
    let engine = try await index.open(
      for: .write, encoder: encoder.load(), wait: wait.duration)
    return watch
      ? engine.watch(sources, options: options) : engine.ingest(sources, options: options)
  }

  private func isThere(_ path: String) -> Bool {
    path == "-" || FileManager.default.fileExists(atPath: path)
  }

  private func show(_ report: IngestReport, _ view: IngestView) throws {
    guard output.json else { return try StandardOutput.write(view.summary(of: report)) }
    try StandardOutput.write(watch ? JSON.line(report) : JSON.document(report))
  }

  private func ingestOptions() throws -> IngestOptions {
    var options = IngestOptions()
    options.include = include
    options.exclude = exclude
    options.converters = try checkingArguments("--convert") { try convert.map(Converter.init) }
    options.records = records.recordFormat()
    options.encoding = encoding
    options.content = content
    options.metadata = Dictionary(meta.map { ($0.field, $0.value) }) { $1 }
    options.keepsSources = storeSource
    options.pruning = pruning?.value ?? .careful
    options.wait = wait.duration
    options.chunkTokenCount = chunkTokens
    options.chunkOverlapTokenCount = chunkOverlap
    // A mistake makes no index.
    try checkingArguments { try options.check() }
    return options
  }
}

extension IngestReport {
  /// Whether one of the ingests of a watch did more than look.
  fileprivate var isWorthTelling: Bool { hasChanges || skippedCount + failedCount > 0 }
}
