import Foundation
import RAGSQL
import Testing

@Suite struct SQLValueTests {
  @Test func `Values are written as SQL writes them`() {
    let values: [SQLValue] = [
      .null, .integer(-7), .real(1.5), .real(-.infinity), .text("a"), .blob([0, 0xFF]),
    ]
    #expect(values.map(\.description) == ["NULL", "-7", "1.5", "-Inf", "a", "x'00ff'"])
  }

  @Test func `In JSON a blob is its hexadecimal digits and an infinity a string`() throws {
    let values: [SQLValue] = [
      .null, .integer(.max), .real(0.5), .real(.infinity), .text("a"), .blob([1, 0xAB]),
    ]
    let json = String(decoding: try JSONEncoder().encode(values), as: UTF8.self)
    #expect(json == #"[null,9223372036854775807,0.5,"Inf","a","01ab"]"#)
  }
}
