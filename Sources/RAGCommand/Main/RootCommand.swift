import ArgumentParser

/// `rag`: the subcommands, and what all of them share in words.
struct RootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rag",
    abstract: "Ask your documents questions, and get answers with citations.",
    discussion: """
      Start with an index of a directory, then ask it:

        rag ingest ~/notes
        rag query "when does the lease end?"

      The index is the directory .rag, or what --index or RAG_INDEX names. The embedding model is \
      the one that tools/model fetches, or what --encoder or RAG_ENCODER names.

      Settings: every flag that stands for a setting (--index, --encoder, --dimensions, \
      --precision, --query-prefix, --passage-prefix, --reranker, --mode, --model-command, \
      --model-url, --model, --model-api, --model-key-file, --tokenizer, --color) may also be given as an \
      environment variable (RAG_INDEX, RAG_ENCODER, RAG_DIMENSIONS, RAG_PRECISION, \
      RAG_QUERY_PREFIX, RAG_PASSAGE_PREFIX, RAG_RERANKER, RAG_MODE, RAG_MODEL_COMMAND, \
      RAG_MODEL_URL, RAG_MODEL, RAG_MODEL_API, RAG_MODEL_KEY_FILE, \
      RAG_TOKENIZER, RAG_COLOR) or as a member of \
      $XDG_CONFIG_HOME/rag/config.json ({"index": "/home/me/.rag"}); flags win over variables, \
      variables over the file. A key for --model-url is taken from RAG_MODEL_KEY too.

      Exit status: 0 done; 1 nothing found, no answer in the documents, or --fail-under missed; 2 \
      an error; 3 done, but some files failed or a repair lost something; 64 wrong usage; 74 reading \
      or writing failed, or the disk is full; 75 another process is writing to the index; 130 interrupted.
      """,
    version: Version.current,
    subcommands: [
      IngestCommand.self, QueryCommand.self, PromptCommand.self, SQLCommand.self, GetCommand.self,
      ExtractCommand.self, EmbedCommand.self, StatusCommand.self, DoctorCommand.self,
      DeleteCommand.self,
      VerifyCommand.self, RepairCommand.self, CompactCommand.self, BackupCommand.self,
      ExportCommand.self, ImportCommand.self, EvalCommand.self,
      BenchCommand.self,
    ])
}

/// The version of the command.
enum Version {
  static let current = "0.1.0"
}
