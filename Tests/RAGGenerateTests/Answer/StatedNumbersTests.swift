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
      ("North sold 120, and then 135.", "North 120 135 150"),
      ("Call 555 123 4567.", "Call 555-123-4567."),
      ("It lasts twenty-five years.", "It lasts 25 years."),
      ("It lasts 90 days.", "It lasts ninety days."),
      ("Es dauert 25 Jahre.", "Es dauert fünfundzwanzig Jahre."),
      ("It cost €1.5m.", "It cost EUR 1.50 million."),
      ("It grew by 7%.", "It grew by 7.0%."), ("It grew by 12.5%.", "It grew by 12.50 percent."),
      ("It has 300 K.", "It has 300 kelvin."), ("It is 30 m long.", "It is 30 metres long."),
      ("Sales in April 2026 were 498.", "# Sales 2026\n\nSales in April reached 498."),
      ("In 2026, energy use fell.", "# Report 2026 of Halden\n\nEnergy use fell. It rains."),
      ("In 2026, energy use fell.", "The year 2026 was good. Then: energy use fell."),
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
      ("二〇二七年三月", "March 2027"), ("它投资二点五亿元，五六天后完成。", "它投资2.5亿元。"),
      ("Hamburg got a new crane on 1 February 2026.", "In Hamburg. Der Kran kam am 1.2.2026."),
      ("Version 3.7.1 is out.", "3.7.1"),
      ("Ports are 8080 and 9090.", "Birds sing. Ports:\n- 8080\n- 9090"),
      ("The staff was 1,100 in spring.", "| Time | Staff |\n|---|---|\n| Q1 | 1,100 |"),
      ("Anna moved in on 3 May.", "The tenant is Anna. She came on 3 May."),
      ("The rent is 1,450 euros.", "## Rent\n\nPay 1,450 a month."),
      ("Der Vertrag endet 2027.", "The lease runs out in 2027."),
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
      (
        "The rent is 31 euros.",
        "This is the lease. The contract ends on 31 March 2027. The rent is 1,450 euros."
      ),
      ("The fee is 2,900 billion euros.", "The fee is 2,900 euros, paid by me, for 3 km."),
      ("It lasts twenty-five years.", "It lasts 20 years."),
      ("The plant opened in 2026.", "The plant opened in 2019. The revenue of 2026 was higher."),
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
