public import ArgumentParser
public import RAGEmbed

/// `--precision f32`
extension EncoderPrecision: ExpressibleByArgument {}
