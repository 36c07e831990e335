import RAGCore

/// The encodings that are decoded, by the name under which they are recorded.
enum TextEncoding: String, Sendable, CaseIterable {
  case utf8 = "utf-8"
  case utf16LittleEndian = "utf-16le"
  case utf16BigEndian = "utf-16be"
  case utf32LittleEndian = "utf-32le"
  case utf32BigEndian = "utf-32be"

  case gb18030
  case big5
  case shiftJIS = "shift_jis"
  case eucJP = "euc-jp"
  case eucKR = "euc-kr"
  case iso2022JP = "iso-2022-jp"

  case windows874 = "windows-874"
  case windows1250 = "windows-1250"
  case windows1251 = "windows-1251"
  case windows1252 = "windows-1252"
  case windows1253 = "windows-1253"
  case windows1254 = "windows-1254"
  case windows1255 = "windows-1255"
  case windows1256 = "windows-1256"
  case windows1257 = "windows-1257"
  case windows1258 = "windows-1258"
  case iso8859x2 = "iso-8859-2"
  case iso8859x3 = "iso-8859-3"
  case iso8859x4 = "iso-8859-4"
  case iso8859x5 = "iso-8859-5"
  case iso8859x6 = "iso-8859-6"
  case iso8859x7 = "iso-8859-7"
  case iso8859x8 = "iso-8859-8"
  case iso8859x10 = "iso-8859-10"
  case iso8859x13 = "iso-8859-13"
  case iso8859x14 = "iso-8859-14"
  case iso8859x15 = "iso-8859-15"
  case iso8859x16 = "iso-8859-16"
  case koi8R = "koi8-r"
  case koi8U = "koi8-u"
  case ibm866
  case macintosh

  /// How the bytes of an encoding form characters.
  enum Form {
    case utf8
    case utf16
    case utf32
    case singleByte
    case multiByte
    case escaped
  }

  var form: Form {
    switch self {
    case .utf8: .utf8
    case .utf16LittleEndian, .utf16BigEndian: .utf16
    case .utf32LittleEndian, .utf32BigEndian: .utf32
    case .gb18030, .big5, .shiftJIS, .eucJP, .eucKR: .multiByte
    case .iso2022JP: .escaped
    default: .singleByte
    }
  }

  /// The platform converter's name for the superset of this encoding that is met in practice
  /// (browsers read GB 2312 as GB 18030, Shift JIS as code page 932, EUC-KR as 949).
  var converterName: String {
    switch self {
    case .big5: "BIG5-HKSCS"
    case .shiftJIS: "CP932"
    case .eucJP, .iso2022JP: "EUC-JP-MS"
    case .eucKR: "CP949"
    case .windows874: "CP874"
    case .windows1250: "CP1250"
    case .windows1251: "CP1251"
    case .windows1253: "CP1253"
    case .windows1254: "CP1254"
    case .windows1255: "CP1255"
    case .windows1256: "CP1256"
    case .windows1257: "CP1257"
    case .windows1258: "CP1258"
    default: rawValue.uppercased()
    }
  }

  /// The encoding of a label as documents and protocols write it, or nil when unknown.
  ///
  /// Labels follow the Encoding Standard, section 4.2: `iso-8859-1` and `ascii` mean
  /// windows-1252, `gb2312` means gb18030.
  init?(label: some StringProtocol) {
    let trimmed = label.utf8.filter { $0 > 0x20 }
    let name = String(decoding: trimmed, as: UTF8.self).lowercased()
    if let encoding = Self(rawValue: name) ?? Self.aliases[name] {
      self = encoding
    } else {
      return nil
    }
  }

  /// The encoding that somebody names.
  /// - Throws: ``RAGError`` of code `invalidInput` when it is unknown.
  init(named name: String) throws {
    guard let encoding = TextEncoding(label: name) else {
      throw RAGError(
        .invalidInput,
        "unknown encoding '\(name)'; use a name such as utf-8, gb18030, big5, shift_jis, "
          + "euc-kr or windows-1252")
    }
    self = encoding
  }

