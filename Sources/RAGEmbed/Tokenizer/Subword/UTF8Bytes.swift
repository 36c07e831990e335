extension UnsafeBufferPointer<UInt8> {
  /// The scalar that starts at an offset, and how many bytes it has. The bytes are valid UTF-8.
  @inline(__always)
  func scalar(at offset: Int) -> (value: Unicode.Scalar, length: Int) {
    let lead = self[offset]
    if lead < 0x80 { return (Unicode.Scalar(lead), 1) }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for index in 1..<length { value = value << 6 | UInt32(self[offset + index] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  /// Where the scalar before an offset starts, or nil at the beginning.
  func scalarStart(before offset: Int) -> Int? {
    if offset == 0 { return nil }
    var start = offset - 1
    while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }
}
