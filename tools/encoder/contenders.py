"""What takes part in a run: the peers, and our own encoder."""

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
TOGETHER, APART = "together", "apart"


class Failed(Exception):
    """One contender could not be measured."""


def reason(errors, status):
    """What a program said on stderr of why it failed, in a line."""
    lines = errors.strip().split("\n")
    return next((line for line in lines if "rror: " in line), lines[-1]) or f"status {status}"


def environment(threads):
    """The libraries take their threads from different variables."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
    return {
        **os.environ,
        **dict.fromkeys(names, str(threads)),
        "TOKENIZERS_PARALLELISM": "true" if threads > 1 else "false",
        "HF_HUB_OFFLINE": "1",
        # Of OpenVINO, which would say over the network that it is used.
        "OPENVINO_TELEMETRY_DISABLE": "1",
    }


def talk(command, threads):
    """Runs a program that speaks the workers' protocol; returns its lines, and the seconds until it
    was ready."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=environment(threads),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    lines, ready = [], None
    with process:
        for line in process.stdout:
            if not line.startswith("{"):
                continue
            lines.append(json.loads(line))
            if lines[-1].get("event") == "ready":
                ready = time.perf_counter() - begun
        errors = process.stderr.read()
    if process.returncode or not lines or lines[-1].get("event") != "end":
        raise Failed(reason(errors, process.returncode))
    return lines, ready


@dataclass(frozen=True)
class Peer:
    name: str
    precision: str
    model: str
    models: str
    ours = False

    @property
    def has_streams(self):
        # It takes the number of threads for the whole process.
        return not self.name.startswith("sentence-transformers")

    def command(self, way, plan):
        script = os.path.join(HERE, "worker.py")
        return [sys.executable, "-B", script, self.name, self.models, way, plan]

    def cold_start(self):
        """Measured with everything else: Python until it is ready."""
        return None

    def vectors(self, texts, plan, folder):
        out = os.path.join(folder, "vectors.npy")
        plan({"model": self.model, "threads": 1, "jobs": [], "check": {"texts": texts, "out": out}})
        talk(self.command(TOGETHER, plan.path), 1)
        return numpy.load(out)


@dataclass(frozen=True)
class Ours:
    name: str
    precision: str
    model: str
    encoder: str
    rag: str
    ours = True
    has_streams = False

    def command(self, way, plan):
        return [self.encoder, plan, "--precision", self.precision]

    def embed(self):
        options = ["--encoder", self.model, "--precision", self.precision]
        return [self.rag, "embed", "--format", "fvecs", *options]

    def cold_start(self):
        """The seconds from the start of `rag embed` to the first vector."""
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            process = subprocess.Popen(
                self.embed(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            with process:
                process.stdin.write(b'{"id": 1, "text": "hello"}\n')
                process.stdin.close()
                process.stdout.read(1)
                times.append(time.perf_counter() - begun)
        return statistics.median(times)

    def vectors(self, texts, plan, folder):
        objects = ({"id": number, "text": text} for number, text in enumerate(texts))
        lines = "".join(json.dumps(object) + "\n" for object in objects).encode()
        process = subprocess.run(self.embed(), input=lines, capture_output=True)
        if process.returncode:
            errors = process.stderr.decode("utf-8", "replace")
            raise Failed(reason(errors, process.returncode))
        rows = numpy.frombuffer(process.stdout, numpy.float32).reshape(len(texts), -1)
        return rows[:, 1:]


def check(contender, vectors, reference):
    """Returns the cosines with the reference, the mean and the least; in f32 they must be one."""
    if vectors.shape != reference.shape:
        raise Failed(f"it gave vectors of the shape {vectors.shape}")
    cosines = (vectors * reference).sum(axis=1)
    if contender.precision == "f32" and cosines.min() < 0.99999:
        raise Failed(f"its vectors are wrong: the least cosine is {cosines.min():.6f}")
    return {"mean": float(cosines.mean()), "least": float(cosines.min())}
