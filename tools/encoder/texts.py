"""Cuts texts of given lengths out of a corpus of HTML pages. Which, depends on the pages alone."""

import math
import os
import random

import paragraphs

SEED = 20_240_701
# Of each class: the least and the most tokens, special ones included, and the count of texts.
CLASSES = {
    "short16": (10, 22, 128),
    "mid64": (44, 84, 64),
    "long256": (210, 256, 32),
    "mixed": (6, 256, 96),
}
# So much of a document is read for one text; more than 256 tokens by far.
WORDS = 300


def documents(directory):
    """The words of every page that has enough of them, in the order of the paths."""
    found = []
    for folder, _, names in os.walk(directory):
        found += (os.path.join(folder, name) for name in names if name.endswith(".html"))
    for path in sorted(found):
        with open(path, encoding="utf-8", errors="replace") as file:
            words = " ".join(paragraphs.of_html(file.read())).split()
        if len(words) >= 2 * WORDS:
            yield words


def length(generator, name):
    least, most, _ = CLASSES[name]
    if name != "mixed":
        return generator.randint(least, most)
    # As many of each order of magnitude: many short texts, some long ones.
    return round(math.exp(generator.uniform(math.log(least), math.log(most))))


def cut(words, tokenizer, count):
    """The longest beginning of the words with `count` tokens at most, two of them special."""
    text = " ".join(words)
    encoding = tokenizer.encode(text, add_special_tokens=False)
    return text[: encoding.offsets[min(count - 2, len(encoding.ids)) - 1][1]]


def make(corpus, tokenizer_path, classes):
    """Returns the texts of each class."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(tokenizer_path)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    pages = list(documents(corpus))
    made = {}
    for name in classes:
        # Of its own, so that the texts of a class are the same whichever others are chosen.
        generator = random.Random(f"{SEED} {name}")
        made[name] = []
        for _ in range(CLASSES[name][2]):
            page = generator.choice(pages)
            start = generator.randrange(len(page) - WORDS)
            words = page[start : start + WORDS]
            made[name].append(cut(words, tokenizer, length(generator, name)))
    return made
