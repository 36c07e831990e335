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
      ("It opens at 9:00 am.", "It opens at 9 am."),
      ("Es öffnet um 9:15 Uhr.", "Es öffnet um 9.15 Uhr."),
      ("上午10:30开始", "上午十点半开始"), ("上午9:00开门", "上午9点开门"), ("10点半开始", "10:30开始"),
      ("It rose from 71 to 84 million.", "It is 84 million, after 71 million."),
      ("It pays $60-80K.", "It pays $60,000 to $80,000."), ("费用为3至5万元。", "费用为3万元至5万元。"),
      ("It sold 3,000,000 to 5,000,000.", "It sold 3 to 5 million."),
      ("The limit is 14 days.", "The limit is fourteen days."),
      ("Die Frist ist 18 Monate.", "Die Frist ist achtzehn Monate."),
      ("The fee is $250.", "The fee is two hundred and fifty dollars."),
      ("The park has 2,000 acres.", "The park has two thousand acres."),
      ("Es kostet 250 Euro.", "Es kostet zweihundertfünfzig Euro."),
      ("The grant is $5 million.", "The grant is five million dollars."),
      ("It is on the 2nd floor.", "It is on the second floor."),
      ("The twenty-first century began.", "The 21st century began."),
      ("Es liegt im 2. Stock.", "Es liegt im zweiten Stock."),
      ("It lasts 30 seconds.", "It is a thirty second film."),
      ("增长3.5%。", "增长百分之三点五。"), ("面积15000平方米。", "面积一点五万平方米。"),
      ("25% of the staff is local.", "A quarter of the staff is local."),
      ("50 % des Budgets", "Die Hälfte des Budgets"), ("60% of it", "three fifths of it"),
      ("占25%。", "占四分之一。"), ("The door is 1.5 m wide.", "The door is 1 1/2 m wide."),
      ("The rope is 2½ inches.", "The rope is 2.5 inches."),
      ("It lasts 2.5 years.", "It lasts two and a half years."),
      ("Es dauert 2,5 Jahre.", "Es dauert zweieinhalb Jahre."),
      ("It weighs 1.5 kg.", "It weighs 1.50 kg."), ("It weighs 1.50 kg.", "It weighs 1.5 kilos."),
      ("The price is €9.90.", "price: €9.9"), ("The load is 500 kW.", "The load is .5 MW."),
      ("It holds 2 GB.", "It holds 2,000 MB."),
      ("It closes at 18:00.", "It closes at 6 pm."),
      ("It closes at 6:30 p.m.", "It closes at 18:30."),
      ("Lunch is at 12 pm.", "Lunch is at noon."), ("It opens at 12 am.", "It opens at 0:00."),
      ("开放时间为9:00至18:00。", "上午9点开门，下午6点关门。"),
      ("The account is DE89370400440532013000.", "Account: DE89 3704 0044 0532 0130 00"),
      ("The account is DE89 3704 0044 0532 0130 00.", "Account: DE89370400440532013000"),
      ("Call +12125550147.", "Call +1 (212) 555-0147."),
      ("Call 040 5566770.", "Call 040 / 55 66 77-0."),
      ("It gave 0.12345 123456 0.5 units.", "0.12345; 123456; 0.5"),
      ("It starts on 2027-03-31 9:00.", "It starts on 2027-03-31 at 9:00."),
      ("It pays 9 500 - 12 300 euros.", "It pays 9,500 to 12,300 euros."),
      ("It costs 1 200 000 (2 400 000 with it).", "It costs 1,200,000, with it 2,400,000."),
      ("In 2027 ½ of it was sold.", "In 2027 half of it was sold."),
      ("It sold 1200 1350 1410 pieces.", "1200 | 1350 | 1410"),
      ("占0.5%。", "占百分之零点五。"), ("以下三点很重要：一点不难。", "很重要"),
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
      ("Version 1.50 is out.", "Version 1.5"),
      ("30% of the staff is local.", "A quarter of it is."),
      ("It weighs 2.5 kg.", "It weighs 1.50 kg."), ("The load is 400 kW.", "The load is .5 MW."),
      ("It closes at 19:00.", "It closes at 6 pm."), ("It closes at 18:00.", "It opens at 6 am."),
      ("The account is DE89370400440532013001.", "Account: DE89 3704 0044 0532 0130 00"),
      ("It lasts 3.5 years.", "It lasts two and a half years."),
      ("He bears 25 euros of the costs.", "He bears a quarter of the costs."),
      ("He bears 4% of the costs.", "He bears a quarter of the costs."),
      ("The notice is 2 years.", "The notice is half a year."),
      ("The notice is 50 days.", "The notice is half a year."),
      ("It is due after 33 days.", "It is due in the third quarter."),
      ("Lunch is at 12 am.", "Lunch is at noon."),
      (
        "The rent is 31 euros.",
        "This is the lease. The contract ends on 31 March 2027. The rent is 1,450 euros."
      ),
      ("The fee is 2,900 billion euros.", "The fee is 2,900 euros, paid by me, for 3 km."),
      ("It lasts twenty-five years.", "It lasts 20 years."),
      ("The plant opened in 2026.", "The plant opened in 2019. The revenue of 2026 was higher."),
      ("It costs 1.45 euros.", "It costs 1,450 euros."),
      ("It opens at 9:30 am.", "It opens at 9 am."),
      ("It rose from 72 to 84 million.", "It rose from 71 to 84 million."),
      ("It lasts nineteen months.", "It lasts eighteen months."),
      ("The grant is six million dollars.", "The grant is five million dollars."),
      ("It takes thirty percent.", "It takes twenty percent."),
      ("The school has three hundred pupils.", "The school has two hundred and fifty pupils."),
      ("Es kostet dreihundert Euro.", "Es kostet zweihundert Euro."),
      ("可在七天内退货。", "可在十四天内退货。"), ("上午九点开始。", "上午十点半开始。"),
      ("增长百分之四点五。", "增长百分之三点五。"), ("价格为十三点六元。", "价格为十二点六元。"),
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
