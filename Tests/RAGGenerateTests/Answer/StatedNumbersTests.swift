import Testing

@testable import RAGGenerate

@Suite("Numbers of a statement")
struct StatedNumbersTests {
  @Test(
    "are those of its source in other forms",
    arguments: [
      ("The rent is €1,450.00.", "Die Miete beträgt 1.450 Euro."),
      ("The rent is 1'450 francs.", "rent: 1450"),
      ("Die Miete beträgt 1 450,50 Euro.", "The rent is 1,450.50 euros."),
      ("In 2024 100 people came.", "100 people (2024)"),
      ("Die Miete beträgt 2.900,00 Euro.", "The rent is 2,900 euros."),
      ("It ends on 31.03.2027.", "It ends on 31 March 2027."),
      ("It ends on 2027-03-31.", "It ends on March 31st, 2027."),
      ("Es endet am 31. März 2027.", "It ends on 2027年3月31日."),
      ("It cost $30,000,000.", "It cost 30 million dollars."),
      ("It cost 4.5 million.", "Es kostete 4,5 Mio. Euro."),
      ("It cost 3 Milliarden.", "It cost 3bn."),
      ("It cost 30 million.", "in millions: 30"),
      ("The notice is 3 months.", "The notice is three months."),
      ("The notice is two weeks.", "Die Frist beträgt zwei Wochen."),
      ("检查点在1000页。", "检查点在一千页。"),
      ("它有三千五百万人。", "它有3500万人。"),
      ("二〇二七年三月", "March 2027"),
      ("Version 3.7.1 is out.", "3.7.1"),
      ("One day it may snow in May.", "Snow"),
    ])
  func same(statement: String, source: String) {
    #expect(!StatementSupport.hasOwnNumber(statement, in: source))
  }

  @Test(
    "are not those of its source where they differ",
    arguments: [
      ("The revenue was 30 billion.", "The revenue was 30 million."),
      ("The rent is 1,450 million euros.", "The rent is 1,450 euros."),
      ("It ends on 31 May 2027.", "It ends on 31 March 2027."),
      ("The notice is six months.", "The notice is three months."),
      ("Die Frist beträgt zwei Monate.", "Die Frist beträgt drei Monate."),
      ("它有四千万人。", "它有三千万人。"),
      ("检查点在一万页。", "检查点在一千页。"),
      ("Version 3.7.1 is out.", "3.7.0"),
      ("It costs 1.45 euros.", "It costs 1,450 euros."),
    ])
  func other(statement: String, source: String) {
    #expect(StatementSupport.hasOwnNumber(statement, in: source))
  }

  @Test("are none where they count an item")
  func items() {
    for text in ["1. word", "(2) word", "c) word", "iv. word"] {
      #expect(text.withoutListNumber == " word")
    }
    for text in ["2027 was", "e.g. this", "1.5 kg", "A. Smith", "(see) this"] {
      #expect(text.withoutListNumber == text[...])
    }
  }
}
