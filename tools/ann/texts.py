"""Makes passages, sentences and questions out of the packages' paragraphs. What is taken, and its
order, depends on hashes of the texts alone."""

import hashlib
import json
import os
import re

import packages
import paragraphs

# One document in so many is held back whole; the queries are sentences of those.
HELD_BACK = 40
QUERY_COUNT = 1_000
# So that the queries are not all of one package.
QUERIES_OF_A_PACKAGE = QUERY_COUNT * 12 // 100
MAXIMUM_SENTENCE_WORDS = 70

COMMON_WORDS = frozenset(
    "a about all also an and any are as at be been but by can do each for from had has have he her "
    "his how i if in into is it its may more must no not of on one only or other out she should so "
    "some such than that the their them then there these they this to up used was we were what "
    "when where which who will with would you your".split()
)


def hash_of(text):
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def identity(text):
    """The same for texts that differ in case, figures or punctuation only."""
    return hash_of(" ".join(re.findall("[a-z]+", text.lower())))


def is_prose(text, minimum):
    """Whether a text holds so many words at least, mostly letters, and sounds like English."""
    words = re.findall("[A-Za-z]{2,}", text)
    letters = sum(map(len, words))
    common = sum(word.lower() in COMMON_WORDS for word in words)
    return len(words) >= minimum and letters > 0.62 * len(text) and common * 10 >= len(words)


def sentences_of(document):
    """Yields (sentence, count of words) of the paragraphs that are prose."""
    for paragraph in document:
        paragraph = " ".join(paragraph.split())
        if len(paragraph) < 20 or not is_prose(paragraph, 4):
            continue
        for sentence in re.split(r"""(?<=[.!?;:])\s(?=["'(]?[A-Z])""", paragraph):
            words = sentence.split(" ")[:MAXIMUM_SENTENCE_WORDS]
            yield " ".join(words), len(words)


def passages_of(sentences):
    """Joins neighbouring sentences into passages of some 35 to 50 words."""
    pieces, count = [], 0
    for sentence, words in sentences:
        if pieces and count + words > 50:
            yield " ".join(pieces), count
            pieces, count = [], 0
        pieces.append(sentence)
        count += words
        if count >= 34:
            yield " ".join(pieces), count
            pieces, count = [], 0
    yield " ".join(pieces), count


def in_order_of_hash(texts):
    return [text for _, text in sorted((hash_of(text), text) for text in texts)]


def choose_queries(candidates, known):
    queries, taken = [], {}
    for text in in_order_of_hash(candidates):
        package = candidates[text]
        if identity(text) not in known and taken.get(package, 0) < QUERIES_OF_A_PACKAGE:
            known.add(identity(text))
            taken[package] = taken.get(package, 0) + 1
            queries.append(text)
    return queries[:QUERY_COUNT]


def extract(directory):
    """Returns the passages, sentences and queries of the packages that lie in `directory`."""
    passages, sentences, candidates = {}, {}, {}
    all_sentences = set()
    for package in packages.NAMES:
        for identifier, document in paragraphs.documents(directory, package):
            found = list(sentences_of(document))
            if int.from_bytes(hash_of(identifier), "big") % HELD_BACK == 0:
                for text, words in found:
                    if 6 <= words <= 30 and is_prose(text, 4):
                        candidates[text] = package
                continue
            for text, words in found:
                key = identity(text)
                all_sentences.add(key)
                if 5 <= words <= 12 and is_prose(text, 4):
                    sentences.setdefault(key, text)
            for text, words in passages_of(found):
                if 22 <= words <= 72 and is_prose(text, 20):
                    passages.setdefault(identity(text), text)
    return {
        "passages": in_order_of_hash(passages.values()),
        "sentences": in_order_of_hash(sentences.values()),
        "queries": choose_queries(candidates, all_sentences),
    }


def load(directory, kind):
    """Returns the texts of a kind that `make` wrote."""
    with open(os.path.join(directory, f"{kind}.txt"), encoding="utf-8") as file:
        return file.read().split("\n")[:-1]


def make(directory, package_directory, report):
    """Writes the texts into `directory`, one to a line, unless they are there."""
    manifest = os.path.join(directory, "manifest.json")
    if os.path.exists(manifest):
        return
    versions = packages.fetch_all(package_directory, report)
    report("taking passages and sentences out of the packages (some minutes)")
    os.makedirs(directory, exist_ok=True)
    made = extract(package_directory)
    for kind, texts in made.items():
        with open(os.path.join(directory, f"{kind}.txt"), "w", encoding="utf-8") as file:
            file.writelines(text + "\n" for text in texts)
    counts = {kind: len(texts) for kind, texts in made.items()}
    # Written last: its presence says that the rest is whole.
    with open(manifest, "w", encoding="utf-8") as file:
        json.dump({"counts": counts, "packages": versions}, file, indent=2)
