import RAGCore

@testable import RAGStore

/// The files that an input stands for.
struct DatabaseFiles {
  private(set) var database: [UInt8] = []
  /// Empty where there is none.
  private(set) var log: [UInt8] = []
  /// The bit that was changed, by its place.
  private(set) var spoiltDatabaseBit: Int?
  private(set) var spoiltLogBit: Int?

  /// Any but zero.
  private static let salts: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

  init(_ input: DatabaseInput) {
    for (index, page) in input.pages.enumerated() {
      var page = page
      page.withUnsafeMutableBytes { PageChecksum.seal($0, number: UInt32(index + 1)) }
      database += page
    }
    if !input.frames.isEmpty { writeLog(input.frames) }
    switch input.spoilt {
    case .nothing: break
    case .database: spoiltDatabaseBit = Self.spoil(&database, input.bit)
    case .log: spoiltLogBit = Self.spoil(&log, input.bit)
    }
  }

  private static func spoil(_ bytes: inout [UInt8], _ bit: UInt32) -> Int? {
    guard !bytes.isEmpty else { return nil }
    let bit = Int(bit) % (bytes.count * 8)
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    return bit
  }

  private mutating func writeLog(_ frames: [DatabaseInput.Frame]) {
    for word in [0x377F_0682, 3_007_000, UInt32(PageChecksum.pageSize), 0] {
      log += Self.bigEndian(word)
    }
    log += Self.salts
    var sum = LogChecksum()
    log.withUnsafeBytes { sum.add($0, false) }
    log += sum.stored
    for frame in frames {
      let header =
        Self.bigEndian(UInt32(frame.page)) + Self.bigEndian(UInt32(frame.committedPageCount))
      header.withUnsafeBytes { header in
        frame.content.withUnsafeBytes {
          sum = sum.extended(byHeader: header, page: $0, wordsAreBigEndian: false)
        }
      }
      let salts = frame.kind == 1 ? Self.salts.reversed() : Self.salts
      let stored = frame.kind == 2 ? sum.stored.map { ~$0 } : sum.stored
      log += header + salts + stored + frame.content
    }
  }

  fileprivate static func bigEndian(_ word: UInt32) -> [UInt8] {
    withUnsafeBytes(of: word.bigEndian) { Array($0) }
  }
}

extension LogChecksum {
  /// As it stands in the file.
  fileprivate var stored: [UInt8] {
    // Its two words are all that it is.
    withUnsafeBytes(of: self) { bytes in
      [0, 4].flatMap {
        DatabaseFiles.bigEndian(bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
    }
  }
}
