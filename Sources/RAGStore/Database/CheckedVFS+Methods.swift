import CSQLite

/// The functions that SQLite calls for the VFS itself: opening a file is ours, the rest goes on.
extension CheckedVFS {
  static func methods(over base: sqlite3_vfs) -> sqlite3_vfs {
    var vfs = sqlite3_vfs()
    vfs.iVersion = 2
    vfs.szOsFile = CInt(CheckedFile.innerOffset) + base.szOsFile
    vfs.mxPathname = base.mxPathname
    vfs.xOpen = { vfs, name, file, flags, outFlags in
      guard let vfs = CheckedVFS.of(vfs), let file else { return SQLITE_CANTOPEN }
      return CheckedFile.open(file, name: name, flags: flags, outFlags: outFlags, vfs: vfs)
    }
    vfs.xDelete = { vfs, name, syncsDirectory in
      guard let base = CheckedVFS.of(vfs)?.base else { return SQLITE_IOERR }
      return tellingLackOfRoom { base.pointee.xDelete(base, name, syncsDirectory) }
    }
    vfs.xAccess = { vfs, name, flags, result in
      guard let base = CheckedVFS.of(vfs)?.base else { return SQLITE_IOERR }
      return base.pointee.xAccess(base, name, flags, result)
    }
    vfs.xFullPathname = { vfs, name, count, result in
      guard let base = CheckedVFS.of(vfs)?.base else { return SQLITE_CANTOPEN }
      return base.pointee.xFullPathname(base, name, count, result)
    }
    vfs.xRandomness = { vfs, count, result in
      guard let base = CheckedVFS.of(vfs)?.base else { return 0 }
      return base.pointee.xRandomness(base, count, result)
    }
    vfs.xSleep = { vfs, microseconds in
      guard let base = CheckedVFS.of(vfs)?.base else { return 0 }
      return base.pointee.xSleep(base, microseconds)
    }
    vfs.xCurrentTime = { vfs, result in
      guard let base = CheckedVFS.of(vfs)?.base else { return SQLITE_ERROR }
      return base.pointee.xCurrentTime(base, result)
    }
    vfs.xCurrentTimeInt64 = { vfs, result in
      guard let base = CheckedVFS.of(vfs)?.base else { return SQLITE_ERROR }
      return base.pointee.xCurrentTimeInt64(base, result)
    }
    vfs.xGetLastError = { vfs, count, result in
      guard let base = CheckedVFS.of(vfs)?.base else { return 0 }
      return base.pointee.xGetLastError(base, count, result)
    }
    // Extensions are loaded by functions that know nothing of files, so they need no detour.
    vfs.xDlOpen = base.xDlOpen
    vfs.xDlError = base.xDlError
    vfs.xDlSym = base.xDlSym
    vfs.xDlClose = base.xDlClose
    return vfs
  }

  private static func of(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> CheckedVFS? {
    // `init` put the object there, and it is never freed.
    vfs?.pointee.pAppData.map { Unmanaged<CheckedVFS>.fromOpaque($0).takeUnretainedValue() }
  }
}
