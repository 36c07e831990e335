#if HTTP
  import AsyncHTTPClient
  import Foundation
  import NIOHTTP1

  extension HTTPTransport {
    /// A request with the key and the fields that the service wants.
    func request(
      _ body: [UInt8], to url: String, accepting type: String
    ) -> HTTPClientRequest {
      var request = HTTPClientRequest(url: url)
      request.method = .POST
      request.headers = ["content-type": "application/json", "accept": type, "user-agent": "rag"]
      for (name, value) in fields { request.headers.add(name: name, value: value) }
      if let key {
        switch keyField {
        case .bearer: request.headers.add(name: "authorization", value: "Bearer \(key.secret)")
        case .named(let name): request.headers.add(name: name, value: key.secret)
        }
      }
      request.body = .bytes(body)
      return request
    }

    /// The media type in a `content-type` field.
    static func mediaType(_ field: String) -> String {
      field.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    }
  }
#endif
