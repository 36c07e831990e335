"""Runs the contenders in turn and merges what they measured."""

import json
import os
import statistics

import contenders
import limits

# How often a class is timed in one process: as long for short texts as for long ones.
REPEATS = {"short16": 3, "mid64": 2, "long256": 1, "mixed": 1}
BATCH = 32


class Plan:
    """The file that tells a worker what to do."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "plan.json")

    def __call__(self, content):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(content, file)


def jobs(texts, way):
    """`CLASS/b1`: a text a call. `CLASS/b32`: 32 texts a call. `mixed/b32s`: texts sorted by length
    before. `CLASS/b32/apart1` and 16: the 32 texts in pieces, a piece a thread."""

    def job(name, batch, sort=False, **others):
        kind = name.split("/")[0]
        fields = {"texts": texts[kind], "batch": batch, "sort": sort, "reps": REPEATS[kind]}
        return {"name": name, **fields, **others}

    for kind in texts:
        if way == contenders.TOGETHER:
            yield job(f"{kind}/b1", 1)
            yield job(f"{kind}/b{BATCH}", BATCH)
            if kind == "mixed":
                yield job(f"{kind}/b{BATCH}s", BATCH, sort=True)
        else:
            yield job(f"{kind}/b{BATCH}/apart1", BATCH, piece=1)
            yield job(f"{kind}/b{BATCH}/apart16", BATCH, sort=kind == "mixed", piece=16)


class Runner:
    def __init__(self, model, texts, folder, report):
        self.model, self.texts, self.report = model, texts, report
        self.folder, self.plan = folder, Plan(folder)
        # What could not be run: name -> why.
        self.failed = {}

    def check(self, all_contenders, texts, reference):
        """Compares vectors; what gives wrong ones is left out. Returns the cosines by name."""
        cosines = {}
        for contender in all_contenders:
            self.report(f"checking {contender.name}")
            try:
                vectors = contender.vectors(texts, self.plan, self.folder)
                cosines[contender.name] = contenders.check(contender, vectors, reference)
            except contenders.Failed as error:
                self.fail(contender, error)
        return cosines

    def fail(self, contender, error):
        self.failed[contender.name] = str(error)
        self.report(f"{contender.name} failed: {error}")

    def measure(self, contender, threads):
        """One contender's figures of one round."""
        result = {"contender": contender.name, "threads": threads, "jobs": {}}
        ways = [contenders.TOGETHER]
        if threads > 1 and contender.has_streams:
            ways.append(contenders.APART)
        for way in ways:
            content = {"model": self.model, "threads": threads}
            self.plan({**content, "jobs": list(jobs(self.texts, way))})
            lines, ready = contenders.talk(contender.command(way, self.plan.path), threads)
            if way == contenders.TOGETHER:
                result["ready_s"] = ready
                result["rss_mb"] = lines[-1]["rss_mb"]
            result["jobs"].update({line["name"]: line for line in lines if "name" in line})
        result["cold_s"] = contender.cold_start() or result["ready_s"]
        return result

    def run(self, all_contenders, thread_counts, rounds, limit_program):
        """Yields the results and the limits found so far, after every pass over the contenders."""
        results, found_limits = [], []
        for number in range(rounds):
            # Not always the same one after the same other.
            turn = number % len(all_contenders)
            for threads in thread_counts:
                for contender in all_contenders[turn:] + all_contenders[:turn]:
                    if contender.name in self.failed:
                        continue
                    note = f"{contender.name}, {threads} thread{'s' * (threads > 1)}"
                    self.report(f"round {number + 1} of {rounds}: {note}")
                    # As often as anything else, so that neither has the better moments.
                    busy = {"round": number + 1, "load": os.getloadavg()[0]}
                    found_limits.append(limits.measure(limit_program, threads) | busy)
                    try:
                        results.append(self.measure(contender, threads) | {"round": number + 1})
                    except contenders.Failed as error:
                        self.fail(contender, error)
                yield results, found_limits


def percentile(values, fraction):
    """The value that a fraction of the others does not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


def merged_jobs(results):
    merged = {}
    for name, job in results[0]["jobs"].items():
        every = [result["jobs"][name] for result in results]
        seconds = [value for one in every for value in one["seconds"]]
        merged[name] = {"tokens_s": job["tokens"] / statistics.median(seconds)}
        latencies = [value for one in every for value in one["lat_ms"]]
        if latencies:
            merged[name]["p50_ms"] = percentile(latencies, 0.5)
            merged[name]["p99_ms"] = percentile(latencies, 0.99)
    return merged


def merged(results):
    """The medians over the rounds: one result for each contender and count of threads."""
    groups = {}
    for result in results:
        groups.setdefault((result["contender"], result["threads"]), []).append(result)
    return [
        {
            "contender": name,
            "threads": threads,
            "rounds": len(group),
            "jobs": merged_jobs(group),
            **{
                key: statistics.median(result[key] for result in group)
                for key in ("cold_s", "ready_s", "rss_mb")
            },
        }
        for (name, threads), group in groups.items()
    ]


def merged_limits(found):
    """The most there was, by count of threads: what was reached once is possible."""
    groups = {}
    for limit in found:
        groups.setdefault(limit["threads"], []).append(limit)
    return {
        str(threads): {
            key: max(limit[key] for limit in group)
            for key in ("f32", "int8")
            if key in group[0]
        }
        for threads, group in groups.items()
    }
