#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H

#include <sqlite3.h>
#include <string.h>

// The first place of some bytes in others, or NULL, in a time of the sum of their lengths. The C
// library has it, and shows it only to those who ask for more than the standard.
static inline const void *rag_first_place(
    const void *text, size_t count, const void *part, size_t part_count) {
  extern void *memmem(const void *, size_t, const void *, size_t);
  return memmem(text, count, part, part_count);
}

// Keeps `-wal` and `-shm` when the last connection closes, so that a reader in a directory that
// it cannot write still finds them. Returns an SQLite result code.
static inline int rag_sqlite_persist_wal(void *database) {
  int on = 1;
  return sqlite3_file_control((sqlite3 *)database, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
}

// Says whether the last connection writes the log back when it closes. Returns an SQLite result code.
static inline int rag_sqlite_write_back_on_close(void *database, int on) {
  return sqlite3_db_config((sqlite3 *)database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !on, (int *)0);
}

// Refuses SQL from the file itself (triggers, views) that could do harm, and shadow table writes.
static inline int rag_sqlite_set_defensive(void *database) {
  return sqlite3_db_config((sqlite3 *)database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}

// Makes a connection as harmless as it can be: defensive, no extensions, no triggers, functions of
// the schema only if innocuous, and "name" never a string. Returns an SQLite result code.
static inline int rag_sqlite_harden(void *database) {
  static const int switches[][2] = {
      {SQLITE_DBCONFIG_DEFENSIVE, 1},           {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}, {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
      {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0}, {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
      {SQLITE_DBCONFIG_DQS_DML, 0},
  };
  for (unsigned int i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
    int code = sqlite3_db_config((sqlite3 *)database, switches[i][0], switches[i][1], (int *)0);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

#endif
