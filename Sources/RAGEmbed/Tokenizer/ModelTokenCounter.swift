public import RAGCore

/// Counts tokens as a language model does, by its `tokenizer.json`.
///
/// Reads byte-pair tokenizers in the manner of GPT-2, GPT-4, Llama, Qwen, Mistral, Gemma and
/// DeepSeek, and all that encoders have. The count is that of Hugging Face's `tokenizers` without
/// special tokens around the text; ones that stand in the text count as such. Only where a text
/// has 4 MiB without a place to cut may it be off by a token.
public struct ModelTokenCounter: TokenCounter {
  private let tokenizer: any ModelTokenizer

  /// Reads a tokenizer: a file such as `tokenizer.json`, or the directory that holds one.
  ///
  /// - Throws: ``RAGError`` `notFound` where there is none, `unsupported`, which names what is not
  ///   read, `corrupt` for a damaged file, `limitExceeded` for one beyond all use.
  public init(path: String) throws {
    tokenizer =
      fileExists(path + "/.")
      ? try TokenizerLoader.load(directory: path).tokenizer
      : try TokenizerLoader.load(file: path).tokenizer
  }

  /// The byte range of each token; several may share that of one character.
  public func tokenRanges(in text: String) -> [Range<Int>] { tokenizer.tokenRanges(in: text) }

  /// The number of tokens.
  public func tokenCount(of text: String) -> Int { tokenizer.tokenCount(of: text) }
}
