import Foundation

/// Figures for people.
enum Figures {
  /// `1234567` as `1,234,567`.
  static func count(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var end = digits.count - 3
    while end > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: end))
      end -= 3
    }
    return value < 0 ? "-" + digits : digits
  }

  /// `1 page`, `2 pages`.
  static func count(_ value: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count(value)) \(value == 1 ? noun : plural ?? noun + "s")"
  }

  /// Bytes in the largest unit that leaves at least one.
  static func bytes(_ value: Int) -> String {
    var size = Double(value)
    for unit in ["bytes", "kB", "MB", "GB"] {
      if size < 999.5 { return unit == "bytes" ? "\(value) bytes" : decimal(size) + " " + unit }
      size /= 1000
    }
    return decimal(size) + " TB"
  }

  /// A value with as many decimals, as C prints it.
  static func decimal(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", value)
  }

  /// A score of any scale with four digits; next to nothing is 0.0000, not a power of ten.
  static func score(_ value: Double) -> String {
    abs(value) < 0.001
      ? String(format: "%.4f", abs(value) < 0.000_05 ? 0 : value) : String(format: "%.4g", value)
  }

  /// A score from 0 to 1; cut, not rounded, so that what is below a value does not look equal to it.
  static func evidence(_ value: Double) -> String { decimal((value * 100).rounded(.down) / 100, 2) }

  /// Seconds as `0.4 s`, `12 s`, `2:05` or `1:02:05`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 360_000 else { return "long" }
    if seconds < 9.95 { return decimal(seconds) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    let minutes = whole / 60
    let rest = padded(whole % 60)
    return minutes < 60 ? "\(minutes):\(rest)" : "\(minutes / 60):\(padded(minutes % 60)):\(rest)"
  }

  private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func decimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return value >= 99.95 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
