import RAG

/// JSON that a model wrote by a schema, and how it came about, as JSON.
struct StructuredView: Encodable {
  /// What the model wrote; nil where nothing conforms.
  var value: JSONText?
  /// Whether the documents do not hold what was asked for.
  var abstained: Bool
  /// Source numbers that were taken out of texts.
  var removedMarkerCount: Int
  /// Every answer of the model, in order.
  var attempts: [Attempt]

  /// An answer of the model.
  struct Attempt: Encodable {
    var number: Int
    /// What was wrong with it; nil for the one that was taken.
    var problem: String?
  }

  init(_ answer: StructuredAnswer) throws {
    value = try answer.json.map { JSONText(value: try JSONValue(json: $0)) }
    abstained = answer.abstained
    removedMarkerCount = answer.removedMarkerCount
    attempts = (answer.reflection?.attempts ?? []).map {
      Attempt(number: $0.number, problem: $0.verdict.reason)
    }
  }

  /// Any JSON.
  struct JSONText: Encodable {
    let value: JSONValue

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch value {
      case .null: try container.encodeNil()
      case .bool(let bool): try container.encode(bool)
      case .integer(let integer): try container.encode(integer)
      case .number(let number): try container.encode(number)
      case .string(let string): try container.encode(string)
      case .array(let elements): try container.encode(elements.map(JSONText.init))
      case .object(let members): try container.encode(members.mapValues(JSONText.init))
      }
    }
  }
}
