"""Finds or builds the programs of this repository that a run needs."""

import os
import subprocess

from failure import Failure

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def tool(name):
    # What a tool prints to be read by others is not part of the tables.
    subprocess.run([os.path.join(ROOT, "tools", name)], check=True, stdout=subprocess.DEVNULL)


def built(package, product, report):
    tool("setup")
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


def rag(report):
    """The command, with the model it encodes with."""
    tool("model")
    return os.environ.get("RAG_BINARY") or built(ROOT, "rag", report)


def ann(report):
    """The benchmark of the graph index."""
    return os.environ.get("ANN_BINARY") or built(os.path.join(ROOT, "Benchmarks"), "ann", report)
