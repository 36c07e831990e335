import RAGCore
import RAGGenerate

/// A schema in the order in which a question needs it, from which a prompt takes what finds room.
struct SchemaChoice: Sendable {
  let text: SchemaText
  let ranking: SchemaRanking
  let order: [Int]
  /// How many tables of the order the question is taken to be about.
  let linkedCount: Int
  let counter: any TokenCounter
  /// The most tokens that are shown, where there is room for more.
  let tokenCount: Int

  /// The part that fits into some tokens, as a prompt has it, without the marks around it; nil
  /// where no table does.
  func linked(tokenCount: Int) -> LinkedSchema? {
    var room = tokenCount
    // Parts do not count quite as the whole does, and neutralising adds blanks.
    for _ in 0..<12 where room > 0 {
      var selection = Selection(
        text: text, ranking: ranking, order: order, linkedCount: linkedCount, counter: counter,
        room: room)
      let linked = selection.schema()
      if counter.tokenCount(of: PromptFence.inside(linked.text)) <= tokenCount,
        !linked.tables.isEmpty
      {
        return linked
      }
      room = room * 9 / 10
    }
    return nil
  }
}
