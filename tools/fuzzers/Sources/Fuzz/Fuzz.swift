import Foundation
import RAGCore

/// What is fuzzed, by the name that `RAG_FUZZ_TARGET` has.
enum FuzzTarget: String {
  case html, tokenizer, safetensors, graph, lexical, database, filter

  static let current: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["RAG_FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
      fatalError("RAG_FUZZ_TARGET names no target; run tools/fuzz")
    }
    return target
  }()

  func run(_ input: [UInt8]) throws {
    switch self {
    case .html: try fuzzHTML(input)
    case .tokenizer: try fuzzTokenizer(input)
    case .safetensors: try fuzzSafetensors(input)
    case .graph: try fuzzGraph(input)
    case .lexical: try fuzzLexical(input)
    case .database: try fuzzDatabase(input)
    case .filter: try fuzzFilter(input)
    }
  }

  /// The refusals that the target's input may meet.
  var allowed: Set<RAGError.Code> {
    switch self {
    case .html, .filter: [.invalidInput, .limitExceeded, .unsupported]
    case .tokenizer, .safetensors: [.corrupt, .invalidInput, .limitExceeded, .unsupported]
    case .graph, .lexical: [.corrupt, .incompatibleFormat]
    // Whatever stands there is told, not refused.
    case .database: []
    }
  }

  /// Writes the inputs to start from, of the targets whose inputs are files that only the engine
  /// writes.
  private func writeSeeds(to directory: String) throws {
    switch self {
    case .graph: try GraphSeeds.write(to: directory)
    case .lexical: try LexicalSeeds.write(to: directory)
    case .database: try DatabaseSeeds.write(to: directory)
    case .html, .tokenizer, .safetensors, .filter: break
    }
  }

  private static let seeds: Void? = {
    guard let directory = ProcessInfo.processInfo.environment["RAG_FUZZ_SEEDS"] else { return nil }
    do {
      try current.writeSeeds(to: directory)
    } catch { fatalError("no seeds could be written: \(error)") }
  }()

  /// Writes them into the directory that `RAG_FUZZ_SEEDS` names, once a process.
  static func writeSeedsIfAsked() { _ = seeds }
}

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzTarget.writeSeedsIfAsked()
  let target = FuzzTarget.current
  do {
    try target.run(Array(UnsafeBufferPointer(start: data, count: count)))
  } catch let error as RAGError {
    require(
      target.allowed.contains(error.code), "\(error.code) is not a refusal of input: \(error)")
  } catch {
    fatalError("the error is not the engine's: \(error)")
  }
  return 0
}

/// Ends the process, which libFuzzer reports as a crash, where an oracle does not hold.
func require(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fatalError(what()) }
}
