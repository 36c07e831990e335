import Foundation

/// A part of a call of a tool: the whole, or a fragment of which others follow. What is not told
/// is nil or empty.
struct ToolCallPart: Hashable {
  /// The number of the call in its turn.
  var index: Int?
  var id = ""
  var name = ""
  /// More of the text of the arguments.
  var arguments = ""
}

/// The form in which OpenAI and Ollama send a part.
extension ToolCallPart: Decodable {
  private enum Key: String, CodingKey { case index, id, function }

  private struct Function: Decodable {
    let name: String?
    let arguments: ToolArguments?
  }

  init(from decoder: any Decoder) throws {
    let part = try decoder.container(keyedBy: Key.self)
    let function = try part.decodeIfPresent(Function.self, forKey: .function)
    self.init(
      index: try part.decodeIfPresent(Int.self, forKey: .index),
      id: try part.decodeIfPresent(String.self, forKey: .id) ?? "", name: function?.name ?? "",
      arguments: function?.arguments?.text ?? "")
  }
}

/// Arguments, or a fragment of their text; some services send the object itself.
struct ToolArguments: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let text = try? value.decode(String.self) {
      self.text = text
    } else {
      let object = try value.decode([String: JSONValue].self)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // An object without members may be filled by the fragments that follow.
      text =
        object.isEmpty ? "" : String(decoding: try encoder.encode(object), as: UTF8.self)
    }
  }
}

/// Any JSON.
private enum JSONValue: Codable {
  case null
  case bool(Bool)
  /// Keeps the digits of a large integer.
  case decimal(Decimal)
  /// A number beyond the range of decimals.
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let decimal = try? value.decode(Decimal.self) {
      self = .decimal(decimal)
    } else if let double = try? value.decode(Double.self) {
      self = .double(double)
    } else if let string = try? value.decode(String.self) {
      self = .string(string)
    } else if let array = try? value.decode([JSONValue].self) {
      self = .array(array)
    } else {
      self = .object(try value.decode([String: JSONValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .bool(let bool): try value.encode(bool)
    case .decimal(let decimal): try value.encode(decimal)
    case .double(let double): try value.encode(double)
    case .string(let string): try value.encode(string)
    case .array(let array): try value.encode(array)
    case .object(let object): try value.encode(object)
    }
  }
}
