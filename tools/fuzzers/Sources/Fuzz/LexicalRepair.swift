import RAGCore

@testable import RAGLexical

/// Makes a changed lexical file coherent.
enum LexicalRepair {
  static func repaired(_ input: [UInt8]) -> [UInt8] {
    BlockFileRepair.repaired(input) { bytes in
      layout(of: bytes).map {
        BlockFileRepair.Parts(
          byteCount: $0.byteCount, blocks: $0.blocks, blockTable: $0.blockTable, tableChecksum: 68)
      }
    }
  }

  /// Where the parts of a file lie that has these counts, if they can be.
  private static func layout(of bytes: [UInt8]) -> LexicalFileHeader.Layout? {
    let counts = [24, 48, 56].map { bytes.load($0, as: UInt64.self) }
    guard counts.allSatisfy({ $0 < BlockFileRepair.largestByteCount }) else { return nil }
    return LexicalFileHeader(
      count: Int(counts[0]), totalLength: 0, termCount: 0, streamByteCount: Int(counts[1]),
      leafCount: Int(counts[2])
    ).layout
  }
}
