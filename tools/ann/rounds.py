"""Runs the contenders in turn, each in a process of its own, and merges what they measured."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import curves

OURS = "ours"
# Peers above this size are built with one count of threads only.
LARGE = 100_000


def slug(name):
    return "".join(letter if letter.isalnum() else "-" for letter in name)


class Runner:
    def __init__(self, data, peers, ann, threads, report):
        self.data, self.peers, self.ann = data, peers, ann
        self.threads, self.report = threads, report
        # What could not be run at all: (set, contender) -> why.
        self.failed = {}

    def command(self, contender, name, count, index, out):
        threads = ",".join(map(str, self.threads))
        if contender == OURS:
            place = ["--data", self.data, "--set", name]
            return [self.ann, *place, "--threads", threads, "--out", out]
        if count > LARGE:
            threads = str(self.threads[-1])
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "measure.py")
        return [sys.executable, "-B", script, contender, self.data, name, index, threads, out]

    def measure(self, contender, name, count, folder):
        """Returns the results of one process, or nothing and notes why."""
        out = os.path.join(folder, "out.json")
        index = os.path.join(folder, slug(contender))
        # The libraries' own threads would blur what one thread does.
        limits = {} if contender == OURS else {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.run(
            self.command(contender, name, count, index, out),
            env={**os.environ, **limits},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if not os.path.exists(out):
            lines = process.stdout.strip().split("\n")
            self.failed[name, contender] = lines[-1] or f"status {process.returncode}"
            self.report(f"{name}: {contender} failed: {self.failed[name, contender]}")
            return []
        with open(out, encoding="utf-8") as file:
            results = json.load(file)["results"]
        os.remove(out)
        return [{**result, "contender": contender} for result in results]

    def run(self, name, count, rounds, scratch):
        """Returns every round's results of a set; saved indexes lie in `scratch` meanwhile."""
        found = []
        contenders = ([OURS] if self.ann else []) + self.peers
        folder = tempfile.mkdtemp(prefix=".indexes.", dir=scratch)
        try:
            for number in range(1, rounds + 1):
                for contender in contenders:
                    if (name, contender) in self.failed:
                        continue
                    self.report(f"{name}: round {number} of {rounds}: {contender}")
                    results = self.measure(contender, name, count, folder)
                    found += [{**result, "round": number} for result in results]
        finally:
            shutil.rmtree(folder)
        return found


def merged(results):
    """The medians over the rounds: one result for each contender, in the order they ran."""
    groups = {}
    for result in results:
        key = (result["set"], result["contender"], result["peer"])
        groups.setdefault(key, []).append(result)
    medians = []
    for group in groups.values():
        result = curves.median(group)
        result["rounds"] = len(group)
        del result["round"]
        medians.append(result)
    return medians
