/// The numbers that an encoder's matrix products are made of.
public enum EncoderPrecision: String, Sendable, Hashable, CaseIterable {
  /// Float32 throughout.
  case float32 = "f32"
  /// Weights and inputs of the linear layers as bytes, each output with a scale of its own, each
  /// input row with a scale and a shift; sums are exact, all else is Float32.
  case int8
}
