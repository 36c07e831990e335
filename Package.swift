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

/// A library module of the engine: what it may import is exactly what is named here.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies,
    swiftSettings: settings)
}

let package = Package(
  name: "RAG",
  products: [
    .library(name: "RAGEmbed", targets: ["RAGEmbed"]),
    .library(name: "RAGIndex", targets: ["RAGIndex"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    // C: kernels and header shims only.
    .target(name: "CRAGKernels"),
    .target(name: "COpenBLAS"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    // The way of the data.
    module("RAGCore", []),
    module("RAGEmbed", ["RAGCore", "CRAGKernels", "COpenBLAS", crypto]),
    module("RAGIndex", ["RAGCore", "CRAGKernels"]),
    module("RAGStore", ["RAGCore", "RAGIndex", "CSQLite", grdb]),
    module("RAGRetrieve", ["RAGCore", "RAGIndex", "RAGStore"]),
    module("RAGEval", ["RAGCore"]),
    tests("RAGCore", []),
    tests("RAGEmbed", ["RAGCore", "CRAGKernels"]),
    tests("RAGIndex", ["RAGCore", "CRAGKernels"]),
    tests("RAGStore", ["RAGCore", "RAGIndex", grdb]),
    tests("RAGRetrieve", ["RAGCore", "RAGIndex"]),
    tests("RAGEval", ["RAGCore"]),
  ],
  swiftLanguageModes: [.v6]
)
