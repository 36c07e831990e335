import Foundation
import Synchronization

/// A C library of tools/faultshim, which a process loads before all others.
struct FaultLibrary: Sendable {
  let path: String

  private static let compiled = Mutex<[String: Result<FaultLibrary?, any Error>]>([:])

  /// Fails, shortens or ends calls; nil where there is no compiler.
  static func shim() throws -> FaultLibrary? { try library("shim") }

  /// Records what a process writes; nil where there is no compiler.
  static func recorder() throws -> FaultLibrary? { try library("recorder") }

  /// Compiles it, the first time.
  private static func library(_ name: String) throws -> FaultLibrary? {
    try compiled.withLock { compiled in
      if let known = compiled[name] { return try known.get() }
      let result = Result { try compile(name) }
      compiled[name] = result
      return try result.get()
    }
  }

  private static func compile(_ name: String) throws -> FaultLibrary? {
    let path = Scratch.shared.path + "/\(name).so"
    let run = try Scratch.run { scratch in
      try scratch.shell(
        """
        compiler=$(command -v cc || command -v clang) || exit 69
        "$compiler" -shared -fPIC -O1 -o '\(path)' '\(Rag.root)/tools/faultshim/\(name).c' -ldl
        """)
    }
    if run.status == 69 { return nil }
    guard run.status == 0 else { throw GraphIndex.Failure(run: run) }
    return FaultLibrary(path: path)
  }

  /// What the shim is told.
  func environment(_ directory: String, call: Int, _ kind: String, log: String?) -> [String: String]
  {
    var environment = [
      "LD_PRELOAD": path, "FAULT_DIRECTORY": directory, "FAULT_CALL": "\(call)",
      "FAULT_KIND": kind,
    ]
    environment["FAULT_LOG"] = log
    return environment
  }
}
