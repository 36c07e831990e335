import Glibc

/// A string in a legacy encoding, by the platform's converter; empty when it cannot be encoded.
func encoded(_ string: String, as name: String) -> [UInt8] {
  guard let descriptor = iconv_open(name, "UTF-8"), descriptor != iconv_t(bitPattern: -1) else {
    return []
  }
  defer { iconv_close(descriptor) }
  var input = string.utf8.map { CChar(bitPattern: $0) }
  var output = [CChar](repeating: 0, count: input.count * 4 + 16)
  let written: Int? = input.withUnsafeMutableBufferPointer { inputBuffer in
    output.withUnsafeMutableBufferPointer { outputBuffer in
      var source = inputBuffer.baseAddress
      var sourceLeft = inputBuffer.count
      var target = outputBuffer.baseAddress
      var targetLeft = outputBuffer.count
      guard iconv(descriptor, &source, &sourceLeft, &target, &targetLeft) != .max else {
        return nil
      }
      guard iconv(descriptor, nil, nil, &target, &targetLeft) != .max else { return nil }
      return outputBuffer.count - targetLeft
    }
  }
  return output.prefix(written ?? 0).map { UInt8(bitPattern: $0) }
}

/// UTF-16 without a byte-order mark.
func utf16(_ string: String, isBigEndian: Bool) -> [UInt8] {
  string.utf16.flatMap { unit -> [UInt8] in
    let pair = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
    return isBigEndian ? pair : pair.reversed()
  }
}

/// A generator of pseudo-random numbers whose seed makes a failure repeatable (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
