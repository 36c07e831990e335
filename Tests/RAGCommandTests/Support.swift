import Foundation
import Glibc
import Testing

/// The `rag` that was built with these tests, run as a user runs it.
struct CommandRun {
  /// The exit status, or the signal that ended the process, negated.
  let status: Int32
  let output: Data
  let errors: String

  /// Standard output as text.
  var text: String { String(decoding: output, as: UTF8.self) }
  /// The lines of standard error.
  var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
  /// Whether standard error is the one line that a failure prints.
  var hasOneError: Bool { errorLines.count == 1 && errors.hasPrefix("rag: error: ") }

  /// Standard output as a JSON object.
  func json() throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: output) as? [String: Any])
  }

  /// Standard output as JSON objects, one a line.
  func jsonLines() throws -> [[String: Any]] {
    try text.split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }
}

/// A directory of its own for one test: home, working directory and index of the commands in it.
struct Sandbox {
  let path: String

  /// The `rag` that was built with these tests.
  static let binary = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "rag").path(percentEncoded: false)

  /// The model that tools/model fetches.
  static let model: String = {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
    return cache + "/rag/models/all-MiniLM-L6-v2"
  }()

  static var hasModel: Bool { FileManager.default.fileExists(atPath: model) }
  static let modelRemedy: Comment = "run tools/test, which fetches the model"

  /// The root of the repository.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)

  /// Runs `body` in a directory that is removed afterwards.
  static func run(_ body: (Sandbox) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appending(path: "rag-command-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(Sandbox(path: directory.path(percentEncoded: false)))
  }

  /// Writes a file below the directory and returns its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Data(text.utf8))
  }

  @discardableResult
  func write(_ name: String, _ data: Data) throws -> String {
    let file = URL(filePath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
    return file.path(percentEncoded: false)
  }

  /// Runs `rag` with arguments. There is no model unless the environment names one.
  func rag(
    _ arguments: String..., input: String = "", environment: [String: String] = [:]
  ) throws -> CommandRun {
    try run(Self.binary, arguments, input: input, environment: environment)
  }

  /// Runs a script of the shell, in which `rag` is the command under test.
  func shell(_ script: String, environment: [String: String] = [:]) throws -> CommandRun {
    try run("/bin/bash", ["-c", script], environment: environment)
  }

  private func run(
    _ program: String, _ arguments: [String], input: String = "", environment: [String: String]
  ) throws -> CommandRun {
    let process = Process()
    // As on a terminal, also where these tests ignore Ctrl-C.
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["--default-signal=HUP,INT,QUIT,TERM", program] + arguments
    process.currentDirectoryURL = URL(filePath: path)
    let directory = URL(filePath: Self.binary).deletingLastPathComponent()
    let base = [
      "HOME": path, "RAG_ENCODER": "none", "TERM": "xterm",
      "PATH": directory.path(percentEncoded: false) + ":"
        + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"),
    ]
    process.environment = base.merging(environment) { $1 }
    // Files rather than pipes: nothing can block on a reader.
    let names = ["stdin", "stdout", "stderr"].map { path + "/." + $0 + "-" + UUID().uuidString }
    defer { for name in names { unlink(name) } }
    for name in names {
      _ = FileManager.default.createFile(
        atPath: name, contents: name == names[0] ? Data(input.utf8) : nil)
    }
    process.standardInput = FileHandle(forReadingAtPath: names[0])
    process.standardOutput = FileHandle(forWritingAtPath: names[1])
    process.standardError = FileHandle(forWritingAtPath: names[2])
    try process.run()
    process.waitUntilExit()
    return CommandRun(
      status: process.terminationReason == .exit
        ? process.terminationStatus : -process.terminationStatus,
      output: FileManager.default.contents(atPath: names[1]) ?? Data(),
      errors: String(
        decoding: FileManager.default.contents(atPath: names[2]) ?? Data(), as: UTF8.self))
  }
}
