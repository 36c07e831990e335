import ArgumentParser

/// How long a command that writes waits for its turn.
struct WaitOption: ParsableArguments {
  @Option(
    name: .customLong("wait"),
    help: ArgumentHelp("Wait so long for another writer.", valueName: "seconds"))
  var seconds: Double = 5

  var duration: Duration { .seconds(seconds) }

  func validate() throws {
    guard seconds >= 0, seconds <= 86_400 else {
      throw ValidationError("--wait takes 0 to 86400 seconds")
    }
  }
}
