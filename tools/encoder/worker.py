"""Measures one peer in a process of its own:

    worker.py PEER MODELS WAY PLAN

It speaks the protocol that our benchmark `encoder PLAN` speaks. PLAN is a file

    {"model": DIR, "threads": T,
     "jobs": [{"name": …, "texts": [TEXT, …], "batch": B, "sort": BOOL, "reps": R}, …]}

and every line of the output a JSON object, written when it is known: {"event": "ready"} when the
text "hello" has been encoded; for each job {"name": …, "seconds": [R times], "lat_ms": [of each
call, where B is 1], "tokens": COUNT, "mean0": [the first four values of the first vector]}; and
{"event": "end", "rss_mb": MOST}. A job is done once unmeasured, then R times; `sort` takes the
texts by length. Tokens are counted without padding, special tokens included.

WAY is `together`, one call of the library on all T threads, or `apart`: T calls at a time on one
thread each, for `piece` texts of the batch (a field of the job). A plan may ask for vectors too:
{"check": {"texts": […], "out": FILE}} writes them to FILE."""

import concurrent.futures
import json
import sys
import time

import numpy

import engines


def write(line):
    print(json.dumps(line), flush=True)


def peak_mb():
    """The most memory that was resident, in MiB."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


class Together:
    def __init__(self, engine):
        self.engine = engine

    def embed(self, texts, job):
        return self.engine.embed(texts)


class Apart:
    def __init__(self, engine, streams):
        self.engine = engine
        self.pool = concurrent.futures.ThreadPoolExecutor(streams)

    def embed(self, texts, job):
        tokens = self.engine.tokens(texts)
        piece = job.get("piece", 1)
        pieces = [tokens[start : start + piece] for start in range(0, len(tokens), piece)]
        return numpy.concatenate(list(self.pool.map(self.engine.vectors, pieces)))


def order_of(texts, sort):
    order = range(len(texts))
    return sorted(order, key=lambda index: len(texts[index])) if sort else list(order)


def once(way, job, latencies):
    """Does a job, adds the milliseconds of each call to `latencies`, and returns the vectors."""
    texts = job["texts"]
    vectors = [None] * len(texts)
    order = order_of(texts, job["sort"])
    for start in range(0, len(order), job["batch"]):
        group = order[start : start + job["batch"]]
        begun = time.perf_counter()
        found = way.embed([texts[index] for index in group], job)
        latencies.append(1e3 * (time.perf_counter() - begun))
        for index, vector in zip(group, found):
            vectors[index] = vector
    return vectors


def run(way, job, count_tokens):
    seconds, latencies = [], []
    once(way, job, [])
    for _ in range(job["reps"]):
        begun = time.perf_counter()
        vectors = once(way, job, latencies)
        seconds.append(time.perf_counter() - begun)
    write(
        {
            "name": job["name"],
            "seconds": seconds,
            "lat_ms": latencies if job["batch"] == 1 else [],
            "tokens": sum(map(len, count_tokens(job["texts"]))),
            "mean0": [float(value) for value in vectors[0][:4]],
        }
    )


def main():
    peer, models, way, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        plan = json.load(file)
    threads = plan["threads"]
    each, streams = (1, threads) if way == "apart" else (threads, 1)
    engine = engines.ENGINES[peer](plan["model"], models, each, streams)
    chosen = Apart(engine, streams) if way == "apart" else Together(engine)
    chosen.embed(["hello"], {})
    write({"event": "ready"})
    if "check" in plan:
        numpy.save(plan["check"]["out"], engine.embed(plan["check"]["texts"]))
    count_tokens = engines.Engine(plan["model"]).tokens
    for job in plan["jobs"]:
        run(chosen, job, count_tokens)
    write({"event": "end", "rss_mb": peak_mb()})


if __name__ == "__main__":
    main()
