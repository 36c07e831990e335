import ArgumentParser
import Foundation
import Glibc
import RAG

/// Parses the arguments, runs the command they name, and turns what it throws into one line and a
/// status.
enum Runner {
  static func run(_ arguments: [String]) async -> ExitStatus {
    if arguments.first == "help", let name = arguments.dropFirst().first, !name.hasPrefix("-"),
      !(RootCommand.subcommandNames + ["help"]).contains(name)
    {
      Messages.error("There is no command '\(name)'; see 'rag help'")
      return .usage
    }
    let command = arguments.first { RootCommand.subcommandNames.contains($0) }
    do {
      try await withInterruption {
        var parsed = try RootCommand.parseAsRoot(arguments)
        if var parsed = parsed as? any AsyncParsableCommand {
          try await parsed.run()
        } else {
          try parsed.run()
        }
      }
      return .success
    } catch let end as EndCommand {
      return end.status
    } catch is ClosedOutput {
      return .success
    } catch  where RootCommand.exitCode(for: error) == .success {
      return print(help: RootCommand.fullMessage(for: error))
    } catch  where RootCommand.exitCode(for: error) == .validationFailure {
      let help = (["rag", "help"] + [command].compactMap(\.self)).joined(separator: " ")
      let message = RootCommand.message(for: error).split(separator: "\n").joined(separator: " ")
      Messages.error(
        "\(message.hasSuffix(".") ? String(message.dropLast()) : message); see '\(help)'")
      return .usage
    } catch {
      let status = ExitStatus(error)
      Messages.error(
        status == .interrupted
          ? "interrupted" : LimitNames.replaced(in: "\(error)", command: command))
      return status
    }
  }

  private static func print(help: String) -> ExitStatus {
    do {
      try StandardOutput.write(help + "\n")
      return .success
    } catch {
      return error is ClosedOutput ? .success : ExitStatus(error)
    }
  }

  /// Runs a command as a task that the first Ctrl-C, SIGTERM or SIGHUP cancels, so that commands that
  /// it runs end with it; a second one kills the process. What is ignored stays so, as with nohup, or
  /// Ctrl-C in a script's background.
  private static func withInterruption(_ body: @escaping @Sendable () async throws -> Void)
    async throws
  {
    let task = Task(operation: body)
    let sources = [SIGINT, SIGTERM, SIGHUP].filter { !isIgnored($0) }.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        task.cancel()
        signal(number, SIG_DFL)
      }
      source.activate()
      return source
    }
    defer { for source in sources { source.cancel() } }
    try await task.value
  }

  private static func isIgnored(_ number: CInt) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    // SIG_IGN is the address 1.
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}

extension RootCommand {
  /// The words that name a subcommand.
  static var subcommandNames: [String] {
    configuration.subcommands.map { $0._commandName }
  }
}
