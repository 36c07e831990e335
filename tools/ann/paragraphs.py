"""Takes the paragraphs of prose out of the packages: HTML pages, man pages, plain text, and the
entries of dictionaries. The markup is only read as far as prose needs it; code is left out."""

import gzip
import html.parser
import os
import re


class Page(html.parser.HTMLParser):
    """Collects the text between the block elements of a page."""

    BLOCKS = frozenset(
        "address article aside blockquote body br caption dd div dl dt figcaption footer form h1 "
        "h2 h3 h4 h5 h6 header hr li main ol p section table td th tr ul".split()
    )
    SKIPPED = frozenset("code-block nav pre script style svg template title".split())

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.paragraphs = []
        self.pieces = []
        self.skipping = []

    def handle_starttag(self, tag, attributes):
        if tag in self.SKIPPED:
            self.finish_paragraph()
            self.skipping.append(tag)
        elif tag in self.BLOCKS:
            self.finish_paragraph()

    def handle_endtag(self, tag):
        if tag in self.skipping:
            del self.skipping[self.skipping.index(tag) :]
        elif tag in self.BLOCKS:
            self.finish_paragraph()

    def handle_data(self, data):
        if not self.skipping:
            self.pieces.append(data)

    def finish_paragraph(self):
        self.paragraphs.append("".join(self.pieces))
        self.pieces.clear()


def of_html(text):
    page = Page()
    page.feed(text)
    page.close()
    page.finish_paragraph()
    return [paragraph.replace("\u00b6", "") for paragraph in page.paragraphs]


def of_plain_text(text):
    """Blocks between blank lines; a line without a letter is an underline or a frame."""
    blocks = re.split(r"\n[ \t]*\n", text)
    return [
        " ".join(line for line in block.split("\n") if re.search("[A-Za-z]", line))
        for block in blocks
    ]


MAN_FONTS = frozenset(("B", "BI", "BR", "I", "IB", "IR", "RB", "RI", "SM"))
MAN_ESCAPES = [
    (re.compile(r"\\f(?:\[\w*\]|\(..|.)"), ""),
    (re.compile(r"\\\*\(C[`']|\\\([lr]q"), '"'),
    (re.compile(r"\\\((?:aq|cq|oq)"), "'"),
    (re.compile(r"\\\*?\((?:--|em|en)"), "-"),
    (re.compile(r"\\\*?\(.."), " "),
    (re.compile(r"\\s[+-]?\d"), ""),
    (re.compile(r"\\[-e]"), lambda match: "-" if match[0] == "\\-" else "\\"),
    (re.compile(r"\\[&|^/,:%]"), ""),
]


def of_man_page(text):
    paragraphs, words = [], []
    verbatim = False
    for line in text.split("\n"):
        if line[:1] in (".", "'"):
            macro, _, arguments = line[1:].strip().partition(" ")
            if macro in ("nf", "EX", "Vb", "TS", "de"):
                verbatim = True
            if macro in ("fi", "EE", "Ve", "TE", "."):
                verbatim = False
            if macro in MAN_FONTS:
                # The fonts alternate from argument to argument; a space stands only in quotes.
                arguments = re.sub(r'"([^"]*)"|(\S+)\s?', r"\1\2", arguments) if (
                    len(macro) == 2 and macro != "SM"
                ) else arguments.replace('"', "")
                line = arguments
            else:
                paragraphs.append(" ".join(words))
                words = []
                continue
        elif not line.strip():
            paragraphs.append(" ".join(words))
            words = []
            continue
        if not verbatim:
            for pattern, replacement in MAN_ESCAPES:
                line = pattern.sub(replacement, line)
            words.append(line)
    paragraphs.append(" ".join(words))
    return paragraphs


def of_pod(text):
    blocks = (block for block in re.split(r"\n\s*\n", text) if not block.startswith(("=", " ")))
    return [re.sub(r"[A-Z]<+\s?([^<>]*?)\s?>+", r"\1", block) for block in blocks]


def dictionary_entries(text):
    """An entry begins at the margin; its notes on sources are left out."""
    for entry in re.split(r"\n(?=\S)", text):
        entry = re.sub(r"\[[^\[\]]{0,40}(?:Webster|PJC|WordNet)[^\[\]]*\]|\\[^\\\n]*\\", "", entry)
        yield of_plain_text(re.sub(r"[{}]", "", entry))


def wordnet_entries(text):
    """A line holds the words of a sense, a bar, its gloss and, in quotes, examples of its use."""
    for line in text.split("\n"):
        fields, bar, gloss = line.partition(" | ")
        if bar and not line.startswith(" "):
            meaning, *examples = re.split(r';\s*(?=")', gloss)
            word = fields.split(" ")[4].replace("_", " ")
            yield [f"{word}: {meaning}"] + [example.strip(' "') for example in examples]


def read(path):
    opener = gzip.open if path.endswith((".gz", ".dz")) else open
    with opener(path, "rb") as file:
        return file.read().decode("utf-8", "replace")


def of_file(path):
    """Yields the documents of one file, each as a list of paragraphs."""
    name = re.sub(r"\.[gd]z$", "", os.path.basename(path))
    if path.endswith(".dict.dz"):
        yield from dictionary_entries(read(path))
    elif re.search(r"/wordnet/data\.\w+$", path):
        yield from wordnet_entries(read(path))
    elif "/games/fortunes/" in path:
        if "." not in name and name != "ascii-art":
            yield from ([block] for block in read(path).split("\n%\n"))
    elif re.search(r"/man/man\d", path):
        yield of_man_page(read(path))
    elif name.endswith((".html", ".htm")):
        yield of_html(read(path))
    elif name.endswith(".pod"):
        yield of_pod(read(path))
    elif name.endswith((".txt", ".rst")):
        yield of_plain_text(read(path))


# Other languages, sources of pages that are read as HTML, and indices.
LEFT_OUT = re.compile(
    r"/manual/(?!en/)[a-z-]+/|/debian-handbook/html/(?!en-US/)|/translations/|/_sources/"
    r"|/Documentation/.*\.rst\.gz$|genindex|searchindex|/changelog"
)


def documents(directory, package):
    """Yields (identifier, paragraphs) of every document of a package, in a fixed order."""
    root = os.path.join(directory, package)
    paths = []
    for folder, _, names in os.walk(root):
        paths += (os.path.join(folder, name) for name in names)
    for path in sorted(paths):
        if os.path.islink(path) or LEFT_OUT.search(path):
            continue
        for number, paragraphs in enumerate(of_file(path)):
            yield f"{os.path.relpath(path, directory)}#{number}", paragraphs
