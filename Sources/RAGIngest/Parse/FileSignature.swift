/// Recognizes the formats that are not texts, by their first bytes or their extension.
enum FileSignature {
  /// Why a file is skipped, naming the remedy, or nil when nothing is known against it.
  static func skipReason(head: ArraySlice<UInt8>, pathExtension: String?) -> String? {
    if let format = signatures.first(where: { head.starts(with: $0.bytes) })?.format {
      // Office documents and books are zip archives: the extension tells them apart.
      if format == .zip, let name = pathExtension, let document = documents[name] {
        return document.reason(pathExtension: name)
      }
      if format == .pdf { return documents["pdf"]?.reason(pathExtension: pathExtension ?? "pdf") }
      if format == .rtf { return documents["rtf"]?.reason(pathExtension: pathExtension ?? "rtf") }
      if format == .oldOffice, let name = pathExtension, let document = documents[name] {
        return document.reason(pathExtension: name)
      }
      return format.rawValue
    }
    guard let pathExtension else { return nil }
    return documents[pathExtension]?.reason(pathExtension: pathExtension)
      ?? others[pathExtension]?.rawValue
  }

  /// A document format that a converter turns into text.
  private struct DocumentFormat {
    var name: String
    var converter: String

    func reason(pathExtension: String) -> String {
      "\(name) is not read directly; convert it with --convert '.\(pathExtension)=\(converter)'"
    }
  }

  private static let documents: [String: DocumentFormat] = [
    "pdf": DocumentFormat(name: "PDF", converter: "pdftotext {} -"),
    "doc": DocumentFormat(name: "DOC", converter: "antiword {}"),
    "docx": DocumentFormat(name: "DOCX", converter: "pandoc -t plain {}"),
    "odt": DocumentFormat(name: "ODT", converter: "pandoc -t plain {}"),
    "rtf": DocumentFormat(name: "RTF", converter: "pandoc -t plain {}"),
    "epub": DocumentFormat(name: "EPUB", converter: "pandoc -t plain {}"),
    "ppt": DocumentFormat(name: "PPT", converter: "catppt {}"),
    "pptx": DocumentFormat(name: "PPTX", converter: "markitdown {}"),
    "odp": DocumentFormat(name: "ODP", converter: "odt2txt {}"),
    "xls": DocumentFormat(name: "XLS", converter: "xls2csv {}"),
    "xlsx": DocumentFormat(name: "XLSX", converter: "xlsx2csv {}"),
    "ods": DocumentFormat(name: "ODS", converter: "odt2txt {}"),
    "ps": DocumentFormat(name: "PostScript", converter: "ps2ascii {}"),
    "djvu": DocumentFormat(name: "DjVu", converter: "djvutxt {}"),
    "mobi": DocumentFormat(name: "MOBI", converter: "mobitool -d {}"),
  ]

  /// Formats without a converter to text, with the reason to give.
  private enum Format: String {
    case pdf = "PDF"
    case rtf = "RTF"
    case oldOffice = "a binary office document"
    case zip = "a zip archive (archives are not unpacked)"
    case compressed = "compressed data (not unpacked; decompress it first)"
    case archive = "an archive (archives are not unpacked)"
    case image = "an image"
    case sound = "sound or video"
    case program = "a program or compiled code"
    case database = "a database"
    case font = "a font"
    case weights = "model weights or arrays"
  }

  private static let signatures: [(bytes: [UInt8], format: Format)] = [
    (Array("%PDF-".utf8), .pdf),
    (Array("{\\rtf".utf8), .rtf),
    ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .oldOffice),
    ([0x50, 0x4B, 0x03, 0x04], .zip),
    ([0x50, 0x4B, 0x05, 0x06], .zip),
    ([0x1F, 0x8B], .compressed),
    ([0x42, 0x5A, 0x68], .compressed),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .compressed),
    ([0x28, 0xB5, 0x2F, 0xFD], .compressed),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .archive),
    (Array("Rar!".utf8) + [0x1A], .archive),
    (Array("!<arch>\n".utf8), .archive),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .image),
    ([0xFF, 0xD8, 0xFF], .image),
    (Array("GIF8".utf8), .image),
    ([0x49, 0x49, 0x2A, 0x00], .image),
    ([0x4D, 0x4D, 0x00, 0x2A], .image),
    (Array("OggS".utf8), .sound),
    (Array("fLaC".utf8), .sound),
    (Array("RIFF".utf8), .sound),
    ([0x7F, 0x45, 0x4C, 0x46], .program),
    ([0x00, 0x61, 0x73, 0x6D], .program),
    ([0xCA, 0xFE, 0xBA, 0xBE], .program),
    ([0xCF, 0xFA, 0xED, 0xFE], .program),
    (Array("SQLite format 3".utf8) + [0], .database),
    (Array("wOFF".utf8), .font),
    (Array("wOF2".utf8), .font),
    ([0x93] + Array("NUMPY".utf8), .weights),
    (Array("GGUF".utf8), .weights),
  ]

  private static let others: [String: Format] = {
    let names: [(Format, String)] = [
      (.zip, "zip jar war apk ipa whl"),
      (.compressed, "gz tgz bz2 xz zst lz4 br z lzma"),
      (.archive, "tar 7z rar deb rpm cab iso dmg a ar cpio"),
      (.image, "png jpg jpeg gif webp bmp ico tif tiff heic avif svg psd"),
      (.sound, "mp3 mp4 m4a m4v wav ogg opus flac aac avi mov mkv webm wmv"),
      (.program, "exe dll so dylib o obj class pyc pyo wasm bin"),
      (.database, "sqlite sqlite3 db mdb parquet"),
      (.font, "ttf otf woff woff2 eot"),
      (.weights, "safetensors npy npz pt pth onnx gguf"),
    ]
    var others: [String: Format] = [:]
    for (format, list) in names {
      for name in list.split(separator: " ") { others[String(name)] = format }
    }
    return others
  }()
}
