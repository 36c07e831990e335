// swift-tools-version: 6.1

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library module of the engine: what it may import is exactly what is named here.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
  name: "RAG",
  products: [
    .library(name: "RAGCore", targets: ["RAGCore"])
  ],
  targets: [
    module("RAGCore", [])
  ],
  swiftLanguageModes: [.v6]
)
