import ArgumentParser
import RAGIndex

/// Numbers of threads, written as `1,2`.
struct ThreadCounts: ExpressibleByArgument {
  let counts: [Int]

  init(_ counts: [Int]) { self.counts = counts }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let counts = parts.compactMap { Int($0) }.filter { $0 > 0 }
    guard counts.count == parts.count else { return nil }
    self.counts = counts
  }

  var defaultValueDescription: String { counts.map(String.init).joined(separator: ",") }
}

extension VectorEncoding: @retroactive ExpressibleByArgument {}
