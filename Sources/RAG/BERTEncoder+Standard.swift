import Foundation
public import RAGEmbed

extension BERTEncoder {
  /// Where `tools/model` puts all-MiniLM-L6-v2:
  /// `${XDG_CACHE_HOME:-~/.cache}/rag/models/all-MiniLM-L6-v2`.
  public static var standardDirectory: String {
    let environment = ProcessInfo.processInfo.environment
    let cache =
      environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
      ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.cache"
    return cache + "/rag/models/all-MiniLM-L6-v2"
  }
}
