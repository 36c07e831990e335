public import ArgumentParser
public import RAG

/// `--content` takes the part of a page by its name.
extension PageContent: ExpressibleByArgument {}
