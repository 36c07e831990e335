import ArgumentParser
import Foundation
import RAG

/// `rag doctor`
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check processor, libraries, model and index.",
    discussion: """
      Says which kernels this machine runs, loads the model and embeds a sentence with it, and \
      opens the index. Ends with status 2 if something is wrong.

      EXAMPLES:
        rag doctor
        rag doctor --index ~/notes.rag --verify-model --json
      """)

  @OptionGroup var index: IndexOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var examination = Examination()
    let model = await examination.examine(model: encoder)
    try await examination.examine(index: index, with: model)
    try StandardOutput.write(
      output.json
        ? JSON.document(["checks": examination.checks])
        : examination.text(try output.output()))
    if examination.checks.contains(where: { $0.verdict == .failed }) {
      throw EndCommand(.failure)
    }
  }
}
