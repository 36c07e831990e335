import Foundation

/// One change of a disk, as tools/faultshim/recorder.c wrote it down.
enum DiskRecord: Sendable {
  case create(path: String, inode: UInt64)
  case write(inode: UInt64, offset: Int, bytes: Data)
  case truncate(inode: UInt64, size: Int)
  case sync(inode: UInt64)
  case syncDirectory(path: String)
  case rename(from: String, to: String)
  case link(from: String, to: String)
  case remove(path: String)
  case makeDirectory(path: String)

  struct Malformed: Error { var offset: Int }

  /// Reads a record, and moves `offset` behind it.
  init(_ file: Data, at offset: inout Int) throws {
    let start = offset
    let header = 21
    guard start + header <= file.count else { throw Malformed(offset: start) }
    func number<Number: FixedWidthInteger>(at place: Int) -> Number {
      file.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start + place, as: Number.self) }
    }
    let (inode, place): (UInt64, UInt64) = (number(at: 1), number(at: 9))
    let count = Int(number(at: 17) as UInt32)
    guard start + header + count <= file.count else { throw Malformed(offset: start) }
    let bytes = file.subdata(in: start + header..<start + header + count)
    let paths = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    switch (file[start], paths.count) {
    case (1, 1): self = .create(path: paths[0], inode: inode)
    case (2, _): self = .write(inode: inode, offset: Int(place), bytes: bytes)
    case (3, _): self = .truncate(inode: inode, size: Int(place))
    case (4, _): self = .sync(inode: inode)
    case (5, 1): self = .syncDirectory(path: paths[0])
    case (6, 2): self = .rename(from: paths[0], to: paths[1])
    case (7, 2): self = .link(from: paths[0], to: paths[1])
    case (8, 1): self = .remove(path: paths[0])
    case (9, 1): self = .makeDirectory(path: paths[0])
    default: throw Malformed(offset: start)
    }
    offset += header + count
  }

  static func all(in path: String) throws -> [DiskRecord] {
    let file = try Data(contentsOf: URL(filePath: path))
    var records: [DiskRecord] = []
    var offset = 0
    while offset < file.count { records.append(try DiskRecord(file, at: &offset)) }
    return records
  }

  /// Whether something is on disk once it is done, or has its name there.
  var isBarrier: Bool {
    switch self {
    case .sync, .syncDirectory, .rename, .link: true
    default: false
    }
  }
}
