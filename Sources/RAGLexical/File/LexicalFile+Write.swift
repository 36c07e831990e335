package import RAGCore

extension LexicalFile {
  /// Writes the texts of files and of memory into one file, but for the excluded ones, in place of
  /// a file that may be there: a reader finds the old file or the whole new one, also after a
  /// crash.
  ///
  /// The ids ascend from each file to the next and to the memory. The bytes depend on the texts
  /// alone, not on the files that they came from.
  /// - Throws: ``RAGError`` of code `io`, `diskFull`, `readOnly` or `notFound` (the directory);
  ///   `corrupt` for a damaged file; `invalidInput` where ids do not ascend; `cancelled`.
  /// - Complexity: O(size of the files). Besides blocks, memory holds 4 bytes for each 4 KiB and 24
  ///   for each 32 terms of the new file, 16 for each 128 texts of one term, and 2 bits for each
  ///   text of a file that texts are excluded from.
  @discardableResult
  package static func write(
    merging files: [LexicalFile], excluding: IDSet? = nil, adding memory: LexicalMemory? = nil,
    to path: String
  ) throws -> FileStamp {
    let output = try FileOutput(path: path)
    let stamp = try SegmentMerge(
      files.map(\.segment) + (memory?.runs ?? []), excluding: excluding
    ).write(to: output, path: path)
    try output.commit()
    return stamp
  }
}
