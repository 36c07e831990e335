#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension EncoderConfiguration.RelativePositions {
  /// The bucket of a key `distance` tokens after its query (Raffel et al. 2020, T5, section 2.1):
  /// half of the buckets for each direction, and of those half for single distances, the rest for
  /// ranges that grow by a constant factor.
  ///
  /// The arithmetic is that of the reference, in Float32, so that a distance on the border between
  /// two buckets falls into the same one.
  package func bucket(ofDistance distance: Int) -> Int {
    let half = bucketCount / 2
    let first = distance > 0 ? half : 0
    let length = distance.magnitude
    let exactCount = half / 2
    if length < exactCount { return first + Int(length) }
    let range =
      logf(Float(length) / Float(exactCount))
      / Float(log(Double(maximumDistance) / Double(exactCount))) * Float(half - exactCount)
    return first + min(exactCount + Int(range), half - 1)
  }
}
