/// What is written: one report for each set that was measured.
struct Document: Encodable {
  let results: [Report]
}

/// All figures of a set: the fields of the parts side by side in one object.
struct Report: Encodable {
  let parts: [any Encodable]

  func encode(to encoder: any Encoder) throws {
    for part in parts { try part.encode(to: encoder) }
  }
}

/// What was measured, and on what.
struct Subject: Encodable {
  let peer: String
  let set: String
  let n: Int
  let dim: Int
  let k: Int
  let m: Int
  let efConstruction: Int

  private enum CodingKeys: String, CodingKey {
    case peer, set, n, dim, k, m
    case efConstruction = "ef_construction"
  }
}