  private static let aliases: [String: TextEncoding] = {
    let names: [(TextEncoding, String)] = [
      (.utf8, "utf8 unicode-1-1-utf-8 unicode11utf8 x-unicode20utf8"),
      (.utf16LittleEndian, "utf-16 utf16 utf16le ucs-2 unicode csunicode iso-10646-ucs-2"),
      (.utf16BigEndian, "utf16be unicodefffe"),
      (.utf32LittleEndian, "utf-32 utf32 utf32le ucs-4"),
      (.utf32BigEndian, "utf32be"),
      (
        .gb18030,
        """
        gb2312 gbk gb_2312 gb_2312-80 gb2312-80 x-gbk chinese csgb2312 csiso58gb231280 iso-ir-58 \
        cp936 ms936 windows-936 936 euc-cn euccn gb-18030
        """
      ),
      (.big5, "big5-hkscs big5hkscs cn-big5 csbig5 x-x-big5 cp950 windows-950 950"),
      (
        .shiftJIS,
        "sjis shift-jis shiftjis x-sjis ms_kanji csshiftjis ms932 cp932 windows-31j windows-932"
      ),
      (.eucJP, "eucjp x-euc-jp cseucpkdfmtjapanese ujis"),
      (
        .eucKR,
        """
        euckr korean cseuckr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 csksc56011987 \
        iso-ir-149 windows-949 cp949 uhc
        """
      ),
      (.iso2022JP, "iso2022jp csiso2022jp"),
      (.windows874, "cp874 tis-620 tis620 iso-8859-11 iso8859-11 dos-874"),
      (.windows1250, "cp1250 x-cp1250"),
      (.windows1251, "cp1251 x-cp1251 win-1251 win1251"),
      (
        .windows1252,
        """
        ascii us-ascii ansi_x3.4-1968 iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 \
        iso-ir-100 latin1 latin-1 l1 cp819 ibm819 cp1252 x-cp1252 csisolatin1 ansi
        """
      ),
      (.windows1253, "cp1253 x-cp1253"),
      (.windows1254, "cp1254 x-cp1254 iso-8859-9 iso8859-9 latin5 l5 csisolatin5 iso-ir-148"),
      (.windows1255, "cp1255 x-cp1255"),
      (.windows1256, "cp1256 x-cp1256"),
      (.windows1257, "cp1257 x-cp1257"),
      (.windows1258, "cp1258 x-cp1258"),
      (.iso8859x2, "iso8859-2 iso88592 iso_8859-2 latin2 l2 csisolatin2 iso-ir-101"),
      (.iso8859x3, "iso8859-3 latin3 l3 iso-ir-109"),
      (.iso8859x4, "iso8859-4 latin4 l4 iso-ir-110"),
      (.iso8859x5, "iso8859-5 iso88595 cyrillic csisolatincyrillic iso-ir-144"),
      (.iso8859x6, "iso8859-6 arabic asmo-708 ecma-114 iso-ir-127"),
      (.iso8859x7, "iso8859-7 greek greek8 ecma-118 elot_928 iso-ir-126"),
      (.iso8859x8, "iso8859-8 iso-8859-8-i hebrew visual logical iso-ir-138"),
      (.iso8859x10, "iso8859-10 latin6 l6 iso-ir-157"),
      (.iso8859x13, "iso8859-13 latin7 l7"),
      (.iso8859x14, "iso8859-14 latin8 l8"),
      (.iso8859x15, "iso8859-15 iso885915 latin9 latin-9 l9 csisolatin9"),
      (.iso8859x16, "iso8859-16 latin10 l10"),
      (.koi8R, "koi koi8 koi8_r cskoi8r"),
      (.koi8U, "koi8-ru"),
      (.ibm866, "cp866 866 csibm866"),
      (.macintosh, "mac macroman x-mac-roman csmacintosh"),
    ]
    var aliases: [String: TextEncoding] = [:]
    for (encoding, labels) in names {
      for label in labels.split(separator: " ") { aliases[String(label)] = encoding }
    }
    return aliases
  }()
}
