"""The peers: each takes the tokens of some texts and gives their vectors, in one call of its
library. Calls may come from `streams` threads at once, each computed on `threads` threads."""

import json
import os
import threading

import numpy


def padded(tokens):
    """Two arrays [count, longest]: the tokens with zeros behind, and ones where tokens are."""
    longest = max(map(len, tokens))
    ids = numpy.zeros((len(tokens), longest), numpy.int64)
    mask = numpy.zeros_like(ids)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return ids, mask


def pooled(states, lengths):
    """The normalised means over each text's states."""
    if min(lengths) == states.shape[1]:
        means = states.mean(axis=1)
    else:
        means = numpy.stack([rows[:length].mean(0) for rows, length in zip(states, lengths)])
    return means / numpy.linalg.norm(means, axis=1, keepdims=True)


class Engine:
    """A library that is given tokens."""

    def __init__(self, model):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(os.path.join(model, "tokenizer.json"))
        with open(os.path.join(model, "sentence_bert_config.json"), encoding="utf-8") as file:
            self.tokenizer.enable_truncation(json.load(file)["max_seq_length"])
        self.tokenizer.no_padding()

    def tokens(self, texts):
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]

    def embed(self, texts):
        return self.vectors(self.tokens(texts))

    def vectors(self, tokens):
        return pooled(self.states(tokens), [len(text) for text in tokens])


class ONNXRuntime(Engine):
    def __init__(self, graph, model, models, threads, streams):
        super().__init__(model)
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        path = os.path.join(models, f"{graph}.onnx")
        providers = ["CPUExecutionProvider"]
        self.session = onnxruntime.InferenceSession(path, options, providers=providers)

    def states(self, tokens):
        ids, mask = padded(tokens)
        types = numpy.zeros_like(ids)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        return self.session.run(None, inputs)[0]


class OpenVINO(Engine):
    def __init__(self, file, model, models, threads, streams):
        super().__init__(model)
        import openvino

        settings = {
            "INFERENCE_NUM_THREADS": threads * streams,
            "NUM_STREAMS": streams,
            # Without it bfloat16 is taken where the processor has it.
            "INFERENCE_PRECISION_HINT": "f32",
            # Values of a row that share a scale, with int8 weights: as fast as more of them, and
            # closer to what f32 gives; without it only the weights are int8, which gains nothing.
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": 128,
        }
        path = os.path.join(models, file)
        self.compiled = openvino.Core().compile_model(path, "CPU", settings)
        self.local = threading.local()

    def states(self, tokens):
        # A request serves one thread.
        if not hasattr(self.local, "request"):
            self.local.request = self.compiled.create_infer_request()
        ids, mask = padded(tokens)
        types = numpy.zeros_like(ids)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        self.local.request.infer(inputs)
        return self.local.request.get_output_tensor().data


class CTranslate2(Engine):
    def __init__(self, precision, model, models, threads, streams):
        super().__init__(model)
        import ctranslate2

        self.encoder = ctranslate2.Encoder(
            os.path.join(models, "ctranslate2"),
            device="cpu",
            compute_type=precision,
            intra_threads=threads,
            inter_threads=streams,
        )

    def states(self, tokens):
        return numpy.asarray(self.encoder.forward_batch(tokens).last_hidden_state)


class SentenceTransformers:
    def __init__(self, model, models, threads, streams):
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        self.model = SentenceTransformer(model, device="cpu")

    def embed(self, texts):
        return self.model.encode(
            texts, batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False
        )


def maker(kind, *first):
    return lambda *others: kind(*first, *others)


ENGINES = {
    "onnxruntime f32": maker(ONNXRuntime, "plain"),
    "onnxruntime fused f32": maker(ONNXRuntime, "fused"),
    "openvino f32": maker(OpenVINO, "plain.onnx"),
    "ctranslate2 f32": maker(CTranslate2, "float32"),
    "onnxruntime int8": maker(ONNXRuntime, "plain-int8"),
    "onnxruntime fused int8": maker(ONNXRuntime, "fused-int8"),
    "openvino int8": maker(OpenVINO, "openvino-int8.xml"),
    "ctranslate2 int8": maker(CTranslate2, "int8_float32"),
    "sentence-transformers f32": maker(SentenceTransformers),
}
