// swift-tools-version: 6.1

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// A product of a package that only the trait HTTP needs.
func http(_ name: String, _ package: String) -> Target.Dependency {
  .product(name: name, package: package, condition: .when(traits: ["HTTP"]))
}

/// A library module of the engine: what it may import is exactly what is named here.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, exclude: exclude,
    swiftSettings: settings)
}

let package = Package(
  name: "RAG",
  products: [
    .library(name: "RAG", targets: ["RAG"]),
    .library(name: "RAGEmbed", targets: ["RAGEmbed"]),
    .library(name: "RAGIndex", targets: ["RAGIndex"]),
    .library(name: "RAGSQL", targets: ["RAGSQL"]),
    .library(name: "RAGHTTP", targets: ["RAGHTTP"]),
    .executable(name: "rag", targets: ["RAGCommand"]),
  ],
  traits: [
    .trait(name: "HTTP", description: "Models behind HTTP (RAGHTTP)"),
    // Off unless asked for: SwiftPM fetches every package that is not behind a trait.
    .default(enabledTraits: []),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),

    // Behind the trait HTTP.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
  ],
  targets: [
    // C: kernels and header shims only.
    .target(name: "CRAGKernels"),
    .target(name: "COpenBLAS"),
    .systemLibrary(
      name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    // The way of the data.
    module("RAGCore", ["CRAGKernels"]),
    module("RAGIngest", ["RAGCore", "CLibXML2"]),
    module("RAGEmbed", ["RAGCore", "CRAGKernels", "COpenBLAS", crypto]),
    module("RAGIndex", ["RAGCore", "CRAGKernels"]),
    module("RAGLexical", ["RAGCore", "CRAGKernels"]),
    module("RAGStore", ["RAGCore", "RAGIndex", "RAGLexical", "CSQLite", grdb]),
    module("RAGRetrieve", ["RAGCore", "RAGIndex", "RAGStore"]),
    module("RAGGenerate", ["RAGCore", "RAGLexical", "RAGRetrieve"]),
    module("RAGSQL", ["RAGCore", "RAGGenerate", "CSQLite"]),
    module(
      "RAGHTTP",
      [
        "RAGCore", http("AsyncHTTPClient", "async-http-client"), http("NIOCore", "swift-nio"),
        http("NIOHTTP1", "swift-nio"), http("NIOPosix", "swift-nio"),
        http("NIOSSL", "swift-nio-ssl"),
      ]),
    module(
      "RAG",
      [
        "RAGCore", "RAGIngest", "RAGEmbed", "RAGStore", "RAGRetrieve", "RAGGenerate", crypto,
      ]),
    module("RAGEval", ["RAGCore"]),
    .executableTarget(
      name: "RAGCommand",
      dependencies: ["RAG", "RAGEmbed", "RAGEval", "RAGHTTP", "RAGSQL", arguments],
      swiftSettings: settings),

    tests("RAGCore", []),
    tests("RAGIngest", ["RAGCore"]),
    tests("RAGEmbed", ["RAGCore", "CRAGKernels"], exclude: ["Fixtures"]),
    tests("RAGIndex", ["RAGCore", "CRAGKernels"]),
    tests("RAGLexical", ["RAGCore", "CSQLite"]),
    tests(
      "RAGStore", ["RAGCore", "RAGIndex", "RAGLexical", "CSQLite", grdb], exclude: ["Fixtures"]),
    tests("RAGRetrieve", ["RAGCore", "RAGIndex"]),
    tests("RAGGenerate", ["RAGCore", "RAGRetrieve"]),
    tests("RAGSQL", ["RAGCore", "RAGGenerate", "CSQLite"]),
    tests(
      "RAGHTTP",
      [
        "RAGCore", "RAGEmbed", http("Hummingbird", "hummingbird"), http("NIOCore", "swift-nio"),
        http("NIOPosix", "swift-nio"), http("NIOSSL", "swift-nio-ssl"),
      ]),
    tests("RAGEval", ["RAGCore"]),
    tests("RAG", ["RAGCore", "RAGEmbed", "RAGIndex", "RAGStore", "RAGRetrieve"]),
    tests("RAGCommand", ["RAG", "CSQLite"]),
    .testTarget(name: "RAGFaultTests", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
