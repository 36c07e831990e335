"""The encoder in 64 bits, one text at a time, straight from the weights: what every contender is
compared with before it is timed. Slow, so that the vectors are kept."""

import hashlib
import json
import math
import os

import numpy

import convert
import engines

erf = numpy.frompyfunc(math.erf, 1, 1)


class Reference:
    def __init__(self, model):
        self.configuration, weights = convert.load(model)
        self.weights = {name: value.astype(float) for name, value in weights.items()}

    def linear(self, name, rows):
        return rows @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def norm(self, name, rows):
        rows = rows - rows.mean(-1, keepdims=True)
        variance = (rows**2).mean(-1, keepdims=True)
        rows = rows / numpy.sqrt(variance + self.configuration["layer_norm_eps"])
        return rows * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def attention(self, name, rows):
        heads = self.configuration["num_attention_heads"]
        parts = (self.linear(f"{name}.self.{part}", rows) for part in ("query", "key", "value"))
        queries, keys, values = (
            part.reshape(len(rows), heads, -1).transpose(1, 0, 2) for part in parts
        )
        scores = queries @ keys.transpose(0, 2, 1) / math.sqrt(queries.shape[-1])
        shares = numpy.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        context = (shares @ values).transpose(1, 0, 2).reshape(rows.shape)
        output = self.linear(f"{name}.output.dense", context)
        return self.norm(f"{name}.output.LayerNorm", output + rows)

    def vector(self, tokens):
        rows = self.weights["embeddings.word_embeddings.weight"][tokens]
        rows = rows + self.weights["embeddings.token_type_embeddings.weight"][0]
        rows = rows + self.weights["embeddings.position_embeddings.weight"][: len(tokens)]
        rows = self.norm("embeddings.LayerNorm", rows)
        for number in range(self.configuration["num_hidden_layers"]):
            name = f"encoder.layer.{number}"
            rows = self.attention(f"{name}.attention", rows)
            inner = self.linear(f"{name}.intermediate.dense", rows)
            inner *= 0.5 * (1 + erf(inner / math.sqrt(2)).astype(float))
            output = self.linear(f"{name}.output.dense", inner)
            rows = self.norm(f"{name}.output.LayerNorm", output + rows)
        mean = rows.mean(0)
        return mean / numpy.linalg.norm(mean)


def vectors(model, texts, folder):
    """Returns the vectors [count, dimension]; they stay in `folder`, named by the texts."""
    name = hashlib.blake2b(json.dumps(texts).encode(), digest_size=12).hexdigest()
    path = os.path.join(folder, f"reference-{name}.npy")
    if not os.path.exists(path):
        reference, tokens = Reference(model), engines.Engine(model).tokens(texts)
        numpy.save(path, numpy.stack([reference.vector(text) for text in tokens]))
    return numpy.load(path)
