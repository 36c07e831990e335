import RAGCore

/// The tensors of a model: one mapped safetensors file, or several that an index joins.
package struct WeightFiles: Sendable {
  /// A tensor and where it lies.
  package struct Tensor {
    package let name: String
    package let type: ElementType
    package let shape: [Int]
    /// Valid while the ``WeightFiles`` it came from live.
    package let bytes: UnsafeRawBufferPointer
    /// The file, for errors.
    package let path: String
  }

  /// The file that names all others: the index, or the one file itself.
  package let path: String
  /// In the order of their names.
  package let files: [SafetensorsFile]
  private let places: [String: Int]

  /// The names of all tensors.
  package var names: some Collection<String> { places.keys }
  /// The size of all files together.
  package var byteCount: Int { files.reduce(0) { $0 + $1.file.bytes.count } }

  /// One file.
  ///
  /// - Throws: What ``SafetensorsFile/init(path:)`` throws.
  package init(path: String) throws { self.init(try SafetensorsFile(path: path)) }

  private init(_ file: SafetensorsFile) {
    path = file.path
    files = [file]
    places = file.tensors.mapValues { _ in 0 }
  }

  /// The weights in a directory: `model.safetensors`, or the files that
  /// `model.safetensors.index.json` names.
  ///
  /// - Throws: ``RAGError`` `notFound` without weights or a file of the index, `unsupported` for
  ///   another format, `corrupt` or `invalidInput` for an index that cannot be, and what
  ///   ``SafetensorsFile/init(path:)`` throws.
  package init(directory: String) throws {
    let path = directory + "/model.safetensors"
    if fileExists(path) {
      try self.init(path: path)
      return
    }
    let index = path + ".index.json"
    if fileExists(index) {
      try self.init(index: index, directory: directory)
      return
    }
    let others = ["pytorch_model.bin", "pytorch_model.bin.index.json", "model.onnx", "tf_model.h5"]
    if let other = others.first(where: { fileExists(directory + "/" + $0) }) {
      throw RAGError(
        .unsupported, "is not read; save the weights as model.safetensors",
        path: directory + "/" + other)
    }
    throw RAGError(.notFound, "is missing; fetch the model again (tools/model)", path: path)
  }

  /// The tensor of a name, or nil.
  package func tensor(named name: String) -> Tensor? {
    guard let place = places[name], let tensor = files[place].tensors[name] else { return nil }
    return Tensor(
      name: name, type: tensor.type, shape: tensor.shape, bytes: files[place].bytes(of: tensor),
      path: files[place].path)
  }

  /// The digest of all files: that of the one, or that of the names and digests of several.
  package func digest(_ digests: WeightsDigest = .init(), rehashes: Bool = false) -> String {
    let each = files.map { digests.digest(of: $0.file, rehashes: rehashes) }
    guard each.count > 1 else { return each[0] }  // Every `init` sets at least one file.
    let list = zip(files, each).map { file, digest in
      "\(digest)  \(file.path.split(separator: "/").last ?? "")\n"
    }
    return Array(list.joined().utf8).withUnsafeBytes(WeightsDigest.sha256)
  }
}

extension WeightFiles {
  /// Models in more files are refused; the largest have a few hundred.
  private static let maximumFileCount = 1_000

  private init(index: String, directory: String) throws {
    func corrupt(_ what: String) -> RAGError {
      RAGError(.corrupt, "\(what); fetch the model again (tools/model)", path: index)
    }
    guard let map = try JSONValue.read(index)["weight_map"]?.object, !map.isEmpty else {
      throw corrupt("has no weight_map")
    }
    var owners: [String: String] = [:]
    for (tensor, value) in map {
      guard let file = value.string, !file.isEmpty else {
        throw corrupt("names no file for \(tensor.prefix(100).debugDescription)")
      }
      guard !file.contains("/"), !file.contains("\0"), file != "..", file != "." else {
        throw RAGError(
          .invalidInput,
          "names a file outside the directory: \(String(file.prefix(100)).debugDescription)",
          path: index)
      }
      owners[tensor] = file
    }
    let names = Set(owners.values).sorted()
    guard names.count <= Self.maximumFileCount else {
      throw RAGError(
        .limitExceeded, "names \(names.count) files, \(Self.maximumFileCount) are read",
        path: index)
    }
    var files: [SafetensorsFile] = []
    var places: [String: Int] = [:]
    for name in names {
      let path = directory + "/" + name
      guard fileExists(path) else {
        throw RAGError(
          .notFound,
          "is named by model.safetensors.index.json but missing; fetch the model again"
            + " (tools/model)", path: path)
      }
      let file = try SafetensorsFile(path: path)
      for tensor in file.tensors.keys
      where places.updateValue(files.count, forKey: tensor) != nil {
        throw corrupt("joins files that both hold \(tensor.prefix(100).debugDescription)")
      }
      files.append(file)
    }
    for (tensor, name) in owners where places[tensor].map({ names[$0] }) != name {
      throw corrupt("names \(name), which lacks \(tensor.prefix(100).debugDescription)")
    }
    path = index
    self.files = files
    self.places = places
  }
}
