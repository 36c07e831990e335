import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension String {
  /// The path from the root, without `.`, `..` and a slash at its end. Links are not followed, except
  /// before a `..`, which leads out of what they lead to.
  package var absolutePath: String {
    let base = utf8.first == Self.slash ? "" : FileManager.default.currentDirectoryPath
    var path = base == "/" ? "" : base
    for part in pathParts {
      if part == ".." {
        path = (path.resolvedPath ?? path).parentPath
        if path == "/" { path = "" }
      } else {
        path += "/" + part
      }
    }
    return path.isEmpty ? "/" : path
  }

  /// The path by which an ingest names a file: absolute, and without links above its own name. Of
  /// directories that are not there the names are taken as they are.
  package var locatedPath: String {
    let path = absolutePath
    guard path != "/", let name = path.pathParts.last else { return path }
    let parent = path.parentPath.resolvedPath ?? path.parentPath.locatedPath
    return (parent == "/" ? "" : parent) + "/" + name
  }

  /// The absolute path without links; nil where it leads nowhere.
  package var resolvedPath: String? {
    guard !utf8.contains(0), let resolved = realpath(self, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The names in a path, by its bytes: to characters, a slash before a combining mark is none.
  package var pathParts: [String] {
    utf8.split(separator: Self.slash).map { String(Substring($0)) }.filter { $0 != "." }
  }

  /// The directory of an absolute path.
  private var parentPath: String {
    "/" + pathParts.dropLast().joined(separator: "/")
  }

  private static var slash: UInt8 { UInt8(ascii: "/") }
}
