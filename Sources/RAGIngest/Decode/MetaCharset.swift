/// Finds the encoding that an HTML page declares in a `<meta>` element.
///
/// After the prescan of the HTML standard, section 13.2.3.2: `<meta charset=x>` and
/// `<meta http-equiv=content-type content="…; charset=x">`, comments skipped; and the
/// declaration of XHTML, `<?xml … encoding="x"?>`.
enum MetaCharset {
  private static let sampleByteCount = 4 << 10

  /// The label of the first declaration, or nil.
  static func find(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
    let head = bytes.prefix(sampleByteCount).map { byte in
      (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
    var offset = 0
    while let open = head[offset...].firstIndex(of: UInt8(ascii: "<")) {
      let rest = head[(open + 1)...]
      if rest.starts(with: "!--".utf8) {
        offset = end(of: "-->", in: head, from: open + 2) ?? head.count
      } else if rest.starts(with: "meta".utf8) || rest.starts(with: "?xml".utf8) {
        let close = tagEnd(in: head, from: open + 5)
        let attributes = attributes(of: head[min(open + 5, close)..<close])
        let isXML = rest.starts(with: "?xml".utf8)
        if let label = isXML ? attributes["encoding"] : attributes["charset"] { return label }
        if let content = attributes["content"], attributes["http-equiv"] == "content-type",
          let label = label(inContentType: content)
        {
          return label
        }
        offset = close
      } else {
        offset = open + 1
      }
    }
    return nil
  }

  private static func end(of marker: String, in head: [UInt8], from start: Int) -> Int? {
    let marker = Array(marker.utf8)
    var offset = start
    while offset + marker.count <= head.count {
      if head[offset...].starts(with: marker) { return offset + marker.count }
      offset += 1
    }
    return nil
  }

  private static func tagEnd(in head: [UInt8], from start: Int) -> Int {
    var quote: UInt8?
    var offset = start
    while offset < head.count {
      let byte = head[offset]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        break
      }
      offset += 1
    }
    return offset
  }

  /// The attributes of a tag's inside, the first of each name.
  private static func attributes(of tag: ArraySlice<UInt8>) -> [String: String] {
    var attributes: [String: String] = [:]
    var rest = tag
    func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: "/") }
    while true {
      rest = rest.drop(while: isSpace)
      guard !rest.isEmpty else { return attributes }
      let name = rest.prefix { !isSpace($0) && $0 != UInt8(ascii: "=") }
      rest = rest.dropFirst(name.count).drop { $0 <= 0x20 }
      guard rest.first == UInt8(ascii: "=") else {
        if name.isEmpty { rest = rest.dropFirst() }
        continue
      }
      rest = rest.dropFirst().drop { $0 <= 0x20 }
      let value: ArraySlice<UInt8>
      if let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
        rest = rest.dropFirst()
        value = rest.prefix { $0 != quote }
        rest = rest.dropFirst(value.count + 1)
      } else {
        value = rest.prefix { $0 > 0x20 && $0 != UInt8(ascii: ">") }
        rest = rest.dropFirst(value.count)
      }
      let key = String(decoding: name, as: UTF8.self)
      if attributes[key] == nil { attributes[key] = String(decoding: value, as: UTF8.self) }
    }
  }

  /// The label in `text/html; charset=label`.
  private static func label(inContentType content: String) -> String? {
    let bytes = Array(content.utf8)
    guard let start = end(of: "charset", in: bytes, from: 0) else { return nil }
    let rest = bytes[start...].drop { $0 <= 0x20 }
    guard rest.first == UInt8(ascii: "=") else { return nil }
    let value = rest.dropFirst().drop { $0 <= 0x20 || $0 == 0x22 || $0 == 0x27 }
    let label = value.prefix { $0 > 0x20 && $0 != UInt8(ascii: ";") && $0 != 0x22 && $0 != 0x27 }
    return label.isEmpty ? nil : String(decoding: label, as: UTF8.self)
  }
}
