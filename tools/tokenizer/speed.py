"""Times both tokenizers on the same texts."""

import json
import re
import statistics
import subprocess
import time

import fuzz

PASSES = 3


def sentences(texts):
    return [part for text in texts for part in re.split(r"(?<=[.!?。])\s*", text) if part.strip()]


def best_of(body):
    times = []
    for _ in range(PASSES):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return min(times)


def theirs(peer, texts):
    offsets = best_of(lambda: peer.encode_batch(texts, add_special_tokens=False))
    tokens = best_of(lambda: peer.encode_batch_fast(texts, add_special_tokens=True))
    count = best_of(lambda: sum(map(len, peer.encode_batch_fast(texts, add_special_tokens=False))))
    return {"offsets": offsets, "tokens": tokens, "count": count}


def ours(binary, encoder, texts):
    command = [binary, "time", "--encoder", encoder, "--passes", str(PASSES)]
    output = subprocess.run(
        command, input=fuzz.lines(texts), stdout=subprocess.PIPE, check=True
    ).stdout
    report = json.loads(output)
    seconds = {
        "offsets": report["encodeSeconds"],
        "tokens": report["modelTokensSeconds"],
        "count": report["countSeconds"],
    }
    return seconds, report["loadSeconds"]


def table(sets, rounds, binary, encoder, peer):
    """Times the sets; yields the lines of a table."""
    yield "| Texts | Way | Theirs, MB/s | Ours, MB/s | Times as fast |"
    yield "|---|---|---:|---:|---:|"
    loads = []
    for name, pages in sets.items():
        for kind, texts in [("pages", pages), ("sentences", sentences(pages))]:
            megabytes = sum(len(text.encode()) for text in texts) / 1e6
            figures = []
            for _ in range(rounds):
                seconds, load = ours(binary, encoder, texts)
                loads.append(load)
                figures.append((theirs(peer, texts), seconds))
            for way in ["offsets", "tokens", "count"]:
                their = statistics.median(megabytes / figure[0][way] for figure in figures)
                our = statistics.median(megabytes / figure[1][way] for figure in figures)
                ratio = statistics.median(a[way] / b[way] for a, b in figures)
                yield f"| {name}, {kind} | {way} | {their:.1f} | {our:.0f} | {ratio:.0f} |"
    yield ""
    yield f"Ours is loaded in {statistics.median(loads) * 1000:.1f} ms."
