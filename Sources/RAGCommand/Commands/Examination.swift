import Foundation
import RAG
import RAGEmbed

/// What `rag doctor` found, check by check.
struct Examination {
  /// How a check went.
  enum Verdict: String, Encodable {
    case ok, warning, failed
  }

  /// One thing that was looked at.
  struct Check: Encodable {
    var name: String
    var verdict: Verdict
    /// What was found, and what to do if it is not well.
    var detail: String
  }

  private(set) var checks: [Check] = []

  /// Loads the model and embeds with it; gives it if it works.
  mutating func examine(model options: EncoderOptions) async -> BERTEncoder? {
    do {
      guard let encoder = try options.load() else {
        add("model", .ok, "none is wanted; only words are searched")
        return nil
      }
      examine(encoder.report)
      let vector = try await encoder.embed(["A sentence to embed."], as: .query).first ?? []
      let isSound = vector.count == encoder.dimension && vector.contains { $0 != 0 }
      add(
        "model", isSound ? .ok : .failed,
        isSound
          ? "\(encoder.name): \(encoder.dimension) dimensions, up to "
            + "\(encoder.maximumTokenCount) tokens; \(encoder.fingerprint)"
          : "\(encoder.name) gives a vector of zeros; fetch it again")
      return encoder
    } catch {
      add("model", .failed, "\(error)")
      return nil
    }
  }

  private mutating func examine(_ report: EncoderReport) {
    add(
      "kernels", .ok,
      "\(report.kernelLevel), \(report.precision.rawValue), "
        + "\(Figures.count(report.threadCount, "thread"))"
        + (report.mapsWeights ? "; packed weights mapped from the cache" : ""))
    guard let blas = report.blas else { return }
    var detail = "kernels for \(blas.core); \(blas.version); \(blas.path)"
    var verdict = Verdict.ok
    if blas.threadCount > 1 {
      verdict = .warning
      detail += "; uses \(blas.threadCount) threads a call: unset OPENBLAS_NUM_THREADS"
    }
    add("OpenBLAS", verdict, detail)
  }

  /// Opens the index, if there is one.
  mutating func examine(index options: IndexOptions, with encoder: BERTEncoder?) async throws {
    let directory = try options.directory()
    guard FileManager.default.fileExists(atPath: directory) else {
      add("index", .ok, "none at \(directory); 'rag ingest' makes one")
      return
    }
    do {
      let engine = try await options.open(for: .read)
      let status = try await engine.status()
      let size =
        "\(Figures.count(status.documents, "document")), \(Figures.count(status.chunks, "chunk")), "
        + Figures.bytes(status.indexBytes)
      if let encoder, let fingerprint = status.fingerprint, fingerprint != encoder.fingerprint {
        add(
          "index", .failed,
          "\(status.index): \(size), made with another encoder (\(fingerprint)); "
            + "name that one with --encoder and the same --precision, --dimensions and prefixes, "
            + "or ingest into a new index")
      } else if let damage = engine.damage.first {
        add(
          "index", .failed,
          "\(status.index): \(size); \(damage.file) is damaged; 'rag repair' keeps what is whole")
      } else {
        add("index", .ok, "\(status.index): \(size); 'rag verify' checks every byte")
      }
    } catch {
      add("index", .failed, "\(error)")
    }
  }

  /// The checks, for people.
  func text(_ terminal: Terminal) -> String {
    var table = Table()
    for check in checks {
      let mark = check.verdict == .ok ? "" : "\(check.verdict.rawValue): "
      table.add(check.name, terminal.styled(mark, .bold) + Printable.line(check.detail))
    }
    return table.text(terminal)
  }

  private mutating func add(_ name: String, _ verdict: Verdict, _ detail: String) {
    checks.append(Check(name: name, verdict: verdict, detail: detail))
  }
}
