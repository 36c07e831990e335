import CLibXML2
import Glibc
import RAGCore

/// Builds an ``HTMLTree`` from the events of libxml2's parser.
///
/// The parser works on ``HTMLMarkup``, whose offsets are those of the page. Each piece of text is
/// compared with the page at the place that the parser names, so that a wrong place is never
/// taken.
final class HTMLTreeBuilder {
  private var tree: HTMLTree
  private let markup: [UInt8]
  private let limits: Limits
  private var failure: RAGError?
  private var nodeCount: Int
  /// Offset after the last text.
  private var textEnd = 0
  /// Names are interned by the parser: one address, one name.
  private var tags: [UnsafePointer<xmlChar>: HTMLTag] = [:]
  private var attributeNames: [UnsafePointer<xmlChar>: HTMLAttributeName?] = [:]
  private var parser: htmlParserCtxtPtr?

  /// The parser searches all open elements for each stray end tag. The search that may turn out
  /// to be one, and the sum of those that did.
  private var pendingSearch = 0
  private var searchWork = 0

  private init(source: [UInt8], markup: HTMLMarkup, limits: Limits) {
    tree = HTMLTree(source: source)
    self.markup = markup.bytes
    self.limits = limits
    nodeCount = markup.blankedAttributeCount
  }

  /// Parses a page.
  /// - Throws: ``RAGError`` of code `limitExceeded` over ``Limits/htmlNodeCount``.
  static func build(source: [UInt8], markup: HTMLMarkup, limits: Limits) throws -> HTMLTree {
    let builder = HTMLTreeBuilder(source: source, markup: markup, limits: limits)
    try builder.run()
    return builder.tree
  }

