/// Judges proposals, by running them or by reading them.
public protocol Checker<Proposal>: Sendable {
  associatedtype Proposal: Sendable

  /// Whether a proposal holds; if not, why, in words for whoever is to correct it.
  /// - Throws: what is not the proposal's fault; it ends the loop.
  func check(_ proposal: Proposal) async throws -> Verdict
}

/// What a checker says of a proposal.
public enum Verdict: Sendable, Hashable {
  /// Nothing is wrong.
  case accepted
  /// Something is; `score`, from 0 to 1, tells how near the proposal came.
  case rejected(reason: String, score: Double)

  /// 1 for what is accepted.
  public var score: Double {
    switch self {
    case .accepted: 1
    case .rejected(_, let score): score
    }
  }

  /// Why a proposal was rejected.
  public var reason: String? {
    switch self {
    case .accepted: nil
    case .rejected(let reason, _): reason
    }
  }
}

/// A checker made of a Swift closure.
public struct ClosureChecker<Proposal: Sendable>: Checker {
  private let body: @Sendable (Proposal) async throws -> Verdict

  /// Makes a checker.
  public init(_ body: @escaping @Sendable (Proposal) async throws -> Verdict) {
    self.body = body
  }

  /// What the closure says.
  public func check(_ proposal: Proposal) async throws -> Verdict { try await body(proposal) }
}
