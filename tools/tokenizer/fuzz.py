"""Compares the tokens, and where they come from, of random texts."""

import itertools
import json
import re
import subprocess

from samples import Sampler

# Marks with a canonical combining class that are no nonspacing marks, and what decomposes to them.
# Where marks change places, theirs says that each came from where it stands afterwards, ours that
# they came from where they were. Of texts with one, only the tokens are compared.
MOVED = re.compile(
    "[\u08d4-\u08e1\u1b44\u1baa\u1bf2\u1bf3\u1dfb\u302e\u302f\ua953\ua9c0\U000111c0\U00011235"
    "\U0001134d\U00011442\U00011446\U000116b6\U00011c3f\U0001d15e-\U0001d172"
    "\U0001d1bb-\U0001d1c0\U0001e000-\U0001e02a\U0001e944-\U0001e94a]"
)
BATCH = 10_000
SHOWN = 5


def lines(texts):
    return "".join(json.dumps(text) + "\n" for text in texts).encode()


def ours(binary, encoder, texts):
    """Yields the tokens and byte ranges of each text."""
    command = [binary, "encode", "--encoder", encoder]
    output = subprocess.run(command, input=lines(texts), stdout=subprocess.PIPE, check=True).stdout
    for line in output.splitlines():
        tokens, starts, ends = json.loads(line)
        yield tokens, list(zip(starts, ends))


def in_bytes(text, offsets):
    """Ranges of characters as ranges of UTF-8 bytes."""
    sums = list(itertools.accumulate((len(c.encode()) for c in text), initial=0))
    return [(sums[start], sums[end]) for start, end in offsets]


def run(count, seed, real, binary, encoder, peer, report):
    """Returns how many texts are cut differently, and of how many only the tokens were compared;
    shows some of the former."""
    sampler = Sampler(seed, real)
    different, partly = 0, 0
    for done in range(0, count, BATCH):
        texts = [sampler.text() for _ in range(min(BATCH, count - done))]
        theirs = peer.encode_batch(texts, add_special_tokens=False)
        for text, expected, found in zip(texts, theirs, ours(binary, encoder, texts), strict=True):
            wanted = expected.ids, in_bytes(text, expected.offsets)
            if MOVED.search(text):
                partly += 1
                wanted, found = wanted[0], found[0]
            if wanted == found:
                continue
            different += 1
            if different <= SHOWN:
                report(f"{ascii(text)}\n  theirs {wanted}\n  ours   {found}")
    return different, partly
