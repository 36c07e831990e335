import Foundation
import RAG

/// How a place in a document is named to people.
struct SourceName {
  /// The path, relative where it lies below the working directory, or the id.
  let path: String
  /// Title and headings, outermost first; each once.
  let title: String

  init(_ document: Hit.DocumentReference, headings: [String]) {
    let here = FileManager.default.currentDirectoryPath + "/"
    let name = document.id
    path = Printable.line(name.hasPrefix(here) ? String(name.dropFirst(here.count)) : name)
    var parts: [String] = []
    for part in [document.title ?? ""] + headings {
      let part = Self.shortened(Printable.line(part))
      if !part.isEmpty, part != parts.last { parts.append(part) }
    }
    title = parts.joined(separator: " › ")
  }

  /// Some pages have whole paragraphs for headings.
  private static func shortened(_ heading: String) -> String {
    heading.count > 80 ? heading.prefix(79) + "…" : heading
  }
}
