"""The public libraries under one set of calls. All have 32 links on the lowest level, as many
candidates while building as hnswlib with efConstruction = 200, and inner product (or L2, which
orders unit vectors alike). A method that a library does not offer is None."""

import os
import tempfile

import numpy

import vectors

LINKS = 16
BUILD_CANDIDATES = 200
INSERTIONS = 500
EFFORTS = [10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768]


class Hnswlib:
    efforts = EFFORTS
    filter_note = "a Python callback for each candidate"
    distances = map_file = None

    def build(self, base, threads):
        import hnswlib

        self.index = hnswlib.Index("ip", base.shape[1])
        self.index.init_index(
            len(base) + INSERTIONS, M=LINKS, ef_construction=BUILD_CANDIDATES, random_seed=100
        )
        self.index.add_items(base, numpy.arange(len(base)), num_threads=threads)

    def set_effort(self, effort):
        self.index.set_ef(effort)

    def search(self, queries, k):
        return self.index.knn_query(queries, k, num_threads=1)[0]

    def save(self, path):
        self.index.save_index(path)

    def load(self, path, base):
        import hnswlib

        self.index = hnswlib.Index("ip", base.shape[1])
        self.index.load_index(path, max_elements=len(base) + INSERTIONS)

    def insert(self, rows, identifiers):
        for row, identifier in zip(rows, identifiers):
            self.index.add_items(row[None], [identifier], num_threads=1)

    def delete(self, identifiers):
        for identifier in identifiers:
            self.index.mark_deleted(int(identifier))

    def search_allowed(self, queries, k, allowed):
        members = set(allowed.tolist())
        return self.index.knn_query(queries, k, num_threads=1, filter=members.__contains__)[0]


