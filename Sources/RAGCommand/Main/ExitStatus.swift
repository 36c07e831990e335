import Foundation
import RAG

/// How the program ends, for scripts.
enum ExitStatus: Int32 {
  case success = 0
  /// No hit, the answer is not in the documents, or a figure is under what it must reach.
  case nothingFound = 1
  case failure = 2
  /// The work is done, but some files could not be read.
  case partialFailure = 3
  case usage = 64
  case ioError = 74
  case busy = 75
  case interrupted = 130

  /// The status of an error that ended a command.
  init(_ error: any Error) {
    switch error {
    case let error as RAGError:
      switch error.code {
      case .io, .diskFull, .readOnly: self = .ioError
      case .busy: self = .busy
      case .cancelled: self = .interrupted
      default: self = .failure
      }
    case is CancellationError: self = .interrupted
    case let error as CocoaError where error.isFileError: self = .ioError
    default: self = .failure
    }
  }
}

/// Ends a command early, with nothing more to say.
struct EndCommand: Error {
  var status: ExitStatus

  init(_ status: ExitStatus) { self.status = status }
}
