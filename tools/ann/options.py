"""The options of tools/peers-ann. Run by itself, it only checks them and needs no library."""

import argparse
import os

SETS = ["docs10k", "docs100k", "sents", "gauss128", "gauss768"]
PEERS = [
    "hnswlib f32",
    "faiss HNSW16 Flat",
    "usearch f32",
    "usearch i8",
    "svs vamana32 f32",
    "svs vamana32 LVQ4x8",
    "brute force numpy",
]

DESCRIPTION = f"""\
Compares the graph index with public libraries, on the same vectors, in one run.

Each round runs every contender once, one after the other, each in a process of its own; what is
printed are medians over the rounds. Peers are built in the first round and loaded in later ones;
above 100,000 vectors they are built with the last of --threads only. Searches use one thread.

Sets: {", ".join(SETS)}
  docs100k   100,000 passages, and docs10k the first 10,000 of them
  sents      300,000 sentences
  gauss128   100,000 vectors around random centres; gauss768 has 50,000
Peers: {", ".join(PEERS)}

What is fetched, made and measured stays in ${{XDG_CACHE_HOME:-~/.cache}}/rag/peers (about 3 GB);
nothing is installed. The first run fetches 100 MB of libraries and 150 MB of Debian packages, and
encodes the texts with rag: on two cores docs100k takes half an hour, sents 15 minutes. A round
takes some 10 minutes for 100,000 vectors, the first one three times as long.
RAG_BINARY names a rag to encode with, and ANN_BINARY a benchmark of ours to run, instead of those
that are built here."""

EPILOG = """\
Writes to --out: results.md (the tables, also printed), results.json (medians and every round),
SET.svg (recall against queries per second).
"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(64, f"peers-ann: error: {message}; see: tools/peers-ann --help\n")


def names(text):
    return [name.strip() for name in text.split(",") if name.strip()]


def peer_names(text):
    """The peers whose names hold one of the words."""
    chosen = []
    for word in names(text):
        found = [peer for peer in PEERS if word in peer]
        if not found:
            raise argparse.ArgumentTypeError(f"no peer's name holds '{word}'")
        chosen += [peer for peer in found if peer not in chosen]
    return chosen


def positive(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a count")
    return int(text)


def thread_counts(text):
    return [positive(count) for count in names(text)]


def parse(arguments=None):
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    home = os.path.join(cache, "rag", "peers")
    parser = Parser(
        prog="tools/peers-ann",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    home_of_results = os.path.join(home, "results")
    words = {"type": peer_names, "default": PEERS, "metavar": "A,B"}
    counts = {"type": thread_counts, "default": [1, 2], "metavar": "A,B"}
    add = parser.add_argument
    add("--sets", type=names, default=["docs100k"], metavar="A,B", help="default: docs100k")
    add("--rounds", type=positive, default=3, metavar="N", help="default: 3")
    add("--peers", **words, help="words in their names; default: all")
    add("--threads", **counts, help="for builds; default: 1,2")
    add("--skip-ours", action="store_true", help="measure the peers only")
    add("--data", metavar="DIR", help="take the sets' files from here instead of making them")
    add("--limit", type=positive, metavar="N", help="make sets of the first N vectors only: SET-N")
    add("--make-only", action="store_true", help="make the sets and measure nothing")
    add("--out", default=home_of_results, metavar="DIR", help="default: results, in the cache")
    chosen = parser.parse_args(arguments)
    chosen.home = home
    for name in [] if chosen.data else chosen.sets:
        if name not in SETS:
            parser.error(f"there is no set '{name}'; there is: {', '.join(SETS)}")
    return chosen


if __name__ == "__main__":
    parse()
