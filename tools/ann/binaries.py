"""Finds or builds the programs of this repository that a run needs."""

import os
import subprocess

from failure import Failure

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BENCHMARKS = os.path.join(ROOT, "Benchmarks")


def printed(name, *arguments):
    """What a tool prints to be read by others: a directory."""
    command = [os.path.join(ROOT, "tools", name), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def built(package, product, report):
    printed("setup")
    report(f"building {product}")
    command = ["swift", "build", "--package-path", package, "-c", "release"]
    log = subprocess.run(
        command + ["--product", product],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if log.returncode:
        raise Failure(f"{product} does not build:\n{log.stdout}")
    command.append("--show-bin-path")
    folder = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    return os.path.join(folder, product)


def rag(report, package=ROOT):
    """The command, with the model it encodes with; `package` is where it shares what is built."""
    printed("model")
    return os.environ.get("RAG_BINARY") or built(package, "rag", report)


def ann(report):
    """The benchmark of the graph index."""
    return os.environ.get("ANN_BINARY") or built(BENCHMARKS, "ann", report)


def encoder(report):
    """The benchmark of the encoder."""
    return os.environ.get("ENCODER_BINARY") or built(BENCHMARKS, "encoder", report)
