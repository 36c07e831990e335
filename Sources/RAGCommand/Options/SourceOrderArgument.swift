public import ArgumentParser
public import RAG

/// The orders are also values of options.
extension PromptComposer.SourceOrder: ExpressibleByArgument {}
