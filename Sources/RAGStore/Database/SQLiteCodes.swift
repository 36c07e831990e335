import CSQLite

// Extended result codes, which are macros that Swift does not import.

/// The file ends before; SQLite's name is `SQLITE_IOERR_SHORT_READ`.
let sqliteShortRead = SQLITE_IOERR | 2 << 8
/// `SQLITE_IOERR_WRITE`.
let sqliteWriteFailed = SQLITE_IOERR | 3 << 8
/// No room for the index of the log, `-shm`; `SQLITE_IOERR_SHMSIZE`.
let sqliteNoRoomForIndex = SQLITE_IOERR | 19 << 8
/// A page that does not match its checksum; `SQLITE_IOERR_DATA`.
let sqliteDamagedPage = SQLITE_IOERR | 32 << 8
/// The device cannot read what the file holds; `SQLITE_IOERR_CORRUPTFS`.
let sqliteUnreadable = SQLITE_IOERR | 33 << 8
