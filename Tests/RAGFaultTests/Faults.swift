import Testing

/// Faults and damage, done to the real command. One after the other: each keeps all processors
/// busy, and counts processes of its own.
///
/// Bounded in every run of the tests; `tools/faults` runs all of it.
@Suite("Under faults", .serialized)
enum Faults {}
