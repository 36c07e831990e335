"""Makes the data sets: SET.base.fvecs, SET.query.fvecs and SET.gt.ivecs (the exact neighbours)."""

import hashlib
import os
from dataclasses import dataclass

import numpy

import encode
import texts
import vectors


@dataclass(frozen=True)
class Text:
    """Texts of a kind, encoded."""

    kind: str
    count: int


@dataclass(frozen=True)
class Prefix:
    """The first vectors of another set, and its queries."""

    of: str
    count: int


@dataclass(frozen=True)
class Gauss:
    """Unit vectors scattered around random centres, and queries around the same centres."""

    count: int
    dimension: int
    clusters: int = 1_000
    queries: int = 1_000
    # The length of the scatter over that of a centre.
    spread: float = 0.8
    seed: int = 20_240_601


SETS = {
    "docs10k": Prefix("docs100k", 10_000),
    "docs100k": Text("passages", 100_000),
    "sents": Text("sentences", 300_000),
    "gauss128": Gauss(100_000, 128),
    "gauss768": Gauss(50_000, 768),
}


def paths(directory, name):
    ends = (".base.fvecs", ".query.fvecs", ".gt.ivecs")
    return [os.path.join(directory, name + end) for end in ends]


def is_made(directory, name):
    return all(map(os.path.exists, paths(directory, name)))


def normalized(rows):
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def gaussian(recipe):
    generator = numpy.random.Generator(numpy.random.PCG64(recipe.seed))
    shape = (recipe.clusters, recipe.dimension)
    centres = normalized(generator.standard_normal(shape, numpy.float32))
    scale = numpy.float32(recipe.spread / numpy.sqrt(recipe.dimension))

    def around(count):
        chosen = centres[generator.integers(recipe.clusters, size=count)]
        scatter = generator.standard_normal((count, recipe.dimension), numpy.float32)
        return normalized(chosen + scale * scatter)

    return around(recipe.count), around(recipe.queries)


class Maker:
    """Makes sets in `cache`/data, from texts and encoded parts in folders beside it."""

    def __init__(self, cache, limit, find_rag, report):
        """`find_rag` returns the command that encodes, and is called if there is need of it."""
        self.cache, self.limit, self.find_rag, self.report = cache, limit, find_rag, report
        self.data = os.path.join(cache, "data")

    def name(self, name):
        return f"{name}-{self.limit}" if self.limit else name

    def make(self, name):
        """Makes a set unless it is there; returns its name, which --limit changes."""
        made = self.name(name)
        if is_made(self.data, made):
            return made
        recipe = SETS[name]
        if isinstance(recipe, Prefix):
            source = paths(self.data, self.make(recipe.of))
            base, queries = vectors.read(source[0])[: recipe.count], vectors.read(source[1])
        elif isinstance(recipe, Gauss):
            self.report(f"{made}: making vectors")
            base, queries = gaussian(recipe)
        else:
            base, queries = self.encoded(recipe)
        base = base[: self.limit or None]
        self.report(f"{made}: finding the exact neighbours")
        base_path, query_path, neighbours_path = paths(self.data, made)
        os.makedirs(self.data, exist_ok=True)
        vectors.write(base_path, base)
        vectors.write(query_path, queries)
        vectors.write(neighbours_path, vectors.exact_neighbours(base, queries))
        self.report(f"{made}: {len(base):,} vectors, SHA-256 {digest(base_path)}")
        return made

    def encoded(self, recipe):
        folder = os.path.join(self.cache, "texts")
        texts.make(folder, os.path.join(self.cache, "packages"), self.report)
        chosen = texts.load(folder, recipe.kind)[: self.limit or recipe.count]
        parts = os.path.join(self.cache, "parts")
        rag = self.find_rag()
        base = encode.encode(rag, chosen, parts, self.report)
        return base, encode.encode(rag, texts.load(folder, "queries"), parts, self.report)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
