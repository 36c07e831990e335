import Foundation
import RAGCore

/// What is fuzzed, by the name that `RAG_FUZZ_TARGET` has.
enum FuzzTarget: String {
  case html, tokenizer, safetensors, graph, filter

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
    case .filter: try fuzzFilter(input)
    }
  }

  /// The refusals that the target's input may meet.
  var allowed: Set<RAGError.Code> {
    switch self {
    case .html, .filter: [.invalidInput, .limitExceeded, .unsupported]
    case .tokenizer, .safetensors: [.corrupt, .invalidInput, .limitExceeded, .unsupported]
    case .graph: [.corrupt, .incompatibleFormat]
    }
  }
}

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
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
