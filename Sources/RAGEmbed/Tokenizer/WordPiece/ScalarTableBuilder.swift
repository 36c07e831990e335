/// Works out a ``ScalarTable`` from the Unicode properties and a set of rules.
struct ScalarTableBuilder {
  typealias ScalarClass = BERTNormalization.ScalarClass
  typealias Entry = ScalarTable.Entry

  private(set) var pages: [UInt16]
  private(set) var entries: [UInt32] = []
  private(set) var sequences: [UInt32] = []

  private let rules: BERTNormalization
  /// The pages whose entries are all the same, by that entry; every other page has one owner.
  private var sharedPages: [UInt32: UInt16] = [:]
  private var isShared: [Bool] = []
  private var shift: UInt32 { UInt32(ScalarTable.pageShift) }
  private static let pageSize = 1 << ScalarTable.pageShift

  init(_ rules: BERTNormalization) {
    self.rules = rules
    pages = [UInt16](repeating: 0, count: 0x110000 / Self.pageSize)
    // There are some 300 pages of their own.
    entries.reserveCapacity(320 * Self.pageSize)
    // Page 0, which all scalars have at first.
    _ = sharedPage(of: Entry(.letter))
    addClasses()
    if rules.splitsChinese { addChinese() }
    if rules.lowercases { addLowercase() }
    if rules.stripsAccents { addDecompositions() }
  }

  /// What the rules make of a class; nil where that depends on the scalar, too.
  private func kind(_ scalarClass: ScalarClass) -> ScalarTable.Kind {
    switch scalarClass {
    case .control: rules.cleansText ? .skipped : .letter
    case .controlSpace: rules.cleansText ? .skipped : .space
    case .space: .space
    case .punctuation: .single
    case .letter: .letter
    case .nonspacingMark: rules.stripsAccents ? .skipped : .letter
    case .nonspacingStarter: rules.stripsAccents ? .starter : .letter
    case .combining: rules.stripsAccents ? .mark : .letter
    }
  }

  private mutating func addClasses() {
    let runs = ScalarData.classRuns
    for (index, run) in runs.enumerated() {
      let end = index + 1 < runs.count ? runs[index + 1] >> 3 : 0x110000
      fill(run >> 3..<end, Entry(kind(ScalarClass(rawValue: run & 7) ?? .letter)))
    }
  }

  private mutating func addChinese() {
    for block in BERTNormalization.chineseBlocks {
      fill(block.lowerBound..<block.upperBound + 1, Entry(.single))
    }
  }

  private mutating func addLowercase() {
    let runs = ScalarData.lowercaseRuns
    for run in stride(from: 0, to: runs.count, by: 4) {
      for scalar in stride(from: runs[run], through: runs[run + 1], by: Int(runs[run + 2])) {
        // Capital letters and their lower case are letters of any class.
        set(UInt32(scalar), Entry(.letter, UInt32(scalar + runs[run + 3])))
      }
    }
    // The only one with two: a dotted capital I.
    set(0x130, several([0x69, 0x307]))
  }

  private mutating func addDecompositions() {
    fill(0xAC00..<0xD7A4, Entry(.hangul))
    let runs = ScalarData.decompositionRuns
    // What is left of a full decomposition decomposes no further, so the order does not matter.
    var run = 0
    while run < runs.count {
      let count = Int(runs[run + 1])
      for index in 0..<count {
        let part = runs[run + 2 + index]
        set(runs[run] + UInt32(index), part == 0 ? Entry(.skipped) : decomposed(to: part))
      }
      run += 2 + count
    }
    let long = ScalarData.longDecompositions
    run = 0
    while run < long.count {
      let end = run + 2 + Int(long[run + 1])
      set(long[run], several(long[run + 2..<end]))
      run = end
    }
  }

  /// The entry of a scalar of which one part is left.
  private func decomposed(to part: UInt32) -> Entry {
    let entry = self[part]
    return entry.isSame ? Entry(entry.kind, part) : entry
  }

  private mutating func several(_ parts: some Collection<UInt32>) -> Entry {
    let start = UInt32(sequences.count)
    sequences.append(UInt32(parts.count))
    sequences += parts
    return Entry(.several, start)
  }

  private subscript(scalar: UInt32) -> Entry {
    let page = Int(pages[Int(scalar >> shift)]) * Self.pageSize
    return Entry(bits: entries[page + Int(scalar & ScalarTable.pageMask)])
  }

  private mutating func set(_ scalar: UInt32, _ entry: Entry) {
    entries[ownPage(of: scalar) + Int(scalar & ScalarTable.pageMask)] = entry.bits
  }

  private mutating func fill(_ range: Range<UInt32>, _ entry: Entry) {
    var scalar = range.lowerBound
    while scalar < range.upperBound {
      if scalar & ScalarTable.pageMask == 0, range.upperBound - scalar >= Self.pageSize {
        let end = range.upperBound & ~ScalarTable.pageMask
        let shared = sharedPage(of: entry)
        for page in scalar >> shift..<end >> shift { pages[Int(page)] = shared }
        scalar = end
      } else {
        let end = min((scalar | ScalarTable.pageMask) + 1, range.upperBound)
        let page = ownPage(of: scalar)
        for place in scalar..<end { entries[page + Int(place & ScalarTable.pageMask)] = entry.bits }
        scalar = end
      }
    }
  }

  /// The page of nothing but an entry.
  private mutating func sharedPage(of entry: Entry) -> UInt16 {
    if let page = sharedPages[entry.bits] { return page }
    let page = addPage(repeatElement(entry.bits, count: Self.pageSize), isShared: true)
    sharedPages[entry.bits] = page
    return page
  }

  /// Where the page of a scalar begins in `entries`, after it has been given one of its own.
  private mutating func ownPage(of scalar: UInt32) -> Int {
    let index = Int(scalar >> shift)
    if isShared[Int(pages[index])] {
      let start = Int(pages[index]) * Self.pageSize
      pages[index] = addPage(entries[start..<start + Self.pageSize], isShared: false)
    }
    return Int(pages[index]) * Self.pageSize
  }

  private mutating func addPage(_ page: some Collection<UInt32>, isShared: Bool) -> UInt16 {
    entries += page
    self.isShared.append(isShared)
    // There are no more than 8,704 pages of scalars, and as few shared ones as kinds of entry.
    return UInt16(truncatingIfNeeded: self.isShared.count - 1)
  }
}
