import Foundation

/// The middle of some figures.
public func median(_ values: [Double]) -> Double { percentile(values, 0.5) }

/// The figure that a fraction of the others does not pass (nearest rank).
public func percentile(_ values: [Double], _ fraction: Double) -> Double {
  guard !values.isEmpty else { return .nan }
  let rank = Int((fraction * Double(values.count)).rounded(.up)) - 1
  return values.sorted()[min(max(rank, 0), values.count - 1)]
}

/// The wall time of `body`, in seconds.
public func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return (ContinuousClock.now - start) / .seconds(1)
}

/// As `seconds`, for asynchronous work.
public func seconds(_ body: () async throws -> Void) async rethrows -> Double {
  let start = ContinuousClock.now
  try await body()
  return (ContinuousClock.now - start) / .seconds(1)
}

/// The processor time that this process has had, in seconds.
public func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Resident memory of this process in MiB, anonymous and of files apart.
public func residentMemory() -> (anonymous: Double, file: Double) {
  let figures = processFigures("self")
  return (figures["RssAnon"] ?? .nan, figures["RssFile"] ?? .nan)
}

/// The most resident memory that this process has had, in MiB.
public func peakResidentMemory() -> Double { processFigures("self")["VmHWM"] ?? .nan }

/// The most resident memory that another process has had so far, and its anonymous memory now, in
/// MiB; nil when it has ended.
public func memory(ofProcess process: Int32) -> (peak: Double, anonymous: Double)? {
  let figures = processFigures("\(process)")
  guard let peak = figures["VmHWM"], let anonymous = figures["RssAnon"] else { return nil }
  return (peak, anonymous)
}

/// What the kernel says of a process in kilobytes, in MiB.
private func processFigures(_ process: String) -> [String: Double] {
  var figures: [String: Double] = [:]
  let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
  for line in status.split(separator: "\n") {
    let parts = line.split(whereSeparator: { $0 == ":" || $0 == " " || $0 == "\t" })
    guard parts.count >= 2, let kibibytes = Double(parts[1]) else { continue }
    figures[String(parts[0])] = kibibytes / 1024
  }
  return figures
}

/// A value as JSON with sorted keys.
public func json(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return try encoder.encode(value)
}

/// Prints a value as JSON with sorted keys.
public func printJSON(_ value: some Encodable) throws {
  print(String(decoding: try json(value), as: UTF8.self))
}

/// A generator whose numbers depend on the seed alone (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Starts the sequence of a seed.
  public init(seed: UInt64) { state = seed }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
