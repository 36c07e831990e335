import RAGCore
import RAGIngest
import Testing

/// Prose of a given subject, long enough to count.
private func prose(_ subject: String, _ count: Int = 1) -> String {
  (0..<count).map {
    "<p>The \($0 + 1)th thing to say about \(subject) is that it has, for all who look at it, a "
      + "form of its own and a place where it belongs.</p>"
  }.joined()
}

private let menu = "<nav><a href='/'>Home</a> <a href='/news'>News</a></nav>"
private let remarks = ["I was there.", "Nonsense, it will never pay.", "Who built it, and when?"]

/// What readers wrote, as sites write it down.
private let threads = [
  "<ol class=commentlist>" + remarks.map { "<li class=comment><p>\($0)</p></li>" }.joined()
    + "</ol>",
  "<div id=comments>" + remarks.map { "<div class=comment><p>\($0)</p></div>" }.joined() + "</div>",
  "<div class='post-comments'><div class=comment-wrap><div class=comments-list>"
    + remarks.map { "<div class='comment odd'>\($0)</div>" }.joined() + "</div></div></div>",
  """
  <section id=comments class=comments-area><h2 class=comments-title>One thought</h2>
  <ol class=comment-list><li class="comment depth-1"><article class=comment-body><b>Bob</b>
  <time datetime=2026-01-01>today</time><p>\(remarks[0])</p></article></li></ol></section>
  """,
  """
  <div class=comments-section><div class=comment><span class=comment-author>Bob</span>
  <p>\(remarks[0])</p></div></div>
  """,
]

@Suite struct PageCommentTests {
  private let text = "<h1>Lakes</h1>" + prose("lakes", 6)

  private func words(_ html: String, _ content: PageContent = .full) throws -> String {
    try parsePage(html, content: content).words
  }

  @Test(arguments: threads)
  func `Comments below a text that does not declare itself an article go`(thread: String) throws {
    let page = "\(menu)<main>\(text)\(thread)</main>"
    #expect(try parsePage(page).source.content == .main)
    #expect(try words(page, .auto) == words(text))
    #expect(try words(page, .main) == words(text))
    #expect(try words("\(menu)<div id=content>\(text)\(thread)</div>", .main) == words(text))
  }

  @Test(arguments: threads)
  func `Comments in the middle of an article go`(thread: String) throws {
    for title in ["", "<title>Lakes</title>"] {
      let article = "<article>\(text)\(thread)\(prose("hills", 3))</article>"
      let found = try words(title + menu + article, .auto)
      #expect(try found.contains(words(prose("lakes", 6) + prose("hills", 3))), "\(title)")
    }
  }

  @Test(arguments: [
    "<div class=comments>\(prose("comments", 3))</div>",
    "<div class=comment-list><h3>List</h3>\(prose("lists"))<pre>comment.list(of: post)</pre></div>",
    "<div class=comments><div class=comment>\(prose("the comment"))</div></div>",
    "<div class=comment>\(prose("one"))</div><div class=comment>\(prose("two"))</div>",
    "<div id=comment class=fullcommenttop><div class='comment cmt'>\(prose("a type"))</div></div>",
    """
    <div class=comments><pre><span class=comment>// one, by</span> let a = 1
    <span class=comment>// two</span> <span class=comment>// three</span></pre></div>
    """,
    "<section id=comments><h2>Comments</h2>\(prose("comments"))<section id=comment-syntax>"
      + "<h3 class=comment>Syntax</h3>\(prose("syntax"))</section></section>",
    "<table class=comments><tr><th>Name<th>Comment<tr><td>a<td class=comment>first</table>",
    "<dl class=comments><dt>author<dd>who wrote it<dt>time<dd>when</dl>",
  ])
  func `What a manual says about comments stays`(part: String) throws {
    for page in [
      "\(menu)<main>\(text)\(part)</main>", "<main>\(text)\(part)\(prose("end"))</main>",
    ] {
      #expect(try words(page, .auto).contains(words(part)), "\(page)")
    }
  }

  @Test(arguments: threads.prefix(3))
  func `A page that is made of comments keeps them`(thread: String) throws {
    let page = "\(menu)<main><h1>Lakes?</h1>\(thread)\(thread)\(thread)</main>"
    #expect(try words(page, .auto).contains(words(thread)))
  }

  @Test func `What holds the text is no list of comments, whatever its name`() throws {
    let post = "<div class=comments>\(text)\(threads[0])</div>"
    let page = "<title>Lakes</title>\(menu)<main>\(prose("hills", 4))\(post)</main>"
    let found = try words(page, .main)
    #expect(try found.contains(words(prose("lakes", 6))))
    #expect(!found.contains(remarks[0]))
  }
}
