import RAGCore
import RAGRetrieve

/// Holds statements against the sources that are cited for them.
struct CitationProver {
  /// Compares quotes with the documents on disk, when given.
  let verifier: (any CitationVerifier)?
  let support: StatementSupport

  /// What a citation rests on.
  struct Proof {
    var hit: Hit
    var quote: String
    var span: Span
    var status: CitationStatus
    var support: CitationSupport
  }

  /// The first of some statements that a source supports, and its proof; nil where none is, or where
  /// the document refutes the quote.
  func proof(
    ofFirst statements: [Statement], in hit: Hit
  ) async throws -> (statement: Statement, proof: Proof)? {
    for statement in statements where !statement.text.isEmpty {
      if let finding = try await support.finding(for: statement.text, in: hit.text) {
        return try await proof(of: finding, in: hit).map { (statement, $0) }
      }
    }
    return nil
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