class Faiss:
    efforts = EFFORTS
    filter_note = "a bitmap"
    delete = None

    def build(self, base, threads):
        import faiss

        faiss.omp_set_num_threads(threads)
        self.index = faiss.IndexHNSWFlat(base.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
        self.index.hnsw.efConstruction = BUILD_CANDIDATES
        self.index.add(base)
        faiss.omp_set_num_threads(1)

    def set_effort(self, effort):
        self.index.hnsw.efSearch = effort

    def search(self, queries, k):
        return self.index.search(queries, k)[1]

    def distances(self, queries, k):
        import faiss

        faiss.cvar.hnsw_stats.reset()
        self.index.search(queries, k)
        return faiss.cvar.hnsw_stats.ndis / len(queries)

    def save(self, path):
        import faiss

        faiss.write_index(self.index, path)

    def load(self, path, base):
        import faiss

        faiss.omp_set_num_threads(1)
        self.index = faiss.read_index(path)

    def map_file(self, path, base):
        import faiss

        self.index = faiss.read_index(path, faiss.IO_FLAG_MMAP_IFC)

    def insert(self, rows, identifiers):
        for row in rows:
            self.index.add(row[None])

    def search_allowed(self, queries, k, allowed):
        import faiss

        mask = numpy.zeros(self.index.ntotal, bool)
        mask[allowed] = True
        selector = faiss.IDSelectorBitmap(numpy.packbits(mask, bitorder="little"))
        parameters = faiss.SearchParametersHNSW(
            sel=selector, efSearch=self.index.hnsw.efSearch
        )
        return self.index.search(queries, k, params=parameters)[1]


class Usearch:
    efforts = EFFORTS
    # Its Python binding has no filtered search.
    search_allowed = None

    def __init__(self, scalar):
        self.scalar = scalar

    def build(self, base, threads):
        from usearch.index import Index

        self.index = Index(
            ndim=base.shape[1],
            metric="ip",
            dtype=self.scalar,
            connectivity=LINKS,
            expansion_add=BUILD_CANDIDATES,
        )
        self.index.add(numpy.arange(len(base)), base, threads=threads)

    def set_effort(self, effort):
        self.index.expansion_search = effort

    def search(self, queries, k):
        keys = self.index.search(queries, k, threads=1).keys
        return numpy.asarray(keys).astype(numpy.int64).reshape(len(queries), -1)

    def distances(self, queries, k):
        return self.index.search(queries, k, threads=1).computed_distances / len(queries)

    def save(self, path):
        self.index.save(path)

    def load(self, path, base):
        from usearch.index import Index

        self.index = Index.restore(path, view=False)
        # Not kept in the file.
        self.index.expansion_add = BUILD_CANDIDATES

    def map_file(self, path, base):
        from usearch.index import Index

        self.index = Index.restore(path, view=True)

    def insert(self, rows, identifiers):
        for row, identifier in zip(rows, identifiers):
            self.index.add(int(identifier), row, threads=1)

    def delete(self, identifiers):
        for identifier in identifiers:
            self.index.remove(int(identifier))


class SVS:
    """Intel's Vamana; the static index neither inserts nor deletes nor filters."""

    efforts = EFFORTS
    distances = map_file = insert = delete = search_allowed = None

    def __init__(self, compressed):
        self.compressed = compressed

    def build(self, base, threads):
        import svs

        parameters = svs.VamanaBuildParameters(
            alpha=1.2, graph_max_degree=2 * LINKS, window_size=BUILD_CANDIDATES
        )
        with tempfile.TemporaryDirectory() as folder:
            data = self.compress(base, folder) if self.compressed else base
            self.index = svs.Vamana.build(
                parameters, data, svs.DistanceType.L2, num_threads=threads
            )
        self.index.num_threads = 1

    @staticmethod
    def compress(base, folder):
        """LVQ with 4 bits for the walk, and 8 of what these leave for the last ranking."""
        import svs

        path = os.path.join(folder, "base.fvecs")
        vectors.write(path, base)
        loader = svs.VectorDataLoader(path, svs.DataType.float32, dims=base.shape[1])
        return svs.LVQLoader(loader, primary=4, residual=8, strategy=svs.LVQStrategy.Turbo)

    def set_effort(self, effort):
        self.index.search_window_size = effort

    def search(self, queries, k):
        return self.index.search(queries, k)[0].astype(numpy.int64)

    def save(self, path):
        os.mkdir(path)
        self.index.save(*(os.path.join(path, part) for part in ("config", "graph", "data")))

    def load(self, path, base):
        import svs

        config, graph, data = (os.path.join(path, part) for part in ("config", "graph", "data"))
        loader = (
            svs.LVQLoader(data)
            if self.compressed
            else svs.VectorDataLoader(data, svs.DataType.float32, dims=base.shape[1])
        )
        self.index = svs.Vamana(
            config, svs.GraphLoader(graph), loader, svs.DistanceType.L2, num_threads=1
        )


def best_first(scores, k):
    places = numpy.argpartition(-scores, k - 1, axis=1)[:, :k]
    order = numpy.argsort(-numpy.take_along_axis(scores, places, axis=1), axis=1)
    return numpy.take_along_axis(places, order, axis=1)


class BruteForce:
    """Every vector is compared, by numpy; the yardstick of exact answers."""

    efforts = [0]
    filter_note = "the allowed rows lie together, 100 queries at a time"
    distances = save = load = map_file = insert = delete = None
    queries_at_once = 100

    def build(self, base, threads):
        self.base = base

    def set_effort(self, effort):
        pass

    def scan(self, rows, queries, k):
        starts = range(0, len(queries), self.queries_at_once)
        blocks = (queries[start : start + self.queries_at_once] for start in starts)
        return numpy.vstack([best_first(block @ rows.T, k) for block in blocks])

    def search(self, queries, k):
        return self.scan(self.base, queries, k)

    def search_allowed(self, queries, k, allowed):
        return allowed[self.scan(self.base[allowed], queries, k)]


YARDSTICK = "brute force numpy"
PEERS = {
    "hnswlib f32": Hnswlib,
    "faiss HNSW16 Flat": Faiss,
    "usearch f32": lambda: Usearch("f32"),
    "usearch i8": lambda: Usearch("i8"),
    "svs vamana32 f32": lambda: SVS(compressed=False),
    "svs vamana32 LVQ4x8": lambda: SVS(compressed=True),
    YARDSTICK: BruteForce,
}
