import Foundation
import Testing

/// What README.md tells a reader to run and to write.
@Suite("The README", .serialized)
struct ReadmeTests {
  private static let readme =
    (try? String(contentsOfFile: Demo.root + "README.md", encoding: .utf8)) ?? ""

  /// The code blocks of a language, in order.
  private static func blocks(_ language: String) -> [String] {
    readme.components(separatedBy: "```\(language)\n").dropFirst().map {
      String($0.prefix(upTo: $0.range(of: "```")?.lowerBound ?? $0.endIndex))
    }
  }

  @Test("has a host app of under 30 lines that builds, runs, and fetches few packages")
  func hostApp() async throws {
    let sample = try #require(Self.blocks("swift").first { $0.contains("import RAG") })
    #expect(sample.split(separator: "\n").count < 30)
    // Its builds are kept from run to run beside the package's own.
    let host = Demo.root + ".build-host"
    let manager = FileManager.default
    try manager.createDirectory(atPath: host + "/Sources/Host", withIntermediateDirectories: true)
    try manager.createDirectory(atPath: host + "/notes", withIntermediateDirectories: true)
    try sample.write(toFile: host + "/Sources/Host/Host.swift", atomically: true, encoding: .utf8)
    try "Whales are mammals that live in the sea.\n".write(
      toFile: host + "/notes/whales.txt", atomically: true, encoding: .utf8)
    try """
    // swift-tools-version: 6.1
    import PackageDescription

    let package = Package(
      name: "Host",
      dependencies: [.package(name: "RAG", path: "..")],
      targets: [
        .executableTarget(name: "Host", dependencies: [.product(name: "RAG", package: "RAG")])
      ]
    )
    """.write(toFile: host + "/Package.swift", atomically: true, encoding: .utf8)

    _ = try await Demo.run(["swift", "build", "-c", "release", "--package-path", host])
    let checkouts = try manager.contentsOfDirectory(atPath: host + "/.build/checkouts")
    // swift-asn1 is a dependency of swift-crypto.
    #expect(
      checkouts.sorted() == [
        "GRDB.swift", "swift-argument-parser", "swift-asn1", "swift-crypto",
      ])
    guard Demo.isReady else { return }
    try? manager.removeItem(atPath: host + "/notes.rag")
    let output = try await Demo.run(["env", "-C", host, host + "/.build/release/Host"])
    #expect(output.contains("whales.txt:1"), "\(output)")
  }

  @Test("names commands that exist")
  func commands() throws {
    let shell = Self.blocks("sh").joined(separator: "\n").split(separator: "\n")
    let tools = shell.filter { $0.hasPrefix("tools/") }
    #expect(tools.contains { $0.hasPrefix("tools/demo") })
    #expect(tools.contains { $0.hasPrefix("tools/test") })
    for line in tools {
      let path = Demo.root + (line.split(separator: " ").first ?? "")
      #expect(FileManager.default.isExecutableFile(atPath: path), "\(path)")
    }
  }
}
