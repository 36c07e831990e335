import ArgumentParser

/// What an index costs as it grows, ages and is opened, with vectors of the benchmark's own.
@main
struct StoreBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "Measures growth, updates, opening and cancelling of an index, and prints JSON.",
    discussion: """
      Documents are one chunk of words with frequencies of a natural language, and a vector of 384 \
      elements around one of a thousand centres, where no encoder makes it. Indexes are made below \
      --folder.

        store growth --chunks 100000   time, bytes written and size at each step up to there
        store cycles                   file, memory and recall after 50 cycles of replacing a tenth
                                       of 10,000 documents, against a fresh index
        store ingest DIR --encoder DIR what an ingest takes, against its encoder alone
        store memory --rag FILE        what 'rag ingest' takes of 1,000, 10,000 and 100,000 files
        store filters                  searches that few or many documents may answer
        store cancel --encoder DIR     searches and writes that are cancelled at random moments
        store opening DIR              opens an index in a process that holds nothing else
        store footprint DIR            memory of an index that is opened and searched
      """,
    subcommands: [
      Growth.self, Cycles.self, Ingest.self, Memory.self, Filters.self, Cancel.self,
      Opening.self, Footprint.self,
    ])
}
