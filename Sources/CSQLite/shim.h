#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H

#include <sqlite3.h>

// Keeps `-wal` and `-shm` when the last connection closes, so that a reader in a directory that
// it cannot write still finds them. Returns an SQLite result code.
static inline int rag_sqlite_persist_wal(void *database) {
  int on = 1;
  return sqlite3_file_control((sqlite3 *)database, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
}

// Refuses SQL from the file itself (triggers, views) that could do harm, and shadow table writes.
static inline int rag_sqlite_set_defensive(void *database) {
  return sqlite3_db_config((sqlite3 *)database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}

#endif
