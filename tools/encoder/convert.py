"""Converts the model for every peer, once."""

import hashlib
import json
import logging
import os
import shutil

import ctranslate2.specs
import numpy
import onnx
import onnxruntime
import openvino
import safetensors.numpy
from ctranslate2.converters import utils
from ctranslate2.specs import common_spec, transformer_spec
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from openvino import opset8

import graph


def load(model):
    """Returns the configuration of a model directory and its weights."""
    with open(os.path.join(model, "config.json"), encoding="utf-8") as file:
        configuration = json.load(file)
    return configuration, safetensors.numpy.load_file(os.path.join(model, "model.safetensors"))


def onnx_models(folder, configuration, weights):
    # Advice on quantization that changes nothing here.
    logging.getLogger().setLevel(logging.ERROR)
    plain, fused = os.path.join(folder, "plain.onnx"), os.path.join(folder, "fused.onnx")
    graph.write(plain, configuration, weights)
    optimized = optimizer.optimize_model(
        plain,
        model_type="bert",
        num_heads=configuration["num_attention_heads"],
        hidden_size=configuration["hidden_size"],
        # Level 0: only these fusions, as the session does the others; no other level goes without
        # PyTorch.
        opt_level=0,
    )
    statistics = optimized.get_fused_operator_statistics()
    optimized.save_model_to_file(fused)
    for path in (plain, fused):
        quantize_dynamic(
            path,
            path.replace(".onnx", "-int8.onnx"),
            per_channel=True,
            weight_type=QuantType.QInt8,
            # Shape inference knows no types behind fused nodes.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    return statistics


def ctranslate2_model(folder, model, configuration, weights):
    encoder = transformer_spec.TransformerEncoderSpec(
        configuration["num_hidden_layers"],
        configuration["num_attention_heads"],
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    encoder.scale_embeddings = False

    def weight(name):
        return numpy.ascontiguousarray(weights[name].astype(numpy.float32))

    def set_linear(part, name):
        part.weight, part.bias = weight(name + ".weight"), weight(name + ".bias")

    def set_norm(part, name):
        part.gamma, part.beta = weight(name + ".weight"), weight(name + ".bias")

    encoder.embeddings[0].weight = weight("embeddings.word_embeddings.weight")
    encoder.embeddings[1].weight = weight("embeddings.token_type_embeddings.weight")
    encoder.position_encodings.encodings = weight("embeddings.position_embeddings.weight")
    set_norm(encoder.layernorm_embedding, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        name = f"encoder.layer.{number}"
        parts = [common_spec.LinearSpec() for _ in range(3)]
        for part, kind in zip(parts, ("query", "key", "value")):
            set_linear(part, f"{name}.attention.self.{kind}")
        utils.fuse_linear(layer.self_attention.linear[0], parts)
        set_linear(layer.self_attention.linear[1], f"{name}.attention.output.dense")
        set_norm(layer.self_attention.layer_norm, f"{name}.attention.output.LayerNorm")
        set_linear(layer.ffn.linear_0, f"{name}.intermediate.dense")
        set_linear(layer.ffn.linear_1, f"{name}.output.dense")
        set_norm(layer.ffn.layer_norm, f"{name}.output.LayerNorm")
    specification = transformer_spec.TransformerEncoderModelSpec(encoder)
    specification.config.layer_norm_epsilon = configuration["layer_norm_eps"]
    specification.config.unk_token = "[UNK]"
    with open(os.path.join(model, "vocab.txt"), encoding="utf-8") as file:
        specification.register_vocabulary(file.read().split("\n")[: configuration["vocab_size"]])
    specification.validate()
    specification.optimize()
    os.mkdir(folder)
    specification.save(folder)


def openvino_model(folder):
    """Stores the linear weights as int8 with a scale for each output, as OpenVINO's own tools do;
    the activations it quantizes as it runs."""
    model = openvino.Core().read_model(os.path.join(folder, "plain.onnx"))
    for node in model.get_ordered_ops():
        if node.get_type_name() != "MatMul":
            continue
        constant = node.input_value(1).get_node()
        if constant.get_type_name() != "Constant":
            continue
        rows = constant.get_data().T
        scales = numpy.abs(rows).max(axis=1, keepdims=True) / numpy.float32(127)
        codes = opset8.convert(opset8.constant(numpy.rint(rows / scales).astype(numpy.int8)), "f32")
        restored = opset8.multiply(codes, opset8.constant(scales))
        product = opset8.matmul(node.input_value(0), restored, False, True)
        node.output(0).replace(product.output(0))
    path = os.path.join(folder, "openvino-int8.xml")
    openvino.save_model(model, path, compress_to_fp16=False)


def fingerprint(model):
    """Of what the models are made with and of: another graph would be another peer."""
    digest = hashlib.blake2b(digest_size=12)
    versions = (onnxruntime.__version__, openvino.__version__, ctranslate2.__version__)
    digest.update(" ".join(versions).encode())
    for path in (__file__, graph.__file__, os.path.join(model, "model.safetensors")):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def convert(model, folder, report):
    """Leaves the models of all peers in `folder`, whole or not at all, unless they are there."""
    marker = os.path.join(folder, "made.json")
    made = fingerprint(model)
    if os.path.exists(marker):
        with open(marker, encoding="utf-8") as file:
            if json.load(file)["made"] == made:
                return
    report("converting the model for the peers")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    configuration, weights = load(model)
    statistics = onnx_models(folder, configuration, weights)
    openvino_model(folder)
    ctranslate2_model(os.path.join(folder, "ctranslate2"), model, configuration, weights)
    # Written last: its presence says that the rest is whole.
    with open(marker, "w", encoding="utf-8") as file:
        json.dump({"made": made, "fused": statistics}, file, indent=2)
