"""Makes the sets, measures the contenders and writes what came out; see options.py."""

import importlib.metadata
import json
import os
import sys

import binaries
import options
import plot
import report
import rounds
import sets
import vectors
from failure import Failure

LIBRARIES = ["numpy", "hnswlib", "faiss-cpu", "usearch", "scalable-vs"]


def say(message):
    print(f"peers-ann: {message}", file=sys.stderr, flush=True)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = (line.partition(":")[2].strip() for line in file if line.startswith("model name"))
        return next(names, "unknown")


def prepared(chosen):
    """Returns the directory of the sets' files and the names of the sets in it."""
    if chosen.data:
        for name in chosen.sets:
            if not sets.is_made(chosen.data, name):
                wanted = ", ".join(map(os.path.basename, sets.paths(chosen.data, name)))
                raise Failure(f"{chosen.data} has not all of {wanted}")
        return chosen.data, chosen.sets
    maker = sets.Maker(chosen.home, chosen.limit, lambda: binaries.rag(say), say)
    return maker.data, [maker.make(name) for name in chosen.sets]


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def main():
    chosen = options.parse()
    data, names = prepared(chosen)
    if chosen.make_only:
        return 0
    ann = None if chosen.skip_ours else binaries.ann(say)
    os.makedirs(chosen.out, exist_ok=True)
    runner = rounds.Runner(data, chosen.peers, ann, chosen.threads, say)
    document = {
        "processor": processor(),
        "versions": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "results": [],
        "rounds": [],
    }
    for name in names:
        count = len(vectors.read(sets.paths(data, name)[0]))
        found = runner.run(name, count, chosen.rounds, chosen.out)
        results = rounds.merged(found)
        document["results"] += results
        document["rounds"] += found
        # After every set, so that a run that ends early has not been for nothing.
        write(chosen.out, "results.json", json.dumps(document, indent=1) + "\n")
        if results:
            write(chosen.out, f"{name}.svg", plot.svg(results))
    tables = report.markdown(document["results"], runner.failed)
    write(chosen.out, "results.md", tables)
    print(tables)
    say(f"wrote results.md, results.json and a plot of each set to {chosen.out}")
    return 3 if runner.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        say(f"error: {failure}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
