/// What to do.
struct Plan: Decodable {
  /// The encoder's directory.
  var model: String
  var threads: Int
  var jobs: [Job]
}

/// Something that happens once in a run.
struct Event: Encodable {
  var event: String
  var rss_mb: Double?
}

/// What came of a job.
struct JobFigures: Encodable {
  var name: String
  var seconds: [Double] = []
  var lat_ms: [Double] = []
  var tokens = 0
  var mean0: [Float] = []
}
