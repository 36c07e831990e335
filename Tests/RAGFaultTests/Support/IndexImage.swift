import Foundation

/// The files of an index, held in memory, to damage copies of.
struct IndexImage: Sendable {
  var files: [String: Data] = [:]

  init(_ directory: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
      files[name] = try Data(contentsOf: URL(filePath: directory + "/" + name))
    }
  }

  /// The names of files whose bytes matter: the first to open an index makes `-shm` anew.
  var names: [String] {
    files.filter { !$0.key.hasSuffix("-shm") && !$0.value.isEmpty }.keys.sorted()
  }

  /// Files that one generation of the index is made of.
  var generationNames: [String] { names.filter(Self.isOfGeneration) }

  /// Those in a directory, half written ones too.
  static func generationNames(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).filter(isOfGeneration).sorted()
  }

  private static func isOfGeneration(_ name: String) -> Bool {
    name.hasPrefix("g") && name.dropFirst().first?.isNumber == true
  }

  /// Makes `directory` this image and nothing else.
  func restore(to directory: String) throws {
    try? FileManager.default.removeItem(atPath: directory)
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for (name, bytes) in files {
      try bytes.write(to: URL(filePath: directory + "/" + name))
    }
  }

  func replacing(_ name: String, with bytes: Data?) -> IndexImage {
    var copy = self
    copy.files[name] = bytes
    return copy
  }

  /// Names without the numbers of generations, to compare what kinds of files there are.
  static func kinds(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).map { name in
      String(name.map { $0.isNumber ? "#" : $0 }).replacingOccurrences(
        of: "#+", with: "#", options: .regularExpression)
    }.sorted()
  }
}
