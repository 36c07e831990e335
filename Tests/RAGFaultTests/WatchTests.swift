import Foundation
import Glibc
import Testing

extension Faults {
  @Suite("A watch")
  struct WatchTests {
    @Test("of more directories than may be watched ends with one line, and what was read is there")
    func limits() throws {
      var tally = Tally("33", "inotify: too many directories, too many instances")
      try Scratch.run { scratch in
        for number in 0..<6 {
          try FileManager.default.createDirectory(
            atPath: scratch.path + "/docs/\(number)", withIntermediateDirectories: true)
          try scratch.write("docs/\(number)/text.txt", "alpha \(number)")
        }
        // Limits of a user namespace, which are nobody else's.
        let limit = { (name: String, value: Int) in
          """
          unshare -Ur bash -c 'echo \(value) > /proc/sys/user/\(name) && exec timeout 60 \
          "$RAG" ingest docs --watch'
          """
        }
        guard try scratch.shell("unshare -Ur true").status == 0 else {
          return tally.skip(because: "there are no user namespaces here")
        }
        for (name, value, documents) in [
          ("max_inotify_watches", 3, 6), ("max_inotify_instances", 0, 0),
        ] {
          tally.rounds += 1
          let run = try scratch.shell(limit(name, value))
          if run.status == 2,
            run.errors.split(separator: "\n").count(where: { $0.hasPrefix("rag: error: ") }) == 1,
            run.errors.contains("sysctl fs.inotify")
          {
            tally.refused += 1
          } else {
            tally.others.append("\(name): ended \(run.end): \(run.errors)")
          }
          try checkStatus(
            documents: documents, chunks: documents, in: scratch, name, into: &tally)
          try? FileManager.default.removeItem(atPath: scratch.index)
        }
      }
      tally.conclude()
    }

    @Test("that was told of more changes than the kernel keeps looks at everything")
    func overflow() throws {
      var tally = Tally("33", "inotify: overflow of the queue")
      try Scratch.run { scratch in
        try FileManager.default.createDirectory(
          atPath: scratch.path + "/docs", withIntermediateDirectories: false)
        for number in 0..<8 { try scratch.write("docs/\(number).txt", "alpha \(number)") }
        let most =
          (try? String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8))
          .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        guard let most, most <= 100_000 else {
          return tally.skip(because: "the queue is too long to overflow")
        }
        tally.rounds += 1
        let watch = try scratch.start(["ingest", scratch.path + "/docs", "--watch"])
        try scratch.wait(forDocuments: 8, beside: watch)
        watch.send(SIGSTOP)
        // Three events a file.
        let noise = scratch.path + "/docs/noise.txt"
        for number in 0..<most / 3 + 100 {
          // Other names: what repeats itself is one event.
          let name = noise + "\(number % 2)"
          close(open(name, O_WRONLY | O_CREAT, 0o600))
          unlink(name)
        }
        // None of these is told.
        for number in 8..<12 { try scratch.write("docs/\(number).txt", "late \(number)") }
        for number in 0..<2 { unlink(scratch.path + "/docs/\(number).txt") }
        watch.send(SIGCONT)
        try scratch.wait(forDocuments: 10, beside: watch)
        try checkStatus(documents: 10, chunks: 10, in: scratch, "after the overflow", into: &tally)
        // And goes on.
        try scratch.write("docs/last.txt", "last")
        try scratch.wait(forDocuments: 11, beside: watch)
        watch.send(SIGINT)
        let run = watch.finish()
        if run.status != 130 { tally.others.append("ended \(run.end): \(run.errors)") }
        tally.same += 1
      }
      tally.conclude()
    }
  }
}
