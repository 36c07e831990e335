extension String {
  /// The text without what counts it in a list: `1.`, `2)`, `(3)`, `b)` or `iv.`
  var withoutListNumber: Substring {
    prefixMatch(of: listNumber).map { self[$0.range.upperBound...] } ?? self[...]
  }
}

// Regular expressions are parsed each time that they are written within a function.
private nonisolated(unsafe) let listNumber =
  #/
  \s*(?:
    (?:\p{Nd}{1,3}[.)] | \(\p{Nd}{1,3}\) | (?:[a-z]|[ivx]{2,4})[.)] | \([a-z]\))(?=\s|$)
    | （\p{Nd}{1,3}）
  )
  /#
