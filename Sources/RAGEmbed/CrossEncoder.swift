import Foundation
public import RAGCore

/// A cross-encoder of the BERT family, read from a Hugging Face directory: it reads query and
/// passage as one text and says how relevant the passage is (Nogueira & Cho 2019).
///
/// Useful for: the order of some ten to hundred candidates, by models such as
/// `cross-encoder/ms-marco-MiniLM-L-6-v2` (`BertForSequenceClassification`, and the same of
/// `roberta`, `xlm-roberta`, `camembert`, `distilbert` and `mpnet`). Not for: search, as each
/// passage takes a forward pass a query; ``BERTEncoder`` makes vectors.
///
/// A model with one output scores on the scale that sentence-transformers would use: `logit` where
/// it names Identity, else `probability` by the sigmoid. One with two labels gives the probability
/// of the last. A pair's score has the same bits in any call and with any number of threads.
public final class CrossEncoder: Reranker {
  /// What a score means.
  public enum Scale: Sendable, Hashable {
    /// From 0 to 1: how likely the model takes the passage to be relevant.
    case probability
    /// The logarithm of the odds of that: 0 is even, any finite number may come.
    case logit
  }

  /// What a host may choose.
  public struct Options: Sendable, Hashable {
    /// The numbers of the matrix products.
    public var precision: EncoderPrecision
    /// Threads that score at a time, up to 256; nil takes as many as there are cores.
    public var threadCount: Int?
    /// Keeps the weights in the user's cache directory as they are used, which takes as much space
    /// again and lets the next start map them.
    public var cachesWeights: Bool

    /// Float32 on all cores.
    public init(
      precision: EncoderPrecision = .float32, threadCount: Int? = nil, cachesWeights: Bool = true
    ) {
      self.precision = precision
      self.threadCount = threadCount
      self.cachesWeights = cachesWeights
    }
  }

  /// The name of the directory.
  public let name: String
  /// What scores mean, as the model's files say.
  public let scale: Scale
  /// The most tokens that query and passage may have together, special tokens taken off.
  public let maximumTokenCount: Int
  /// Counts tokens as this model does.
  public var tokenCounter: any TokenCounter { tokenizer }
  /// How this model computes on this machine.
  public let report: EncoderReport

  private let tokenizer: any ModelTokenizer
  private let pairTokens: PairTokens
  private let transformer: Transformer
  private let head: ClassificationHead

  /// Opens the cross-encoder in a directory.
  ///
  /// - Throws: ``RAGError`` `notFound`, `unsupported` for another kind of model (a sentence
  ///   encoder, three labels) or a missing OpenBLAS, `corrupt` for damaged files, `limitExceeded`
  ///   where there is not so much memory.
  public convenience init(directory: String, options: Options = .init()) throws {
    try self.init(directory: directory, options: options, EncoderBackend(options.precision))
  }

  /// The same with kernels of a level and weights from a cache of choice.
  package init(
    directory: String, options: Options, _ backend: EncoderBackend, cache: WeightCache? = nil
  ) throws {
    let model = try CrossEncoderDirectory(path: directory)
    let configuration = model.transformer.configuration
    let (files, names) = try model.weights()
    let loaded = try model.transformer.tokenizer()
    guard let pairTokens = loaded.pairTokens else {
      throw RAGError(
        .unsupported, "the tokenizer does not say how a pair of texts is joined",
        path: model.transformer.path)
    }
    let room = model.transformer.maximumLength - pairTokens.count
    guard room >= 2 else {
      throw RAGError(
        .corrupt,
        "a limit of \(model.transformer.maximumLength) tokens leaves no room for two texts",
        path: model.transformer.path)
    }
    let inputs = try model.transformer.inputNames()
    let hasTypes =
      configuration.tokenTypeCount > 1 && inputs?.contains("token_type_ids") ?? true
    self.pairTokens = hasTypes ? pairTokens : pairTokens.withoutTypes
    head = try ClassificationHead(files, names, configuration, labelCount: model.labelCount)
    transformer = try Transformer(
      files, configuration, backend, rehashes: false,
      cache: cache ?? (options.cachesWeights ? .init() : .init(directory: nil)))
    report = EncoderReport(
      backend, threadCount: options.threadCount, mapsWeights: transformer.mapsWeights)
    name = model.name
    scale = model.scale
    tokenizer = loaded.tokenizer
    maximumTokenCount = room
  }
}

extension CrossEncoder {
  /// One score a passage, in the order of the passages; higher is more relevant.
  ///
  /// A passage that is over the limit together with the query is read in windows that overlap, and
  /// has the score of the best (MaxP; Dai & Callan 2019, "Deeper Text Understanding for IR with
  /// Contextual Neural Language Modeling"): nothing of it is cut. Of a query longer than half of
  /// the limit, the first half of the limit is read with such a passage. Cancelling the task is
  /// noticed within a layer.
  /// - Throws: ``RAGError`` `cancelled`, `corrupt` where the weights give what is no number, or
  ///   `limitExceeded` where there is not so much memory.
  /// - Complexity: O(tokens · (layers · hidden² + length · hidden)) over all pairs.
  public func scores(of passages: [String], for query: String) async throws -> [Double] {
    let rows = try await tokenRows(of: passages, for: query)
    var best: [Double] = []
    for (score, isContinued) in zip(try await logits(of: rows).map(score), rows.isContinued) {
      if isContinued, let last = best.popLast() {
        best.append(max(last, score))
      } else {
        best.append(score)
      }
    }
    return best
  }

  /// The model's outputs for each text, one a label.
  package func logits(of rows: TokenRows) async throws -> [[Float]] {
    try await transformer.results(of: rows, threadCount: report.threadCount) { states in
      let logits = head.logits(of: states)
      guard logits.allSatisfy(\.isFinite) else { throw transformer.noNumbers("scores") }
      return logits
    }
  }

  /// What the model is given: a text for each pair, or for each window over its passage.
  package func tokenRows(of passages: [String], for query: String) async throws -> TokenRows {
    var first: [Int32] = []
    tokenizer.appendTextTokens(of: query, limit: .max, to: &first)
    let (queryTokens, maximumLength) = (first, maximumTokenCount + pairTokens.count)
    return try await TokenRows.rows(of: passages, threadCount: report.threadCount) {
      [tokenizer, pairTokens] passage, rows in
      var tokens: [Int32] = []
      tokenizer.appendTextTokens(of: passage, limit: .max, to: &tokens)
      pairTokens.append(
        queryTokens, tokens, maximumLength: maximumLength, to: &rows)
    }
  }

  private func score(of logits: [Float]) -> Double {
    switch scale {
    case .logit: Double(logits[0])
    case .probability:
      // The softmax of two is the sigmoid of their difference.
      1 / (1 + exp(logits.count == 2 ? Double(logits[0] - logits[1]) : -Double(logits[0])))
    }
  }
}
