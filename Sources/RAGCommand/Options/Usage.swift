import ArgumentParser
import RAG

/// Runs what reads or checks arguments: what it finds wrong is an error of usage.
func checkingArguments<Result>(
  _ name: String? = nil, _ body: () throws -> Result
) throws -> Result {
  do {
    return try body()
  } catch let error as RAGError {
    throw ValidationError((name.map { $0 + ": " } ?? "") + error.message)
  }
}
