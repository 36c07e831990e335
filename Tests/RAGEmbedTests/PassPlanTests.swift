import RAGEmbed
import Testing

@Suite("Passes")
struct PassPlanTests {
  private func batch(_ lengths: [Int]) -> TokenRows {
    lengths.reduce(into: TokenRows()) { rows, length in
      rows.appendText { $0 += [Int32](repeating: 1, count: length) }
    }
  }

  @Test("take every text once, in order, and every row in one unit")
  func partition() {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let longest = [3, 20, 260, 600].randomElement(using: &generator) ?? 3
      let lengths = (0..<Int.random(in: 1...80, using: &generator)).map { _ in
        Int.random(in: 1...longest, using: &generator)
      }
      let threadCount = Int.random(in: 1...9, using: &generator)
      let rows = batch(lengths)
      for isolates in [false, true] {
        let passes = PassPlan.passes(
          of: rows, threadCount: threadCount, isolatesTexts: isolates)
        #expect(passes.flatMap(\.texts) == Array(lengths.indices), "seed \(seed)")
        #expect(passes.flatMap(\.rows) == Array(0..<rows.rowCount), "seed \(seed)")
        for pass in passes {
          #expect(pass.units.flatMap(\.self) == Array(0..<pass.rows.count), "seed \(seed)")
          #expect(pass.units.allSatisfy { !$0.isEmpty })
          #expect(!isolates || (pass.texts.count == 1 && pass.units.count == 1))
          #expect(threadCount > 1 || pass.units.count == 1)
          #expect(pass.rows.count <= PassPlan.threadRowCount * threadCount + longest)
        }
      }
    }
  }

  @Test("deal a long text out to all threads, and leave a short one to few")
  func sizes() {
    func units(_ lengths: [Int], _ threadCount: Int) -> [Int] {
      PassPlan.passes(of: batch(lengths), threadCount: threadCount, isolatesTexts: false)
        .flatMap(\.units).map(\.count)
    }
    #expect(units([128], 2) == [64, 64])
    #expect(units([16], 2) == [8, 8])
    #expect(units([15], 8) == [15])
    #expect(units([256], 1) == [256])
    // A row of a long text is more work than one of a short text.
    let mixed = units([240] + [Int](repeating: 16, count: 14), 2)
    #expect(mixed.count > 1 && mixed[0] < mixed[mixed.count - 1])
  }
}

@Suite("A team")
struct TeamTests {
  @Test("does every unit of every phase once, and no phase before the one before is done")
  func phases() async {
    let phaseCount = 200
    let unitCount = 7
    let log = UnsafeMutablePointer<Int>.allocate(capacity: phaseCount * unitCount)
    log.initialize(repeating: 0, count: phaseCount * unitCount)
    defer { log.deallocate() }
    // Units write to places of their own, and the team orders the phases.
    nonisolated(unsafe) let places = log
    @Sendable func work(_ phase: Int, _ unit: Int) {
      let before = phase == 0 ? 1 : places[(phase - 1) * unitCount + (unit + 3) % unitCount]
      places[phase * unitCount + unit] += before
    }
    let team = Team()
    await withDiscardingTaskGroup { tasks in
      for _ in 0..<3 { tasks.addTask { team.help(work) } }
      for phase in 0..<phaseCount {
        team.lead(phase: phase, unitCount: unitCount) { work(phase, $0) }
      }
      team.close()
    }
    #expect((0..<(phaseCount * unitCount)).allSatisfy { places[$0] == 1 })
  }

  @Test("ends alone where nobody helps")
  func alone() {
    let team = Team()
    var units: [Int] = []
    team.lead(phase: 0, unitCount: 5) { units.append($0) }
    team.lead(phase: 1, unitCount: 0) { units.append($0) }
    team.close()
    team.help { _, unit in units.append(unit) }
    #expect(units == [0, 1, 2, 3, 4])
  }
}
