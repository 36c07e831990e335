// swift-tools-version: 6.1

import PackageDescription

let support = Target.Dependency.target(name: "BenchmarkSupport")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func benchmark(_ name: String, _ products: [String]) -> Target {
  .executableTarget(
    name: name,
    dependencies: [support, arguments] + products.map { .product(name: $0, package: "RAG") })
}

let package = Package(
  name: "Benchmarks",
  traits: [.trait(name: "HTTP", description: "The benchmark `answer`, of models behind HTTP")],
  dependencies: [
    .package(
      name: "RAG", path: "..", traits: [.trait(name: "HTTP", condition: .when(traits: ["HTTP"]))]),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .target(name: "BenchmarkSupport"),
    benchmark("ann", ["RAGIndex"]),
    benchmark("encoder", ["RAGEmbed"]),
    benchmark("tokenizer", ["RAGEmbed"]),
    benchmark("query", ["RAG", "RAGEmbed"]),
    benchmark("store", ["RAG"]),
    benchmark("answer", ["RAG", "RAGEmbed", "RAGHTTP"]),
  ],
  swiftLanguageModes: [.v6]
)
