import Foundation
import Testing

extension Faults {
  @Suite("Damage of an index", .disabled(if: !Rag.isChecksummed, "needs the checksummed store"))
  struct DamageTests {
    /// The bytes of one file and what is done to them.
    struct Damage: Sendable {
      var place: String
      var name: String
      var bytes: Data?
      /// A bit of them that is flipped in a copy of their own, of which there are not many at a time.
      var flip: (offset: Int, bit: Int)?
      /// What `rag verify` has to name, where one byte is damaged.
      var found: [String] = []
    }

    /// The index that is damaged.
    enum Subject: String, CaseIterable, Sendable {
      case words = "words only"
      case graph = "with a graph"

      var canBeMade: Bool { self == .words || Rag.hasModel }
      var encoder: String { self == .words ? "none" : Rag.model }
      var dimensions: Int? { self == .words ? nil : GraphIndex.dimensions }
      var probe: Probe { self == .words ? .lexical : .hybrid }

      func image() throws -> IndexImage {
        try self == .words ? LexicalIndex.image() : GraphIndex.image()
      }

      /// An index of which files are exchanged, and others of the same kind.
      func generations() throws -> [IndexImage] {
        try self == .words
          ? LexicalIndex.compacted() : [GraphIndex.image(), GraphIndex.image(without: "b")]
      }
    }

    @Test("of one bit anywhere gives the same answers or an error", arguments: Subject.allCases)
    func flips(_ subject: Subject) throws {
      switch subject {
      case .words: try flip("9", subject, bounded: 200, full: .max)
      case .graph: try flip("8", subject, bounded: 150, full: 8_000)
      }
    }

    @Test(
      "by a cut, a loss or an addition gives the same answers or an error",
      arguments: Subject.allCases)
    func cuts(_ subject: Subject) throws {
      switch subject {
      case .words: try cut("10", subject, bounded: 12, full: .max)
      case .graph: try cut("10", subject, bounded: 8, full: 500)
      }
    }

    @Test(
      "by files of another generation or index gives the same answers or an error",
      arguments: Subject.allCases)
    func swaps(_ subject: Subject) throws {
      guard subject.canBeMade else { return skip("10", "files of another generation", subject) }
      let images = try subject.generations()
      try judge("10", "files of another generation", subject, images[0]) { image, _ in
        image.generationNames.flatMap { name in
          images.flatMap { donor in
            donor.generationNames.compactMap { otherName in
              guard let bytes = donor.files[otherName], bytes != image.files[name] else {
                return nil
              }
              return Damage(place: "\(name) is another's \(otherName)", name: name, bytes: bytes)
            }
          }
        }
      }
    }

    // MARK: What is damaged

    /// One bit of each chosen block of 64 bytes: in full, of every block of the files of generations,
    /// and of so many others.
    private func flip(_ row: String, _ subject: Subject, bounded: Int, full: Int) throws {
      try judge(row, "a flipped bit", subject) { image, random in
        let ofGenerations = image.generationNames
        let others = image.names.filter { !ofGenerations.contains($0) }
        let part = ofGenerations.isEmpty ? bounded : bounded / 2
        return flips(ofGenerations, of: image, bounded: part, full: .max, &random)
          + flips(others, of: image, bounded: part, full: full, &random)
      }
    }

    private func flips(
      _ names: [String], of image: IndexImage, bounded: Int, full: Int, _ random: inout Random
    ) -> [Damage] {
      var blocks: [(name: String, offset: Int)] = []
      for name in names {
        let count = image.files[name]?.count ?? 0
        for offset in stride(from: 0, to: count, by: 64) { blocks.append((name, offset)) }
      }
      return Plan.spread(blocks.count, bounded: bounded, full: full, &random).compactMap {
        number in
        let (name, start) = blocks[number]
        guard let bytes = image.files[name] else { return nil }
        let offset = start + random.below(min(64, bytes.count - start))
        let bit = random.below(8)
        var found = [name]
        if name == "rag.sqlite" { found.append("page \(offset / 4096 + 1) of ") }
        return Damage(
          place: "\(name) byte \(offset) bit \(bit)", name: name, bytes: bytes,
          flip: (offset, bit), found: found)
      }
    }

    private func cut(_ row: String, _ subject: Subject, bounded: Int, full: Int) throws {
      try judge(row, "files cut or longer", subject) { image, random in
        var damages: [Damage] = []
        for name in image.names {
          guard let bytes = image.files[name] else { continue }
          let size = bytes.count
          // Nothing, parts of a header, all but little, and lengths of every remainder.
          var lengths: Set<Int> = [
            0, 1, 15, 16, 17, 24, 31, 32, 63, 64, 99, 100, 511, 512, 4095, 4096, size / 2,
            size - 1, size - 8, size - 512, size - 4096,
          ]
          for step in Plan.spread((size + 511) / 512, bounded: bounded, full: full, &random) {
            lengths.insert(step * 512 + random.below(512))
            lengths.insert(step * 512)
          }
          for length in lengths.sorted() where length >= 0 && length < size {
            damages.append(
              Damage(place: "\(name) cut to \(length)", name: name, bytes: bytes.prefix(length)))
          }
          damages.append(Damage(place: "\(name) missing", name: name, bytes: nil))
          for count in [1, 512, 4096, 70_000] {
            let junk = Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
            damages.append(
              Damage(place: "\(name) and \(count) bytes", name: name, bytes: bytes + junk))
          }
          damages.append(Damage(place: "\(name) all zero", name: name, bytes: Data(count: size)))
        }
        return damages
      }
    }

