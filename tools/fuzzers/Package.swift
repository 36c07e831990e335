// swift-tools-version: 6.1

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A module of the engine, through the link to its sources: a dependency on the root package would
/// also build the command, under instrumentation that it has no use for here.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Modules/\(name)", swiftSettings: settings)
}

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let package = Package(
  name: "Fuzzers",
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    module("CRAGKernels"),
    module("COpenBLAS"),
    .systemLibrary(name: "CLibXML2", path: "Modules/CLibXML2", pkgConfig: "libxml-2.0"),
    .systemLibrary(name: "CSQLite", path: "Modules/CSQLite", pkgConfig: "sqlite3"),
    module("RAGCore", ["CRAGKernels"]),
    module("RAGIngest", ["RAGCore", "CLibXML2"]),
    module(
      "RAGEmbed",
      ["RAGCore", "CRAGKernels", "COpenBLAS", .product(name: "Crypto", package: "swift-crypto")]),
    module("RAGIndex", ["RAGCore", "CRAGKernels"]),
    module("RAGLexical", ["RAGCore", "CRAGKernels"]),
    module("RAGStore", ["RAGCore", "RAGIndex", "RAGLexical", "CSQLite", grdb]),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "RAGCore", "RAGIngest", "RAGEmbed", "RAGIndex", "RAGLexical", "RAGStore", grdb,
      ],
      // libFuzzer brings `main`.
      swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]),
  ],
  swiftLanguageModes: [.v6]
)
