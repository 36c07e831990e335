import RAGCore

/// The modules of a sentence encoder, from its `modules.json`.
package struct ModuleList: Sendable {
  /// What may stand after transformer and pooling.
  package enum Kind: String, Sendable {
    case dense = "Dense"
    case layerNorm = "LayerNorm"
    case normalize = "Normalize"
  }

  /// A module and the folder of its files.
  package struct Module: Sendable {
    package let kind: Kind
    package let folder: String
  }

  /// Where `config.json`, the tokenizer and the weights are: the directory itself, or a folder.
  package private(set) var transformer: String
  package private(set) var pooling: String
  /// Those after the pooling, in order.
  package private(set) var others: [Module] = []

  /// Reads the list in a directory; without one, a bare transformer is pooled and not normalised.
  ///
  /// - Throws: ``RAGError`` `unsupported` for modules or an order that is not read, `corrupt` for
  ///   damage, `invalidInput` for a folder outside the directory.
  package init(directory: String) throws {
    transformer = directory
    pooling = directory + "/1_Pooling"
    let file = directory + "/modules.json"
    guard let json = try JSONValue.read(ifPresent: file) else { return }
    guard let list = json.array, !list.isEmpty else {
      throw RAGError(.corrupt, "is no list of modules; fetch the model again", path: file)
    }
    guard list.count <= Self.maximumCount else {
      throw RAGError(
        .limitExceeded, "lists \(list.count) modules, \(Self.maximumCount) are read", path: file)
    }
    for (index, module) in list.enumerated() {
      let folder = try Self.folder(of: module, in: directory, file: file)
      let type = module["type"]?.string ?? ""
      let name = type.split(separator: ".").last.map(String.init) ?? ""
      func unsupported(_ what: String) -> RAGError {
        RAGError(
          .unsupported,
          "the module \(String(type.prefix(80)).debugDescription) \(what); Transformer, then"
            + " Pooling, then Dense, LayerNorm and Normalize are", path: file)
      }
      // Code that a model brings along may call itself anything.
      guard type.hasPrefix("sentence_transformers.") else { throw unsupported("is not read") }
      switch (index, name) {
      case (0, "Transformer"): transformer = folder
      case (1, "Pooling"): pooling = folder
      case (_, "Transformer"), (_, "Pooling"), (..<2, _):
        throw unsupported("is not read as number \(index + 1)")
      case (_, "Dropout"): break  // Only training knows it.
      default:
        guard let kind = Kind(rawValue: name) else { throw unsupported("is not read") }
        others.append(Module(kind: kind, folder: folder))
      }
    }
    guard list.count > 1 else {
      throw RAGError(
        .unsupported, "lists no Pooling, so the model gives no vector for a text", path: file)
    }
  }

  /// Real models have five at most.
  private static let maximumCount = 32

  /// Where a module's files are.
  ///
  /// - Throws: ``RAGError`` `invalidInput` for a folder outside the directory.
  static func folder(
    of module: JSONValue, in directory: String, file: String
  ) throws -> String {
    let path = module["path"]?.string ?? ""
    guard !path.hasPrefix("/"), !path.contains("\0"), !path.split(separator: "/").contains("..")
    else { throw RAGError(.invalidInput, "a module lies outside the directory", path: file) }
    return path.isEmpty ? directory : directory + "/" + path
  }
}
