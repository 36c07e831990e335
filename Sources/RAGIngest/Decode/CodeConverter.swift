import Glibc
import RAGCore

/// The platform's converter from one legacy encoding, one character at a time.
final class CodeConverter {
  private let descriptor: iconv_t

  init(_ encoding: TextEncoding) throws {
    let opened = iconv_open("UTF-8", encoding.converterName)
    // iconv_open reports failure as (iconv_t)-1.
    guard let opened, opened != iconv_t(bitPattern: -1) else {
      throw RAGError(
        .unsupported,
        "this system has no converter for the encoding '\(encoding.rawValue)'; install the C "
          + "library's conversion modules (gconv) or convert the source to UTF-8")
    }
    descriptor = opened
  }

  deinit { iconv_close(descriptor) }

  /// The character that these bytes, all of them, encode; nil when they encode none.
  func convert(_ code: [UInt8]) -> PackedUTF8? {
    var source = code.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: 16)
    let written: Int? = source.withUnsafeMutableBufferPointer { sourceBuffer in
      output.withUnsafeMutableBufferPointer { outputBuffer in
        var input = sourceBuffer.baseAddress
        var inputLeft = sourceBuffer.count
        var result = outputBuffer.baseAddress
        var resultLeft = outputBuffer.count
        iconv(descriptor, nil, nil, nil, nil)
        let status = iconv(descriptor, &input, &inputLeft, &result, &resultLeft)
        guard status != .max, inputLeft == 0 else { return nil }
        // Some converters hold a character back in case a combining one follows.
        guard iconv(descriptor, nil, nil, &result, &resultLeft) != .max else { return nil }
        return outputBuffer.count - resultLeft
      }
    }
    guard let written, (1...4).contains(written) else { return nil }
    var bits: UInt32 = 0
    for index in 0..<written {
      bits |= UInt32(UInt8(bitPattern: output[index])) << (8 * UInt32(index))
    }
    // A NUL byte inside would end the packed form early; no legacy code stands for one.
    return bits >> (8 * UInt32(written - 1)) == 0 ? nil : PackedUTF8(bits: bits)
  }
}
