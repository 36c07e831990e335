"""Measures one peer on one set in a process of its own, on one thread but for the build:

    measure.py PEER DATA SET INDEX THREADS OUT

If INDEX (a path) exists it is loaded; if not, the index is built with each of THREADS (1,2) and
saved there.

Recall counts an answer as right when its exact similarity reaches the tenth exact one less 1e-6.
QPS come from calls with all queries at once, which leaves the interpreter out; latencies from
calls with one query, which do not: `call_floor_us` is what such a call costs on 16 vectors."""

import gc
import json
import os
import sys
import time

import numpy

import contenders
import curves
import sets
import vectors

K = 10
TIE = 1e-6
ENOUGH_RECALL = 0.9985
FILTERED_QUERIES = 200


def resident_mb():
    """Anonymous memory of this process, in MiB."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("RssAnon"))


def size_mb(path):
    if os.path.isfile(path):
        return os.path.getsize(path) / 1e6
    inside = (os.path.join(at, name) for at, _, names in os.walk(path) for name in names)
    return sum(map(os.path.getsize, inside)) / 1e6


def seconds(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def shortest(action, repeats=3, at_least=0.4, at_most=6.0):
    """The shortest of several runs, in seconds."""
    runs = []
    while len(runs) < repeats or sum(runs) < at_least:
        runs.append(seconds(action))
        if sum(runs) > at_most:
            break
    return min(runs)


class Measurement:
    def __init__(self, peer, data, name):
        base_path, query_path, neighbours_path = sets.paths(data, name)
        self.base = vectors.read(base_path)
        self.queries = vectors.read(query_path)
        self.neighbours = vectors.read(neighbours_path)
        self.peer = peer
        self.contender = contenders.PEERS[peer]()
        count, dimension = self.base.shape
        self.result = {"peer": peer, "set": name, "n": count, "dim": dimension, "k": K}

    def run(self, index, threads):
        if self.contender.load and os.path.exists(index):
            load_s = seconds(lambda: self.contender.load(index, self.base))
            self.result["load_s"] = round(load_s, 4)
        else:
            self.build(threads)
            if self.contender.save:
                self.save(index)
        if self.contender.map_file:
            self.map_file(index)
        self.curve()
        self.latency()
        # A call that fails is a finding about the peer, not a reason to lose its other figures.
        for step in (self.filter, self.change, self.call_floor):
            try:
                step()
            except Exception as error:
                self.result.setdefault("errors", {})[step.__name__] = repr(error)[:300]
        return self.result

    # Building and files

    def build(self, threads):
        if self.peer == contenders.YARDSTICK:
            return self.contender.build(self.base, 1)
        self.result["build_s"] = {}
        for count in threads:
            self.contender = contenders.PEERS[self.peer]()
            gc.collect()
            before = resident_mb()
            build_s = seconds(lambda: self.contender.build(self.base, count))
            self.result["build_s"][str(count)] = round(build_s, 2)
            # Of the first build: later ones find memory that it has left behind.
            self.result.setdefault("rss_mb", round(resident_mb() - before, 1))

    def save(self, index):
        self.result["save_s"] = round(seconds(lambda: self.contender.save(index)), 3)
        self.result["file_mb"] = round(size_mb(index), 1)

    def map_file(self, index):
        mapped = contenders.PEERS[self.peer]()
        load_s = seconds(lambda: mapped.map_file(index, self.base))
        mapped.set_effort(20)
        query_s = seconds(lambda: mapped.search(self.queries[:1], K))
        self.result["load_mmap_s"] = round(load_s, 4)
        self.result["mmap_first_query_ms"] = round(query_s * 1e3, 2)

    # Searching

    def recall(self, found, least, forbidden=None):
        """The share of right answers, where `least` is the similarity of each query's tenth."""
        inside = (found >= 0) & (found < len(self.base))
        places = numpy.where(inside, found, 0)
        scores = numpy.einsum("qkd,qd->qk", self.base[places], self.queries[: len(found)])
        right = inside & (scores >= least[:, None] - TIE)
        if forbidden is not None:
            right &= ~forbidden[places]
        return round(float(right.sum() / (len(found) * K)), 5)

    def tenth_scores(self, alive=None):
        tenths = self.neighbours[:, K - 1]
        if alive is not None:
            tenths = [row[alive[row]][K - 1] for row in self.neighbours]
        return numpy.einsum("qd,qd->q", self.base[tenths], self.queries)

    def curve(self):
        points = self.result["curve"] = []
        least = self.tenth_scores()
        for effort in self.contender.efforts:
            self.contender.set_effort(effort)
            found = numpy.asarray(self.contender.search(self.queries, K)).astype(numpy.int64)
            search_s = shortest(lambda: self.contender.search(self.queries, K))
            point = {"ef": effort, "recall": self.recall(found, least)}
            point["qps"] = round(len(self.queries) / search_s, 1)
            if self.contender.distances:
                point["ndis"] = round(self.contender.distances(self.queries, K), 1)
            points.append(point)
            if point["recall"] >= ENOUGH_RECALL and effort >= 32:
                break
        self.result.update(curves.summary(points))
        self.effort = self.result.get("ef_99") or self.contender.efforts[-1]

    def single_calls_us(self, contender, queries):
        for query in queries[:50]:
            contender.search(query[None], K)
        return [1e6 * seconds(lambda: contender.search(query[None], K)) for query in queries]

    def latency(self):
        self.contender.set_effort(self.effort)
        times = self.single_calls_us(self.contender, self.queries)
        for share in (50, 99):
            self.result[f"p{share}_us"] = round(float(numpy.percentile(times, share)), 1)

    def call_floor(self):
        small = contenders.PEERS[self.peer]()
        small.build(self.base[:16], 1)
        small.set_effort(K)
        times = self.single_calls_us(small, self.queries[:200])
        self.result["call_floor_us"] = round(float(numpy.median(times)), 1)

    # Filters and changes

    def filter(self):
        if not self.contender.search_allowed:
            return
        generator = numpy.random.default_rng(7)
        queries = self.queries[:FILTERED_QUERIES]
        filtered = self.result["filtered"] = {}
        for share in (0.1, 0.01):
            count = max(K, int(len(self.base) * share))
            allowed = numpy.sort(generator.permutation(len(self.base))[:count])
            forbidden = numpy.ones(len(self.base), bool)
            forbidden[allowed] = False
            rows = self.base[allowed]
            scores = queries @ rows.T
            least = -numpy.partition(-scores, K - 1, axis=1)[:, K - 1]

            def scan():
                for query in queries:
                    numpy.argpartition(-(rows @ query), K - 1)

            points = []
            efforts = (self.effort, 4 * self.effort) if self.effort else (0,)
            for effort in efforts:
                self.contender.set_effort(effort)
                found = self.contender.search_allowed(queries, K, allowed).astype(numpy.int64)
                search_s = shortest(
                    lambda: self.contender.search_allowed(queries, K, allowed), 1, 0.2
                )
                recall = self.recall(found, least, forbidden)
                qps = round(len(queries) / search_s, 1)
                points.append({"ef": effort, "recall": recall, "qps": qps})
            filtered[f"{share:g}"] = {
                "points": points,
                "brute_over_allowed_qps": round(len(queries) / seconds(scan), 1),
                "note": self.contender.filter_note,
            }

    def change(self):
        """Inserts queries, then deletes a tenth of the vectors, and what was inserted."""
        count = len(self.base)
        added = numpy.arange(count, count + min(contenders.INSERTIONS, len(self.queries)))
        if self.contender.insert:
            rows = self.queries[: len(added)]
            insert_s = seconds(lambda: self.contender.insert(rows, added))
            self.result["insert_us"] = round(insert_s / len(added) * 1e6, 1)
        if self.contender.delete:
            removed = numpy.random.default_rng(8).permutation(count)[: count // 10]
            delete_s = seconds(lambda: self.contender.delete(removed))
            self.result["delete_us"] = round(delete_s / len(removed) * 1e6, 2)
            if self.contender.insert:
                self.contender.delete(added)
            self.search_after(removed)

    def search_after(self, removed):
        alive = numpy.ones(len(self.base), bool)
        alive[removed] = False
        self.contender.set_effort(self.effort)
        found = numpy.asarray(self.contender.search(self.queries, K)).astype(numpy.int64)
        search_s = shortest(lambda: self.contender.search(self.queries, K))
        self.result["after_delete"] = {
            "recall": self.recall(found, self.tenth_scores(alive), ~alive),
            "qps": round(len(self.queries) / search_s, 1),
        }


def main():
    peer, data, name, index, threads, out = sys.argv[1:]
    measurement = Measurement(peer, data, name)
    result = measurement.run(index, [int(count) for count in threads.split(",")])
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"results": [result]}, file)


if __name__ == "__main__":
    main()
