import Foundation

extension String {
  /// The path from the root, without `.`, `..` and a slash at its end; links are not followed.
  package var absolutePath: String {
    let path = URL(filePath: self).standardizedFileURL.path(percentEncoded: false)
    return path.utf8.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}
