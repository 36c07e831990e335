"""Files of vectors (.fvecs of Float32, .ivecs of Int32: for each vector its dimension as a
little-endian Int32, then its elements), and exact neighbours."""

import os

import numpy

NEIGHBOURS = 100


def read(path):
    """Returns [count, dimension] of Float32, or of Int32 for .ivecs."""
    dimension = int(numpy.fromfile(path, numpy.int32, 1)[0])
    rows = numpy.memmap(path, numpy.int32, "r").reshape(-1, dimension + 1)
    if not (rows[:, 0] == dimension).all():
        raise ValueError(f"{path} holds vectors of different dimensions")
    elements = rows[:, 1:]
    return numpy.array(elements.view(numpy.float32) if path.endswith(".fvecs") else elements)


def write(path, vectors):
    """Writes the whole file or none of it."""
    count, dimension = vectors.shape
    rows = numpy.empty((count, dimension + 1), numpy.int32)
    rows[:, 0] = dimension
    kind = numpy.float32 if path.endswith(".fvecs") else numpy.int32
    rows[:, 1:] = numpy.ascontiguousarray(vectors, kind).view(numpy.int32)
    rows.tofile(path + ".new")
    os.replace(path + ".new", path)


def exact_neighbours(base, queries, block=20_000):
    """Returns the indices of the vectors of greatest inner product with each query, best first and
    among equals the lower index first."""
    count = len(queries)
    scores, indices = numpy.empty((count, 0), numpy.float32), numpy.empty((count, 0), numpy.int32)
    for start in range(0, len(base), block):
        found = queries @ base[start : start + block].T
        kept = min(NEIGHBOURS, found.shape[1])
        places = numpy.argpartition(-found, kept - 1, axis=1)[:, :kept]
        scores = numpy.hstack([scores, numpy.take_along_axis(found, places, axis=1)])
        indices = numpy.hstack([indices, (places + start).astype(numpy.int32)])
        order = numpy.lexsort((indices, -scores), axis=1)[:, :NEIGHBOURS]
        scores = numpy.take_along_axis(scores, order, axis=1)
        indices = numpy.take_along_axis(indices, order, axis=1)
    return indices