    /// Does each damage to a copy of its own, and asks it.
    private func judge(
      _ row: String, _ fault: String, _ subject: Subject, _ image: IndexImage? = nil,
      _ damages: (IndexImage, inout Random) throws -> [Damage]
    ) throws {
      let title = "\(fault), \(subject.rawValue)"
      guard subject.canBeMade else { return skip(row, fault, subject) }
      let image = try image ?? subject.image()
      var random = Random(title)
      let damages = try damages(image, &random)
      let tally = try Scratch.run(encoder: subject.encoder, dimensions: subject.dimensions) {
        scratch in
        try image.restore(to: scratch.index)
        let answers = try subject.probe.answers(scratch.index, in: scratch)
        for answer in answers { try #require(answer.status == 0, "\(answer.errors)") }
        return try Workers.tally(damages, in: scratch, { Tally(row, title) }) {
          damage, worker, tally in
          var bytes = damage.bytes
          if let flip = damage.flip { bytes?[flip.offset] ^= 1 << UInt8(flip.bit) }
          try image.replacing(damage.name, with: bytes).restore(to: worker.index)
          try subject.probe.judge(
            worker.index, against: answers, in: worker, damage.place, damaged: damage.found,
            into: &tally)
        }
      }
      tally.conclude()
    }

    private func skip(_ row: String, _ fault: String, _ subject: Subject) {
      Tally.skip(
        row, "\(fault), \(subject.rawValue)", because: "there is no model: \(Rag.modelRemedy)")
    }
  }

  @Suite("An index of another format")
  struct FormatTests {
    @Test("is refused with one line, or answers as before")
    func formats() throws {
      var tally = Tally("12", "foreign, older, newer and wrong formats")
      let image = try LexicalIndex.image()
      try Scratch.run { scratch in
        try image.restore(to: scratch.index)
        let answers = try Probe.lexical.answers(scratch.index, in: scratch)
        for name in image.names {
          guard let bytes = image.files[name] else { continue }
          var patches: [(String, Data)] = [
            ("is text", Data(String(repeating: "not an index\n", count: 500).utf8)),
            (
              "has another magic",
              Data(repeating: 0x41, count: min(16, bytes.count)) + bytes.dropFirst(16)
            ),
            (
              "has its first words reversed",
              Data(bytes.prefix(16).reversed()) + bytes.dropFirst(16)
            ),
          ]
          if bytes.starts(with: Data("SQLite format 3".utf8)) {
            // Of SQLite's header: bytes 60-63 are user_version, 68-71 application_id.
            for (place, offset, value) in [
              ("is version 0", 60, 0), ("is version 999", 60, 999),
              ("is version 2^31", 60, 0x8000_0000), ("is another application's", 68, 0x1234_5678),
              ("has reserved bytes", 20, 0x4040_4040), ("is of page size 1", 16, 0x0001_0202),
            ] {
              var patched = bytes
              for byte in 0..<4 { patched[offset + byte] = UInt8(value >> (24 - 8 * byte) & 0xff) }
              patches.append((place, patched))
            }
          }
          for (place, patched) in patches {
            // Without a log, which may hold the first page too.
            var changed = image.replacing(name, with: patched)
            if !name.hasSuffix("-wal") {
              for log in image.files.keys where log.hasSuffix("-wal") { changed.files[log] = nil }
            }
            for log in image.files.keys where log.hasSuffix("-shm") { changed.files[log] = nil }
            try changed.restore(to: scratch.index)
            try Probe.lexical.judge(
              scratch.index, against: answers, in: scratch, "\(name) \(place)", into: &tally)
            // Nor is it written to.
            if image.files.keys.count(where: { $0 == name }) == 1, bytes.count > 4096 {
              let run = try scratch.rag(try Batch("z", count: 3).ingest(in: scratch))
              _ = tally.survived(run, "\(name) \(place), ingest")
            }
          }
        }
      }
      tally.conclude()
    }

    @Test("made of other files is refused with one line and left alone")
    func foreign() throws {
      var tally = Tally("12", "directories of something else")
      try Scratch.run { scratch in
        let manager = FileManager.default
        for (place, files) in [
          ("a text", ["notes.txt": "alpha"]),
          ("a git repository", ["HEAD": "ref: x\n", "config": ""]),
          ("an empty database", ["rag.sqlite": ""]), ("text as database", ["rag.sqlite": "alpha"]),
        ] {
          tally.rounds += 1
          try? manager.removeItem(atPath: scratch.index)
          try manager.createDirectory(atPath: scratch.index, withIntermediateDirectories: true)
          for (name, text) in files { try scratch.write("index/" + name, text) }
          let query = try scratch.rag("query", "alpha", "--mode", "lexical")
          if tally.survived(query, place), query.status != 2 || !query.hasOneError {
            tally.others.append("\(place): query ended with \(query.status ?? -1): \(query.errors)")
          }
          let ingest = try scratch.rag(try Batch("z", count: 3).ingest(in: scratch))
          guard tally.survived(ingest, place) else { continue }
          if ingest.status == 2, ingest.hasOneError {
            tally.refused += 1
          } else if ingest.status != 0 || !files.values.contains("") {
            tally.others.append(
              "\(place): ingest ended with \(ingest.status ?? -1): \(ingest.errors)")
          }
          for (name, text) in files where !text.isEmpty {
            let left = try? String(contentsOfFile: scratch.index + "/" + name, encoding: .utf8)
            if left != text { tally.lost.append("\(place): \(name) was changed") }
          }
        }
      }
      tally.conclude()
    }
  }
}
