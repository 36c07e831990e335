import RAGCore

@testable import RAGIndex

/// Makes a changed graph file coherent.
enum GraphRepair {
  static func repaired(_ input: [UInt8]) -> [UInt8] {
    BlockFileRepair.repaired(input) { bytes in
      layout(of: bytes).map {
        BlockFileRepair.Parts(
          byteCount: $0.byteCount, blocks: $0.blocks, blockTable: $0.blockTable, tableChecksum: 72)
      }
    }
  }

  /// Where the parts of a file lie that has these counts, if they can be.
  private static func layout(of bytes: [UInt8]) -> GraphFileHeader.Layout? {
    let count = bytes.load(24, as: UInt64.self)
    let upperRowCount = bytes.load(32, as: UInt64.self)
    let dimension = Int(bytes.load(48, as: UInt32.self))
    let m = Int(bytes.load(56, as: UInt32.self))
    guard max(count, upperRowCount) < BlockFileRepair.largestByteCount,
      HNSWParameters.dimensions.contains(dimension),
      HNSWParameters.degrees.contains(m)
    else { return nil }
    return GraphFileHeader(
      count: Int(count), upperRowCount: Int(upperRowCount), dimension: dimension, metric: .cosine,
      parameters: HNSWParameters(m: m), entry: 0, topLevel: 0,
      encoding: bytes.load(76, as: UInt32.self) == 1 ? .float32 : .compact, largestLength: 0,
      calibration: .standard
    ).layout
  }
}
