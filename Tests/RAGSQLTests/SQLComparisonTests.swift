import Testing

@testable import RAGSQL

@Suite struct SQLComparisonTests {
  private func result(_ rows: [[SQLValue]]) -> SQLResult {
    SQLResult(columns: Array(repeating: "c", count: rows.first?.count ?? 1), rows: rows)
  }

  @Test func `Rows are compared as often as they come, and in order only where asked`() {
    let a = result([[.text("x")], [.text("y")], [.text("x")]])
    let b = result([[.text("y")], [.text("x")], [.text("x")]])
    #expect(a.agrees(with: b))
    #expect(!a.agrees(with: b, ordered: true))
    #expect(!a.agrees(with: result([[.text("y")], [.text("y")], [.text("x")]])))
    #expect(!a.agrees(with: result([[.text("x")], [.text("y")]])))
  }

  @Test(arguments: [
    (SQLValue.integer(5), SQLValue.real(5), true), (.real(0.1 + 0.2), .real(0.3), true),
    (.real(1), .real(1.001), false), (.integer(1), .text("1"), false), (.null, .null, true),
    (.null, .integer(0), false), (.text("a"), .text("A"), false),
    (.integer(.max), .integer(.max - 1), false), (.blob([1]), .blob([1]), true),
    (.real(.infinity), .real(.infinity), true), (.real(.infinity), .real(1), false),
  ])
  func `Values are the same by what they say`(left: SQLValue, right: SQLValue, same: Bool) {
    #expect(result([[left]]).agrees(with: result([[right]])) == same)
    #expect(result([[right]]).agrees(with: result([[left]])) == same)
  }

  @Test func `Names of columns do not count, their number and a cut do`() {
    let one = SQLResult(columns: ["a"], rows: [])
    #expect(one.agrees(with: SQLResult(columns: ["b"], rows: [])))
    #expect(!one.agrees(with: SQLResult(columns: ["a", "b"], rows: [])))
    #expect(!one.agrees(with: SQLResult(columns: ["a"], rows: [], truncation: .rows)))
  }
}
