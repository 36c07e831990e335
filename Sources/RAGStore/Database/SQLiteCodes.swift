import CSQLite
import Glibc

// Extended result codes, which are macros that Swift does not import.

/// The file ends before; SQLite's name is `SQLITE_IOERR_SHORT_READ`.
let sqliteShortRead = SQLITE_IOERR | 2 << 8
/// `SQLITE_IOERR_READ`.
let sqliteReadFailed = SQLITE_IOERR | 1 << 8
/// `SQLITE_IOERR_WRITE`.
let sqliteWriteFailed = SQLITE_IOERR | 3 << 8
/// A page that does not match its checksum; `SQLITE_IOERR_DATA`.
let sqliteDamagedPage = SQLITE_IOERR | 32 << 8
/// The device cannot read what the file holds; `SQLITE_IOERR_CORRUPTFS`.
let sqliteUnreadable = SQLITE_IOERR | 33 << 8

/// The result of a read of the VFS below. SQLite would take what the device cannot read for damage to
/// the database.
func readResult(_ result: CInt) -> CInt { result == sqliteUnreadable ? sqliteReadFailed : result }

/// Reads once more what the device did not give, before it counts as lost.
func readTwice(_ read: () -> CInt) -> CInt {
  let result = read()
  return result == sqliteUnreadable ? read() : result
}

/// Runs a call of the VFS below, whose error is that the device is full wherever the system says
/// so: SQLite itself does for writes alone, and not where a limit on the size of files is the reason.
func tellingLackOfRoom(_ call: () -> CInt) -> CInt {
  errno = 0
  let result = call()
  let isLack = result & 0xFF == SQLITE_IOERR && [ENOSPC, EDQUOT, EFBIG].contains(errno)
  return isLack ? SQLITE_FULL : result
}
