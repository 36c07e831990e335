import Glibc

/// One `struct inotify_event`.
struct WatchEvent {
  /// The watch of the directory; -1 for an overflow of the queue.
  let watch: CInt
  private let mask: UInt32
  /// The entry of the directory; empty where the event is about the directory itself.
  let name: String

  /// Takes the first event of `bytes`; nil where none is whole.
  init?(_ bytes: inout Slice<UnsafeRawBufferPointer>) {
    // The kernel writes: watch, mask, cookie, length of the name with its padding of zeros, name.
    guard bytes.count >= 16 else { return nil }
    let header = UnsafeRawBufferPointer(rebasing: bytes.prefix(16))
    let nameCount = Int(header.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
    guard bytes.count >= 16 + nameCount else { return nil }
    watch = header.loadUnaligned(fromByteOffset: 0, as: CInt.self)
    mask = header.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    name = String(decoding: bytes.dropFirst(16).prefix(nameCount).prefix { $0 != 0 }, as: UTF8.self)
    bytes = bytes.dropFirst(16 + nameCount)
  }

  func has(_ flag: CInt) -> Bool { mask & UInt32(flag) != 0 }
}
