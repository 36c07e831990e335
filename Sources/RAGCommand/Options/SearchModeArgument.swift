public import ArgumentParser
public import RAG

/// `--mode vector`
extension SearchMode: ExpressibleByArgument {}
