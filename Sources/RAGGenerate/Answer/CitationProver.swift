import RAGCore
import RAGRetrieve

/// Holds statements against the sources that are cited for them.
struct CitationProver {
  /// Compares quotes with the documents on disk, when given.
  let verifier: (any CitationVerifier)?
  let support: StatementSupport

  /// One that takes next to no time.
  var byWordsAlone: CitationProver {
    CitationProver(verifier: verifier, support: StatementSupport(embedder: nil))
  }

  /// What a citation rests on.
  struct Proof {
    var hit: Hit
    var quote: String
    var span: Span
    var status: CitationStatus
    var support: CitationSupport
  }

  /// The first of some statements that a source supports, and its proof; nil where none is, or where
  /// the document refutes the quote. Of statements that are alike, those of which nobody can tell come
  /// last.
  func proof(
    ofFirst statements: [Statement], areAlike: Bool, in hit: Hit
  ) async throws -> (statement: Statement, proof: Proof)? {
    var found: (statement: Statement, finding: StatementSupport.Finding)?
    for statement in statements where !statement.text.isEmpty {
      guard let finding = try await support.finding(for: statement.text, in: hit.text) else {
        continue
      }
      let isJudged = finding.support != .unjudged
      if found == nil || isJudged { found = (statement, finding) }
      if isJudged || !areAlike { break }
    }
    guard let found else { return nil }
    return try await proof(of: found.finding, in: hit).map { (found.statement, $0) }
  }

  /// What is known of the place of a quote; nil where the document refutes it.
  func proof(of finding: StatementSupport.Finding, in hit: Hit) async throws -> Proof? {
    var proof = Proof(
      hit: hit, quote: String(decoding: Array(hit.text.utf8)[finding.range], as: UTF8.self),
      span: hit.textSpan, status: .unverified, support: finding.support)
    guard let verifier else { return proof }
    switch try await verifier.verify(proof.quote, at: finding.range, of: hit) {
    case .verified(let span):
      proof.span = span
      proof.status = .verified
    case .sourceChanged: proof.status = .sourceChanged
    case .sourceGone: proof.status = .sourceGone
    case .refuted: return nil
    }
    return proof
  }
}
