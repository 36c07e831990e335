/// Keeps the whole body of a response.
struct BodyReceiver: ResponseReceiver {
  let contentType = "application/json"
  let hasDelivered = false
  private(set) var bytes: [UInt8] = []

  mutating func receive(_ bytes: [UInt8]) -> Bool {
    self.bytes += bytes
    return false
  }

  mutating func finish() {}
}
