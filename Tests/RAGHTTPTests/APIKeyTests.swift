import Foundation
import RAGCore
import Testing

@testable import RAGHTTP

@Suite("A key")
struct APIKeyTests {
  private func withFile(
    _ text: String, mode: Int, _ body: (String) throws -> Void
  ) throws {
    let path = NSTemporaryDirectory() + "key-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(
      FileManager.default.createFile(
        atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
    // The umask may have taken rights away.
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    try body(path)
  }

  @Test("is read from a variable or a private file, without blanks around it")
  func sources() throws {
    #expect(try APIKey(environment: "K", in: ["K": " \(secret)\n"]).secret == secret)
    for mode in [0o600, 0o400] {
      try withFile("\(secret)\r\n", mode: mode) { path in
        let key = try APIKey(file: path)
        #expect(key.secret == secret)
      }
    }
  }

  @Test("is refused from a file that others can read or write", arguments: [0o644, 0o640, 0o602])
  func openFile(mode: Int) throws {
    try withFile(secret, mode: mode) { path in
      let error = #expect(throws: RAGError.self) { try APIKey(file: path) }
      #expect(error?.code == .invalidInput)
      #expect(error?.path == path)
      #expect(error?.message.contains("chmod 600") == true)
    }
  }

  @Test("that is missing is said to be so, with the remedy")
  func missing() throws {
    for environment in [[:], ["K": ""]] {
      let error = #expect(throws: RAGError.self) {
        try APIKey(environment: "K", in: environment)
      }
      #expect(error?.code == .notFound)
      #expect(error?.message.contains("set the environment variable K") == true)
    }
    #expect(throws: RAGError.self) { try APIKey(file: "/no/such/file") }
    #expect(throws: RAGError.self) { try APIKey(file: "/") }
    #expect(throws: RAGError.self) { try APIKey(file: "/dev/zero") }
  }

  @Test(
    "that does not fit a header is refused and not quoted",
    arguments: [
      " ", "two words", "a\r\nx-evil: 1", "schlüssel", "nul\0", String(repeating: "k", count: 9000),
    ])
  func unusable(text: String) throws {
    let error = #expect(throws: RAGError.self) { try APIKey(environment: "K", in: ["K": text]) }
    #expect(error?.code == .invalidInput)
    #expect(error.map { "\($0)".contains(text) && text != " " } == false)
    try withFile(text, mode: 0o600) { path in
      #expect(throws: RAGError.self) { try APIKey(file: path) }
    }
  }

  @Test("is not shown, however it is printed")
  func hidden() throws {
    let key = try testKey()
    var dumped = ""
    dump(key, to: &dumped)
    dump([key as APIKey?], to: &dumped)
    for text in ["\(key)", String(reflecting: key), "\([key])", dumped] {
      #expect(!text.contains(secret))
      #expect(text.contains("TEST_KEY"))
    }
  }
}
