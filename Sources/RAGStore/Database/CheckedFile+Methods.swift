import CSQLite
import RAGCore

/// The functions that SQLite calls for a file: reads, writes and syncs are looked at, the rest
/// goes on to the file below.
///
/// Version 2: memory-mapped reads (version 3) would pass the checks by.
extension CheckedFile {
  static var methods: sqlite3_io_methods {
    var methods = sqlite3_io_methods()
    methods.iVersion = 2
    addTransfers(&methods)
    addLocks(&methods)
    addSharedMemory(&methods)
    return methods
  }

  private static func addTransfers(_ methods: inout sqlite3_io_methods) {
    methods.xClose = { file in
      guard let file else { return SQLITE_IOERR }
      file.fields.pointee.writeBack.drop()
      return file.inner.methods.xClose(file.inner)
    }
    methods.xRead = { file, buffer, count, offset in
      guard let file, let buffer else { return SQLITE_IOERR }
      let bytes = UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
      switch file.fields.pointee.kind {
      case .database where file.vfs.verifies: return file.readDatabase(bytes, at: offset)
      case .database: return file.salvageDatabase(bytes, at: offset)
      case .log where file.vfs.verifies:
        let result = file.readLog(bytes, at: offset)
        if result != SQLITE_OK { file.dropWriteBack() }
        return result
      default: return file.readInner(bytes, at: offset)
      }
    }
    methods.xWrite = { file, buffer, count, offset in
      guard let file, let buffer else { return sqliteWriteFailed }
      switch file.fields.pointee.kind {
      case .database:
        return file.writeDatabase(
          UnsafeRawBufferPointer(start: buffer, count: Int(count)), at: offset)
      case .log:
        // A vacuum does not look between its pages.
        if Cancellation.isForwarded { return SQLITE_INTERRUPT }
        let fields = file.fields
        fields.pointee.unsyncedOffset = min(fields.pointee.unsyncedOffset, offset)
      case .other: break
      }
      return file.writeInner(buffer, Int(count), at: offset)
    }
    methods.xTruncate = { file, size in
      guard let inner = file?.inner else { return SQLITE_IOERR }
      return tellingLackOfRoom { inner.methods.xTruncate(inner, size) }
    }
    methods.xSync = { file, flags in
      guard let file, !file.fields.pointee.writeBack.isBroken else { return SQLITE_IOERR }
      let result = file.syncInner(flags)
      if result == SQLITE_OK { file.fields.pointee.unsyncedOffset = .max }
      return result
    }
    methods.xFileSize = { file, size in
      guard let inner = file?.inner else { return SQLITE_IOERR }
      return inner.methods.xFileSize(inner, size)
    }
    methods.xFileControl = { file, operation, argument in
      guard let file else { return SQLITE_NOTFOUND }
      let inner = file.inner
      switch operation {
      case SQLITE_FCNTL_CKPT_START: file.fields.pointee.writeBack.begin()
      case SQLITE_FCNTL_CKPT_DONE:
        file.fields.pointee.writeBack.end { page, offset in
          // A power failure may keep any of the writes since the last sync.
          let result = file.syncInner(SQLITE_SYNC_NORMAL)
          guard result == SQLITE_OK else { return result }
          return file.writeInner(page, PageChecksum.pageSize, at: offset)
        }
      default: break
      }
      return inner.methods.xFileControl(inner, operation, argument)
    }
    methods.xSectorSize = { file in
      guard let inner = file?.inner else { return 0 }
      return inner.methods.xSectorSize(inner)
    }
    methods.xDeviceCharacteristics = { file in
      guard let inner = file?.inner else { return 0 }
      return inner.methods.xDeviceCharacteristics(inner)
    }
  }

  private static func addLocks(_ methods: inout sqlite3_io_methods) {
    methods.xLock = { file, level in
      guard let inner = file?.inner else { return SQLITE_IOERR }
      return inner.methods.xLock(inner, level)
    }
    methods.xUnlock = { file, level in
      guard let inner = file?.inner else { return SQLITE_IOERR }
      return inner.methods.xUnlock(inner, level)
    }
    methods.xCheckReservedLock = { file, result in
      guard let inner = file?.inner else { return SQLITE_IOERR }
      return inner.methods.xCheckReservedLock(inner, result)
    }
  }

  /// The `unix` VFS has these for every database file, and SQLite calls them for no other.
  private static func addSharedMemory(_ methods: inout sqlite3_io_methods) {
    methods.xShmMap = { file, region, size, extends, memory in
      guard let inner = file?.inner else { return SQLITE_IOERR }
      return tellingLackOfRoom {
        inner.methods.xShmMap(inner, region, size, extends, memory)
      }
    }
    methods.xShmLock = { file, offset, count, flags in
      guard let inner = file?.inner else { return SQLITE_IOERR }
      return inner.methods.xShmLock(inner, offset, count, flags)
    }
    methods.xShmBarrier = { file in
      guard let inner = file?.inner else { return }
      inner.methods.xShmBarrier(inner)
    }
    methods.xShmUnmap = { file, deletes in
      guard let inner = file?.inner else { return SQLITE_OK }
      return inner.methods.xShmUnmap(inner, deletes)
    }
  }
}
