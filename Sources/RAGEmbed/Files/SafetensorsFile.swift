package import RAGCore

/// A memory-mapped safetensors file, whose header has been checked in full.
///
/// The format: the length of the header as 8 little-endian bytes, the header as JSON
/// (`{name: {dtype, shape, data_offsets}}`), and the tensors' bytes, which fill the rest of the
/// file without holes or overlaps. See https://github.com/huggingface/safetensors.
package final class SafetensorsFile: Sendable {
  /// One tensor: its type and shape, and its place in the file.
  package struct Tensor: Sendable, Hashable {
    package let name: String
    package let type: ElementType
    package let shape: [Int]
    /// Byte offsets in the file.
    package let range: Range<Int>
  }

  package let tensors: [String: Tensor]
  package let file: MappedFile
  package var path: String { file.path }

  /// Maps a file and checks its header against its length.
  ///
  /// - Throws: ``RAGError`` `notFound`, `corrupt`, `unsupported` (an element type of a later
  ///   version) or `io`.
  package init(path: String) throws {
    file = try MappedFile(path: path)
    let header = try Self.headerRange(of: file)
    let entries = try withJSON(UnsafeRawBufferPointer(rebasing: file.bytes[header]), path: path) {
      try Self.entries(&$0, path: path)
    }
    tensors = try Self.placed(entries, dataStart: header.upperBound, in: file)
  }

  /// The bytes of a tensor of this file, valid while the file lives.
  package func bytes(of tensor: Tensor) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[tensor.range])
  }
}

extension SafetensorsFile {
  /// A header entry, not yet checked against its neighbours and the file.
  private struct Entry {
    var name: String
    var type: String?
    var shape: [Int]?
    var place: [Int]?

    /// The tensor's name for an error; a hostile one may be long.
    var label: String { "tensor \(name.prefix(100).debugDescription)" }
  }

  /// Tensors of more dimensions are refused; real ones have at most five.
  private static let maximumRank = 32

  private static func corrupt(_ what: String, path: String) -> RAGError {
    RAGError(
      .corrupt, "is damaged: \(what); fetch the model again (tools/model)", path: path)
  }

  private static func headerRange(of file: MappedFile) throws -> Range<Int> {
    guard file.bytes.count >= 8 else {
      throw corrupt("\(file.bytes.count) bytes are too few for a header", path: file.path)
    }
    let length = UInt64(
      littleEndian: file.bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
    guard length <= UInt64(maximumTextByteCount), length <= UInt64(file.bytes.count - 8) else {
      throw corrupt(
        "the header claims \(length) bytes of a file of \(file.bytes.count)", path: file.path)
    }
    return 8..<(8 + Int(length))
  }

  private static func entries(_ reader: inout JSONReader, path: String) throws -> [Entry] {
    var entries: [Entry] = []
    try reader.object { name, reader in
      guard name != "__metadata__" else { return try reader.skip() }
      var entry = Entry(name: name)
      try reader.object { key, reader in
        switch key {
        case "dtype" where entry.type == nil: entry.type = try reader.string()
        case "shape" where entry.shape == nil:
          entry.shape = try reader.integers(atMost: maximumRank)
        case "data_offsets" where entry.place == nil:
          entry.place = try reader.integers(atMost: 2)
        case "dtype", "shape", "data_offsets":
          throw corrupt("\(entry.label) has two of \(key)", path: path)
        default: try reader.skip()
        }
      }
      entries.append(entry)
    }
    try reader.end()
    return entries
  }

  /// Checks that the entries fill the data exactly.
  private static func placed(
    _ entries: [Entry], dataStart: Int, in file: MappedFile
  ) throws -> [String: Tensor] {
    let dataByteCount = file.bytes.count - dataStart
    var tensors: [String: Tensor] = [:]
    tensors.reserveCapacity(entries.count)
    let unplaced = try entries.map { entry in
      guard let place = entry.place, place.count == 2 else {
        throw corrupt("\(entry.label) has no place", path: file.path)
      }
      return (entry: entry, begin: place[0], end: place[1])
    }
    var position = 0
    for (entry, begin, end) in unplaced.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard begin == position, end >= begin, end <= dataByteCount else {
        throw corrupt(
          "\(entry.label) lies at \(begin) to \(end), but \(position) was due and the data end at"
            + " \(dataByteCount)", path: file.path)
      }
      let (type, shape) = try form(of: entry, byteCount: end - begin, path: file.path)
      position = end
      let tensor = Tensor(
        name: entry.name, type: type, shape: shape, range: (dataStart + begin)..<(dataStart + end))
      guard tensors.updateValue(tensor, forKey: entry.name) == nil else {
        throw corrupt("\(entry.label) comes twice", path: file.path)
      }
    }
    guard position == dataByteCount else {
      throw corrupt(
        "\(dataByteCount - position) bytes at the end belong to no tensor", path: file.path)
    }
    return tensors
  }

  /// The type and shape of an entry, which must need just as many bytes as it has.
  private static func form(
    of entry: Entry, byteCount: Int, path: String
  ) throws -> (ElementType, [Int]) {
    guard let name = entry.type, let shape = entry.shape else {
      throw corrupt("\(entry.label) lacks its type or shape", path: path)
    }
    guard let type = ElementType(rawValue: name) else {
      throw RAGError(
        .unsupported,
        "\(entry.label) has the element type \(name.prefix(20).debugDescription), which is not read",
        path: path)
    }
    var needed = type.byteCount
    for length in shape {
      let (product, overflow) = needed.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else {
        throw corrupt("\(entry.label) has an impossible shape", path: path)
      }
      needed = product
    }
    guard needed == byteCount else {
      throw corrupt(
        "\(entry.label) has \(byteCount) bytes, its shape needs \(needed)", path: path)
    }
    return (type, shape)
  }
}
