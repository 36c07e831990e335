"""Turns texts into vectors with `rag embed`, in parts, so that an interrupted run goes on where it
was."""

import hashlib
import json
import os
import subprocess

import numpy

import vectors
from failure import Failure

TEXTS_OF_A_PART = 8_192


def encode_part(rag, lines, path):
    with open(path + ".new", "wb") as file:
        command = [rag, "embed", "--format", "fvecs"]
        subprocess.run(command, input=lines, stdout=file, check=True)
    os.replace(path + ".new", path)


def encode(rag, texts, directory, report):
    """Returns the vectors of the texts; the parts stay in `directory`, named by their texts."""
    os.makedirs(directory, exist_ok=True)
    parts = []
    for start in range(0, len(texts), TEXTS_OF_A_PART):
        part = texts[start : start + TEXTS_OF_A_PART]
        objects = ({"id": number, "text": text} for number, text in enumerate(part))
        lines = "".join(json.dumps(object) + "\n" for object in objects).encode()
        name = hashlib.blake2b(lines, digest_size=12).hexdigest()
        path = os.path.join(directory, f"{name}.fvecs")
        if not os.path.exists(path):
            encode_part(rag, lines, path)
            report(f"encoded {start + len(part):,} of {len(texts):,} texts")
        found = vectors.read(path)
        if len(found) != len(part):
            raise Failure(f"{path} has {len(found)} vectors; remove it")
        parts.append(found)
    return numpy.vstack(parts)
