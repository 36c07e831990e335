/// Makes whole addresses of those that a page gives of itself.
enum WebAddress {
  /// A reference as an address (RFC 3986, section 5.2), or nil: when it is not whole and the base
  /// is not either, when it names no other resource than the base, or when it may be the name of a
  /// host without its scheme.
  static func resolved(_ reference: String, against base: String?) -> String? {
    guard split(reference) == nil else { return reference }
    guard let base = base.flatMap(split), !reference.isEmpty, !reference.hasPrefix("#") else {
      return nil
    }
    if reference.hasPrefix("//") {
      let whole = "\(base.scheme)\(reference.dropFirst(2))"
      return split(whole).map { _ in whole }
    }
    let (path, rest) = pathAndRest(reference[...])
    let basePath = pathAndRest(base.rest).path
    let origin = "\(base.scheme)\(base.host)"
    if path.hasPrefix("/") { return "\(origin)\(withoutDots(path))\(rest)" }
    if path.isEmpty { return "\(origin)\(basePath.isEmpty ? "/" : basePath)\(rest)" }
    let first = path.prefix { $0 != "/" }
    let isPath = first == "." || first == ".." || !first.contains { $0 == "." || $0 == ":" }
    guard isPath else { return nil }
    let folder = basePath.lastIndex(of: "/").map { basePath[...$0] } ?? "/"
    return "\(origin)\(withoutDots(folder + path))\(rest)"
  }

  /// The parts of a whole address: its scheme with the slashes, its host, and what follows.
  private static func split(
    _ address: String
  ) -> (scheme: Substring, host: Substring, rest: Substring)? {
    guard let mark = address.firstRange(of: "://"), mark.lowerBound > address.startIndex,
      address[..<mark.lowerBound].utf8.allSatisfy({ $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A })
    else { return nil }
    let host = address[mark.upperBound...].prefix { !"/?#".contains($0) }
    guard !host.isEmpty else { return nil }
    return (address[..<mark.upperBound], host, address[host.endIndex...])
  }

  private static func pathAndRest(_ text: Substring) -> (path: Substring, rest: Substring) {
    let path = text.prefix { !"?#".contains($0) }
    return (path, text[path.endIndex...])
  }

  /// A path from the root without `.` and `..` (RFC 3986, section 5.2.4).
  private static func withoutDots(_ path: Substring) -> String {
    var segments: [Substring] = []
    let all = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for (place, segment) in all.enumerated() {
      let isDots = segment == "." || segment == ".."
      if segment == ".." { _ = segments.popLast() }
      if !isDots { segments.append(segment) } else if place == all.count - 1 { segments.append("") }
    }
    return "/" + segments.joined(separator: "/")
  }
}
