import Foundation
import RAGCore

/// The CRC-32C of a row: of every value in it, each behind its length, so that no two rows share
/// their bytes by accident.
///
/// Pages have checksums of their own; those of rows tell which of them are whole when a page is
/// not.
struct RowChecksum {
  private var sum: UInt32 = 0

  /// What the column `checksum` holds.
  var value: Int64 { Int64(sum) }

  mutating func add(_ integer: Int64) {
    withUnsafeBytes(of: integer.littleEndian) { extend(by: $0) }
  }

  mutating func add(_ integer: Int) { add(Int64(integer)) }

  mutating func add(_ data: Data) {
    add(data.count)
    data.withUnsafeBytes { extend(by: $0) }
  }

  /// NULL differs from an empty text by its length.
  mutating func add(_ text: String?) {
    guard var text else { return add(-1) }
    text.withUTF8 {
      add($0.count)
      extend(by: UnsafeRawBufferPointer($0))
    }
  }

  private mutating func extend(by bytes: UnsafeRawBufferPointer) {
    sum = CRC32C.extend(sum, by: bytes)
  }

  /// Holds the row against the checksum that was stored with it.
  /// - Throws: ``RAGError`` of code `corrupt`.
  func require(_ stored: Int64, _ row: @autoclosure () -> String) throws {
    guard stored == value else {
      throw RAGError(
        .corrupt, "the checksum of \(row()) is wrong; 'rag repair' keeps what is whole")
    }
  }
}
