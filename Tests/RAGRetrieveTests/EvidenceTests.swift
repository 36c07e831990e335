import Testing

@testable import RAGRetrieve

@Suite("Evidence")
struct EvidenceTests {
  @Test("rises with words in common and with the cosine, as far as the script is known")
  func order() {
    for familiarity in [0, 0.3, 1] {
      var last = 0.0
      for coverage in stride(from: 0, through: 1, by: 0.05) {
        let probability = EvidenceModel.probability(
          cosine: 0.4, familiarity: familiarity, coverage: coverage)
        #expect(probability > last && probability < 1)
        #expect(
          EvidenceModel.probability(cosine: 0.6, familiarity: familiarity, coverage: coverage)
            >= probability)
        last = probability
      }
    }
  }

  @Test("is next to none without a word in common, in whatever script the question is")
  func nothing() {
    for cosine in [-1, 0, 0.5, 1] {
      #expect(EvidenceModel.probability(cosine: cosine, familiarity: 0, coverage: 0) < 0.05)
    }
    #expect(EvidenceModel.probability(cosine: 0.3, familiarity: 1, coverage: 0) < 0.05)
    #expect(EvidenceModel.probability(coverage: 0) < 0.15)
  }
}