  private func run() throws {
    guard !markup.isEmpty else { return }
    guard let size = Int32(exactly: markup.count) else {
      throw RAGError(
        .limitExceeded, "the page is larger than 2 GiB, more than the HTML parser takes; split it")
    }
    xmlInitParser()
    let parser = markup.withUnsafeBytes { bytes in
      htmlCreateMemoryParserCtxt(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), size)
    }
    guard let parser else { throw RAGError(.io, "no memory for the HTML parser") }
    defer { htmlFreeParserCtxt(parser) }
    let options =
      HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
      | HTML_PARSE_NONET.rawValue | HTML_PARSE_IGNORE_ENC.rawValue | XML_PARSE_HUGE.rawValue
    htmlCtxtUseOptions(parser, Int32(bitPattern: UInt32(options)))
    // The bytes are UTF-8, whatever the page says of itself.
    parser.pointee.charset = Int32(XML_CHAR_ENCODING_UTF8.rawValue)
    parser.pointee.sax.pointee = Self.makeHandler()
    parser.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
    self.parser = parser
    htmlParseDocument(parser)
    self.parser = nil
    if let failure { throw failure }
    tree.finish()
  }

  /// The events that are listened to. `self` outlives the parser, which alone calls them.
  private static func makeHandler() -> xmlSAXHandler {
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.startElement = { context, name, attributes in
      HTMLTreeBuilder.from(context)?.startElement(name, attributes)
    }
    handler.endElement = { context, name in HTMLTreeBuilder.from(context)?.endElement(name) }
    handler.characters = { context, text, count in
      HTMLTreeBuilder.from(context)?.characters(text, Int(count))
    }
    handler.ignorableWhitespace = handler.characters
    // Scripts and styles.
    handler.cdataBlock = { _, _, _ in }
    handler.serror = { context, _ in HTMLTreeBuilder.from(context)?.parserError() }
    return handler
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> HTMLTreeBuilder? {
    context.map { Unmanaged<HTMLTreeBuilder>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: Events

  private func startElement(
    _ name: UnsafePointer<xmlChar>?,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
  ) {
    guard failure == nil, let name else { return stop() }
    tree.openElement(tag(name))
    count(1)
    guard var pair = attributes else { return }
    while let attribute = pair[0] {
      count(1)
      if let known = attributeName(attribute) {
        let value = pair[1]
        tree.addAttribute(
          known, UnsafeBufferPointer(start: value, count: value.map { Int(xmlStrlen($0)) } ?? 0))
      }
      pair += 2
    }
  }

  private func endElement(_ name: UnsafePointer<xmlChar>?) {
    pendingSearch = 0
    guard failure == nil, let name else { return }
    // At the end of the page the parser forgets a last unfinished tag without an event.
    let closed = tag(name)
    while let open = tree.openTag {
      tree.closeElement()
      if open == closed { return }
    }
  }

  private func characters(_ text: UnsafePointer<xmlChar>?, _ byteCount: Int) {
    guard failure == nil, let text, byteCount > 0, let range = place(of: text, byteCount) else {
      return
    }
    textEnd = range.upperBound
    if tree.addText(range) { count(1) }
  }

  private func parserError() {
    guard failure == nil, let parser else { return stop() }
    let code = parser.pointee.errNo
    guard
      code == Int32(XML_ERR_TAG_NAME_MISMATCH.rawValue)
        || code == Int32(XML_HTML_STRUCURE_ERROR.rawValue)
    else { return }
    searchWork += pendingSearch
    pendingSearch = tree.depth
    if searchWork / 128 > limits.htmlNodeCount {
      failure = RAGError(
        .limitExceeded,
        "the page nests its elements \(tree.depth) deep among stray end tags, more than "
          + "Limits.htmlNodeCount, \(limits.htmlNodeCount), allows for; close them")
      stop()
    }
  }

  private func count(_ added: Int) {
    nodeCount += added
    guard nodeCount > limits.htmlNodeCount, failure == nil else { return }
    failure = RAGError(
      .limitExceeded,
      "the page has more elements, attributes and text pieces than Limits.htmlNodeCount, "
        + "\(limits.htmlNodeCount); split it")
  }

  /// Ends the parse early. Not called among characters, where the parser reads on once more.
  private func stop() {
    if let parser { xmlStopParser(parser) }
  }

  // MARK: Places

  /// Where in the page a text of the parser stands.
  private func place(of text: UnsafePointer<xmlChar>, _ byteCount: Int) -> Range<Int>? {
    guard let input = parser?.pointee.input, let current = input.pointee.cur,
      let base = input.pointee.base
    else { return nil }
    let position = Int(input.pointee.consumed) + (current - base)
    // A literal `<` is reported before it is consumed, and so is the last character of a piece
    // of a long text; otherwise a text ends at the parser's position.
    var end = position
    if byteCount == 1, text[0] == UInt8(ascii: "<") {
      end += 1
    } else if position < markup.count, markup[position] != UInt8(ascii: "<") {
      end += markup.withUnsafeBufferPointer { UTF8Scan.sequence(in: $0, at: position).byteCount }
    }
    if matches(text, byteCount, at: end - byteCount) { return end - byteCount..<end }
    // Never seen with the version this was written for: search from where the last text ended.
    let candidates = textEnd..<max(textEnd, markup.count - byteCount + 1)
    let found = candidates.first { markup[$0] == text[0] && matches(text, byteCount, at: $0) }
    guard let found else {
      failure = RAGError(
        .unsupported,
        "this system's libxml2 reports text that is not in the page; use version 2.9 or later")
      return nil
    }
    return found..<found + byteCount
  }

  private func matches(_ text: UnsafePointer<xmlChar>, _ byteCount: Int, at start: Int) -> Bool {
    guard start >= textEnd, start + byteCount <= markup.count else { return false }
    return markup.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return false }
      return memcmp(base + start, text, byteCount) == 0
    }
  }

  // MARK: Names

  private func tag(_ name: UnsafePointer<xmlChar>) -> HTMLTag {
    if let tag = tags[name] { return tag }
    let tag = HTMLTag.byName[String(cString: name)] ?? .other
    tags[name] = tag
    return tag
  }

  private func attributeName(_ name: UnsafePointer<xmlChar>) -> HTMLAttributeName? {
    if let known = attributeNames[name] { return known }
    let known = HTMLAttributeName.byName[String(cString: name)]
    attributeNames[name] = .some(known)
    return known
  }
}
