/// Which part of a web page becomes text.
public enum PageContent: String, Sendable, Hashable, Codable, CaseIterable {
  /// The main content where the page has an article among other things, or an element for its
  /// content and no prose beside it, else the whole page.
  case auto
  /// The main content: without navigation, banners, comments and what else surrounds it.
  case main
  /// The whole page.
  case full
}
