"""The options of tools/peers-encoder. Run by itself, it only checks them and needs no library."""

import argparse
import os

CLASSES = ["short16", "mid64", "long256", "mixed"]
# Each peer's precision.
PEERS = {
    "onnxruntime f32": "f32",
    "onnxruntime fused f32": "f32",
    "openvino f32": "f32",
    "ctranslate2 f32": "f32",
    "onnxruntime int8": "int8",
    "onnxruntime fused int8": "int8",
    "openvino int8": "int8",
    "ctranslate2 int8": "int8",
}
TORCH_PEERS = {"sentence-transformers f32": "f32"}

DESCRIPTION = f"""\
Compares the encoder all-MiniLM-L6-v2 with public ones on the same texts, in one run.

Text in, normalised vectors out, the tokenizer included. Each round runs every contender once with
each number of threads, one after the other, each in a process of its own, and measures what the
processor does at most with bare multiply-add loops; what is printed are medians over the rounds.
Before the first round the vectors of every contender are compared with a computation in 64 bits.

Classes of texts: {", ".join(CLASSES)} (tokens; mixed is 6 to 256)
Peers: {", ".join(PEERS)};
  with --with-torch also {", ".join(TORCH_PEERS)}

The texts are passages of SQLite's documentation. What is fetched, made and measured stays in
${{XDG_CACHE_HOME:-~/.cache}}/rag/peers/encoder (about 1 GB; with PyTorch 7 GB in an environment of
its own); nothing is installed. On two cores three rounds take about 20 minutes, and the first run
some more to build our programs.
RAG_BINARY and ENCODER_BINARY name a rag and a benchmark of ours to run, instead of those that are
built here."""

EPILOG = """\
Prints the tables on standard output; --json FILE writes the medians and every round.
"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(64, f"peers-encoder: error: {message}; see: tools/peers-encoder --help\n")


def names(text):
    return [name.strip() for name in text.split(",") if name.strip()]


def one_of(known):
    def read(text):
        for name in names(text):
            if name not in known:
                choices = ", ".join(known)
                raise argparse.ArgumentTypeError(f"there is no '{name}'; there is: {choices}")
        return names(text)

    return read


def positive(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a count")
    return int(text)


def thread_counts(text):
    return [positive(count) for count in names(text)]


def peers_named(words, known):
    """The peers whose names hold one of the words; None takes all, `none` none."""
    if words == ["none"]:
        return []
    chosen = []
    for word in words or [""]:
        found = [peer for peer in known if word in peer]
        if not found:
            raise ValueError(f"no peer's name holds '{word}'")
        chosen += [peer for peer in found if peer not in chosen]
    return chosen


def parse(arguments=None):
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    parser = Parser(
        prog="tools/peers-encoder",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    precisions = {"type": one_of(["f32", "int8"]), "default": ["f32", "int8"], "metavar": "A,B"}
    classes = {"type": one_of(CLASSES), "default": CLASSES, "metavar": "A,B"}
    counts = {"type": thread_counts, "default": [1, 2], "metavar": "A,B"}
    add = parser.add_argument
    add("--rounds", type=positive, default=3, metavar="N", help="default: 3")
    add("--threads", **counts, help="default: 1,2")
    add("--classes", **classes, help="default: all")
    add("--peers", type=names, metavar="A,B", help="words in their names, or none; default: all")
    add("--precision", **precisions, help="of the peers and of ours; default: f32,int8")
    add("--skip-ours", action="store_true", help="measure the peers only")
    add("--with-torch", action="store_true", help="PyTorch too: a download of 3 GB")
    add("--json", metavar="FILE", help="write the figures there too")
    chosen = parser.parse_args(arguments)
    known = {**PEERS, **(TORCH_PEERS if chosen.with_torch else {})}
    try:
        chosen.peers = peers_named(chosen.peers, known)
    except ValueError as error:
        parser.error(f"argument --peers: {error}")
    chosen.peers = {name: known[name] for name in chosen.peers if known[name] in chosen.precision}
    if chosen.skip_ours and not chosen.peers:
        parser.error("there is nothing to measure")
    chosen.home = os.path.join(cache, "rag", "peers", "encoder")
    return chosen


if __name__ == "__main__":
    parse()
