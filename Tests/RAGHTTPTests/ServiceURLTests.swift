import RAGCore
import Testing

@testable import RAGHTTP

@Suite("The URL of a service")
struct ServiceURLTests {
  @Test("loses only the slashes at its end")
  func description() throws {
    #expect(try ServiceURL("http://localhost:8080/v1//").description == "http://localhost:8080/v1")
    #expect(try ServiceURL("https://[::1]:9/").description == "https://[::1]:9")
    #expect(try ServiceURL("HTTPS://Example.com").host == "example.com")
  }

  @Test(
    "has a root, which is without the version",
    arguments: [
      ("http://localhost:8080/v1//", "http://localhost:8080"), ("http://a/x/v1", "http://a/x"),
      ("http://a/x//v1", "http://a/x"), ("http://a/v1/x", "http://a/v1/x"),
      ("http://v1", "http://v1"),
      ("http://a/xv1", "http://a/xv1"), ("http://a/v1/v1", "http://a/v1"),
      ("http://a/", "http://a"),
    ])
  func root(url: String, root: String) throws {
    #expect(try ServiceURL(url).root == root)
  }

  @Test(
    "of another form is refused and not quoted",
    arguments: [
      "", "localhost:8080", "ftp://host/", "http://", "http:///v1", "http://a b/", "file:///etc",
      "http://user:word@host/", "http://host/?key=word", "http://host/#word", "http://hö.de/",
      "http://%6cocalhost/", "http://host/\r\nx: word", "http://host:65536/v1",
      "http://host:99999999999999999999/v1",
    ])
  func refused(text: String) {
    let error = #expect(throws: RAGError.self) { try ServiceURL(text) }
    #expect(error?.code == .invalidInput)
    #expect(error?.description.contains("word@") == false)
    #expect(error?.description.contains("key=") == false)
  }

  @Test("gets a key in the clear only on this machine")
  func keys() throws {
    let key = try testKey()
    for url in [
      "http://localhost:1/v1", "http://LOCALHOST", "http://127.0.0.1", "http://127.9.9.9:80",
      "http://[::1]:8080", "https://example.com",
    ] {
      #expect(throws: Never.self, "\(url)") { try ServiceURL(url).check(key) }
    }
    for url in [
      "http://example.com", "http://127.0.0.1.example.com", "http://localhost.example.com",
      "http://10.0.0.1", "http://128.0.0.1", "http://[::2]", "http://[fe80::1]", "http://0.0.0.0",
      "http://2130706433",
    ] {
      let error = #expect(throws: RAGError.self, "\(url)") { try ServiceURL(url).check(key) }
      #expect(error?.message.contains("https") == true)
      #expect(error?.description.contains(secret) == false)
      #expect(throws: Never.self) { try ServiceURL(url).check(nil) }
    }
  }
}
