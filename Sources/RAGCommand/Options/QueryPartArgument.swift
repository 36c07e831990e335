public import ArgumentParser
public import RAGEval

/// `--queries odd`
extension QueryPart: ExpressibleByArgument {}
