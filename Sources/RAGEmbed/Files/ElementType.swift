/// The element types of the safetensors format.
package enum ElementType: String, Sendable, CaseIterable {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case float8E5M2 = "F8_E5M2"
  case float8E4M3 = "F8_E4M3"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  case float64 = "F64"
  case int64 = "I64"
  case uint64 = "U64"

  package var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8, .float8E5M2, .float8E4M3: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .uint32, .float32: 4
    case .float64, .int64, .uint64: 8
    }
  }
}

extension ElementType {
  /// Copies F32, F16 or BF16 values as Float32; `target` has room for just as many.
  func copy(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Float>) {
    precondition(target.count * byteCount == bytes.count)
    switch self {
    case .float16:
      for index in target.indices {
        let bits = bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
        target[index] = Float(Float16(bitPattern: UInt16(littleEndian: bits)))
      }
    case .bfloat16:
      for index in target.indices {
        let bits = bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
        target[index] = Float(bitPattern: UInt32(UInt16(littleEndian: bits)) << 16)
      }
    case .float32: UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
    default: preconditionFailure("\(rawValue) is not copied; see WeightFiles.tensor(named:shape:)")
    }
  }
}
