import Foundation

/// Files for what is opened by its path.
enum Scratch {
  /// The directory that `RAG_FUZZ_SCRATCH` names, which should be in memory.
  static let directory: String = {
    guard let path = ProcessInfo.processInfo.environment["RAG_FUZZ_SCRATCH"] else {
      fatalError("RAG_FUZZ_SCRATCH names no directory; run tools/fuzz")
    }
    return path
  }()

  static func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let path = directory + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  static func remove(_ name: String) { unlink(directory + "/" + name) }
}
