"""The options of tools/peers-tokenizer. Run by itself, it only checks them and needs no library."""

import argparse
import os

DESCRIPTION = """\
Compares the WordPiece tokenizer with Hugging Face's tokenizers, on the same texts, in one run.

First, random texts of all sorts: the tokens must be the same, and each must come from the same
characters. Then the speed on real text, pages and single sentences of it, in English and Chinese:
each round times both, one after the other, on one thread; what is printed are medians over the
rounds. Without --texts, the texts are manual pages from Debian packages (7 MB are fetched).

Three ways to tokenize are timed:
  offsets  tokens and where each comes from   (theirs: encode_batch)
  tokens   what the model is given            (theirs: encode_batch_fast)
  count    the number of tokens               (theirs: encode_batch_fast)

TOKENIZER_BINARY names a benchmark of ours to run instead of the one that is built here."""

EPILOG = "Exits with 1 where a text is cut differently."


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(64, f"peers-tokenizer: error: {message}; see: tools/peers-tokenizer --help\n")


def count(text):
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not a count")
    return int(text)


def named_file(text):
    name, separator, path = text.partition("=")
    if not separator or not os.path.isfile(path):
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=FILE, with a file that is there")
    return name, path


def parse(arguments=None):
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    parser = Parser(
        prog="tools/peers-tokenizer",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--fuzz", type=count, default=100_000, metavar="N", help="random texts; default: 100000")
    add("--seed", type=count, default=1, metavar="N", help="of the random texts; default: 1")
    add("--rounds", type=count, default=5, metavar="N", help="of timing, or 0; default: 5")
    add(
        "--texts",
        type=named_file,
        action="append",
        metavar="NAME=FILE",
        help='texts to time on: JSON Lines, each with a member "text"; may come several times',
    )
    add("--encoder", metavar="DIR", help="the encoder's directory; default: that of tools/model")
    chosen = parser.parse_args(arguments)
    chosen.home = os.path.join(cache, "rag", "peers")
    return chosen


if __name__ == "__main__":
    parse()
