"""Compares tokens and speed; see options.py."""

import json
import os
import subprocess
import sys

TOOLS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# What fetches packages and builds programs is shared with tools/peers-ann.
sys.path.append(os.path.join(TOOLS, "ann"))

import binaries
import fuzz
import manuals
import options
import speed
from failure import Failure
from tokenizers import Tokenizer


def say(message):
    print(f"peers-tokenizer: {message}", file=sys.stderr, flush=True)


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


def open_peer(encoder):
    peer = Tokenizer.from_file(os.path.join(encoder, "tokenizer.json"))
    peer.no_padding()
    peer.no_truncation()
    return peer


def main():
    chosen = options.parse()
    model = [os.path.join(TOOLS, "model")]
    encoder = chosen.encoder or subprocess.check_output(model, text=True).strip()
    binary = os.environ.get("TOKENIZER_BINARY") or binaries.built(
        os.path.join(binaries.ROOT, "Benchmarks"), "tokenizer", say
    )
    if chosen.texts:
        sets = {name: read(path) for name, path in chosen.texts}
    else:
        sets = manuals.texts(chosen.home, say)
    peer = open_peer(encoder)
    different = 0
    if chosen.fuzz:
        real = [text for texts in sets.values() for text in texts if text]
        different, partly = fuzz.run(chosen.fuzz, chosen.seed, real, binary, encoder, peer, say)
        print(f"{different} of {chosen.fuzz} random texts, seed {chosen.seed}, differ.")
        print(f"(Only the tokens are compared of {partly} that have marks which change places.)\n")
    if chosen.rounds:
        for line in speed.table(sets, chosen.rounds, binary, encoder, peer):
            print(line, flush=True)
    return 1 if different else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        say(f"error: {failure}")
        sys.exit(69)
