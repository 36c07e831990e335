import Foundation
import Glibc
import Synchronization
import Testing

/// The command under test, as a user runs it.
enum Rag {
  /// `RAG_BINARY`, or the one that was built with these tests.
  static let binary =
    ProcessInfo.processInfo.environment["RAG_BINARY"]
    ?? URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "rag").path(percentEncoded: false)

  private static let cache: String = {
    let environment = ProcessInfo.processInfo.environment
    return environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
  }()

  /// The model that tools/model fetches.
  static let model = cache + "/rag/models/all-MiniLM-L6-v2"
  static let hasModel = FileManager.default.fileExists(atPath: model)
  static let modelRemedy: Comment = "run tools/test, which fetches the model"

  /// The root of the repository.
  static let root = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }.path(percentEncoded: false)

  /// Whether this build has a subcommand.
  static func has(_ command: String) -> Bool {
    let help = try? Scratch.run { try $0.rag("help", command).text }
    return help?.contains("USAGE: rag \(command)") == true
  }

  static let verifies = has("verify")
  static let compacts = has("compact")

  /// Whether damage can be told at all: the store with checksums is the one that has `rag verify`.
  static let isChecksummed = verifies || Plan.isFull

  /// A word in every text that is ingested here, and that no message may show.
  static let canary = "zqcanary"
  /// Messages that showed it, over all tests.
  static let leaks = Mutex<[String]>([])
}

/// A directory of its own for one test: home and working directory of the commands in it.
struct Scratch: Sendable {
  let path: String
  /// `none`, or the directory of a model.
  var encoder = "none"
  /// Components of a vector.
  var dimensions: Int?

  /// Runs `body` in a directory that is removed afterwards.
  static func run<Result>(
    encoder: String = "none", dimensions: Int? = nil, _ body: (Scratch) throws -> Result
  ) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appending(path: "rag-faults-\(UUID().uuidString)").path(percentEncoded: false)
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try body(Scratch(path: directory, encoder: encoder, dimensions: dimensions))
  }

  /// A directory for what many tests use, which is removed when the process ends.
  static let shared: Scratch = {
    let path = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appending(path: "rag-faults-\(getpid())").path(percentEncoded: false)
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: Scratch.shared.path) }
    return Scratch(path: path)
  }()

  var index: String { path + "/index" }

  /// Another directory below this one, of the same encoder.
  func child(_ name: String) throws -> Scratch {
    try FileManager.default.createDirectory(
      atPath: path + "/" + name, withIntermediateDirectories: true)
    return Scratch(path: path + "/" + name, encoder: encoder, dimensions: dimensions)
  }

  var environment: [String: String] {
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("RAG_") }
    environment["HOME"] = path
    environment["XDG_CACHE_HOME"] = (Rag.model as NSString).deletingLastPathComponent
      .replacingOccurrences(of: "/rag/models", with: "")
    environment["RAG_ENCODER"] = encoder
    environment["RAG_DIMENSIONS"] = dimensions.map(String.init)
    environment["RAG_INDEX"] = index
    environment["RAG"] = Rag.binary
    return environment
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
    return path + "/" + name
  }

  func start(_ arguments: [String], _ variables: [String: String] = [:]) throws -> ChildProcess {
    try ChildProcess(
      Rag.binary, arguments, environment: environment.merging(variables) { $1 })
  }

  func rag(_ arguments: [String], _ variables: [String: String] = [:]) throws -> CommandRun {
    checked(try start(arguments, variables).finish())
  }

  func rag(_ arguments: String...) throws -> CommandRun { try rag(arguments) }

  /// Runs a script of the shell, in which `$RAG` is the command under test.
  func shell(_ script: String, _ variables: [String: String] = [:]) throws -> CommandRun {
    checked(
      try ChildProcess(
        "/bin/bash", ["-c", "cd '\(path)' || exit\n" + script],
        environment: environment.merging(variables) { $1 }
      ).finish())
  }

  struct NeverHeld: Error {
    var found: Int
    var wanted: Int
  }

  /// Asks until the index holds so many documents, for as long as `process` runs.
  func wait(forDocuments count: Int, beside process: ChildProcess) throws {
    let deadline = ContinuousClock.now + .milliseconds(ChildProcess.patience)
    var found = -1
    while found != count {
      guard ContinuousClock.now < deadline, !process.ends(within: 50) else {
        process.send(SIGKILL)
        throw NeverHeld(found: found, wanted: count)
      }
      let run = try rag("status", "--json")
      if run.status == 0 { found = try run.json()["documents"] as? Int ?? -1 }
    }
  }

  /// Every message of every command is held against promise 5: no text of documents in it.
  func checked(_ run: CommandRun) -> CommandRun {
    if run.errors.contains(Rag.canary) {
      Rag.leaks.withLock { $0.append(run.errors) }
      Issue.record("a message shows text of documents: \(run.errors.prefix(300))")
    }
    return run
  }
}
