"""Makes the models and the texts, measures the contenders and prints what came out; see
options.py."""

import importlib.metadata
import json
import os
import sys
import tempfile

# What both comparisons need lies with that of the graph index: failure, binaries, paragraphs.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ann"))

import binaries
import contenders
import convert
import engines
import limits
import options
import reference
import report
import rounds
import texts
from failure import Failure

LIBRARIES = ["numpy", "tokenizers", "onnxruntime", "openvino", "ctranslate2"]
TORCH_LIBRARIES = ["torch", "sentence-transformers"]
# Of each class, to compare the vectors.
CHECKED = 4


def say(message):
    print(f"peers-encoder: {message}", file=sys.stderr, flush=True)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = (line.partition(":")[2].strip() for line in file if line.startswith("model name"))
        return next(names, "unknown")


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def ours(chosen, model):
    encoder, rag = binaries.encoder(say), binaries.rag(say, binaries.BENCHMARKS)
    return [
        contenders.Ours(f"ours {precision}", precision, model, encoder, rag)
        for precision in chosen.precision
    ]


def contenders_of(chosen, model, models):
    peers = [
        contenders.Peer(name, precision, model, models)
        for name, precision in chosen.peers.items()
    ]
    return ([] if chosen.skip_ours else ours(chosen, model)) + peers


def head(chosen, model, made, taking_part):
    """What is known before anything is measured."""
    configuration, _ = convert.load(model)
    libraries = LIBRARIES + (TORCH_LIBRARIES if chosen.with_torch else [])
    tokens = engines.Engine(model).tokens
    return {
        "processor": processor(),
        "versions": {name: importlib.metadata.version(name) for name in libraries},
        "configuration": configuration,
        "contenders": {contender.name: contender.precision for contender in taking_part},
        "texts": {
            kind: {"lengths": [len(text) for text in tokens(every)]}
            for kind, every in made.items()
        },
    }


def main():
    chosen = options.parse()
    model, corpus = binaries.printed("model"), binaries.printed("corpus", "sqlite3-doc")
    models = os.path.join(chosen.home, "models")
    taking_part = contenders_of(chosen, model, models)
    convert.convert(model, models, say)
    made = texts.make(corpus, os.path.join(model, "tokenizer.json"), chosen.classes)
    checked = [text for kind in made.values() for text in kind[:CHECKED]]
    document = head(chosen, model, made, taking_part)
    with tempfile.TemporaryDirectory() as folder:
        limit_program = limits.build(folder)
        runner = rounds.Runner(model, made, folder, say)
        expected = reference.vectors(model, checked, models)
        document["cosines"] = runner.check(taking_part, checked, expected)
        passes = runner.run(taking_part, chosen.threads, chosen.rounds, limit_program)
        for found, found_limits in passes:
            document["limits"] = rounds.merged_limits(found_limits)
            document["results"] = rounds.merged(found)
            document["failed"] = runner.failed
            document["rounds"] = found
            document["limits_of_rounds"] = found_limits
            # After every pass, so that a run that ends early has not been for nothing.
            if chosen.json:
                write(chosen.json, json.dumps(document, indent=1) + "\n")
    if not document["results"]:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in runner.failed.items())
        raise Failure(f"nothing could be measured: {reasons}")
    print(report.markdown(document, runner.failed))
    return 3 if runner.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        say(f"error: {failure}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
