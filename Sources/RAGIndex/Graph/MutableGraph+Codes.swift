import CRAGKernels
import RAGCore

extension MutableGraph {
  /// Writes the codes of new nodes, which nobody reads yet.
  func code(
    _ batch: ArraySlice<Int>, of prepared: PreparedVectors, into slots: [UInt32], threads: Int
  ) {
    let first = batch.startIndex
    parallelFor(count: slots.count, threads: threads, stride: 16) { range, _ in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * dimension) { room in
        withLowBits { lowBits in
          guard let vector = room.baseAddress else { return }
          for index in range {
            let slot = Int(slots[index])
            prepared.copy(batch[first + index], into: vector)
            coder.encode(
              vector, coarse: coarse.base + slot * layout.coarseStride,
              fine: fine.base + slot * layout.fineStride, terms: terms.base + slot,
              work: vector + dimension, lowBits: lowBits)
            setByteCode(slot, lowBits)
          }
        }
      }
    }
  }

  /// Works out the byte codes of a graph that came from a file, from what the file holds.
  ///
  /// - Throws: ``RAGError`` of code `cancelled`.
  func restoreByteCodes() throws {
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: dimension) { work in
      try withLowBits { lowBits in
        guard let work = work.baseAddress else { return }
        for slot in 0..<slotCount {
          if slot % 4_096 == 0 { try Cancellation.check() }
          let row = fine.base + slot * layout.fineStride
          switch encoding {
          case .compact: lowBits.update(from: row, count: layout.fineStride)
          case .float32:
            var term = terms.base[slot]
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: layout.coarseStride) { top in
              guard let top = top.baseAddress else { return }
              coder.codeBits(
                UnsafeRawPointer(row).assumingMemoryBound(to: Float.self), coarse: top,
                lowBits: lowBits, terms: &term, work: work)
            }
          }
          setByteCode(slot, lowBits)
        }
      }
    }
  }

  private func setByteCode(_ slot: Int, _ lowBits: UnsafePointer<UInt8>) {
    let row = bytes.base + slot * layout.byteStride
    byteSums.base[slot] = rag_byte_code(
      coarse.base + slot * layout.coarseStride, lowBits, dimension, layout.blocks, row)
    byteLengths.base[slot] = ByteCodes.squaredLength(
      layout, row, sum: byteSums.base[slot], scale: terms.base[slot].scale)
  }

  private func withLowBits(_ body: (UnsafeMutablePointer<UInt8>) throws -> Void) rethrows {
    let byteCount = layout.blocks * Int(RAG_FINE_BLOCK_BYTES)
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: byteCount) { room in
      if let base = room.baseAddress { try body(base) }
    }
  }
}
