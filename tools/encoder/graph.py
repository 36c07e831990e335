"""Writes a BERT encoder as an ONNX graph, straight from its weights. The nodes are those that
exporters write, so that the fusions of ONNX Runtime know them."""

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    def __init__(self, configuration, weights):
        self.configuration, self.weights = configuration, weights
        self.nodes, self.constants = [], {}

    # Parts

    def node(self, operator, *inputs, **attributes):
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name, values):
        if name not in self.constants:
            array = numpy.array(values, order="C")
            self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def integers(self, *values):
        name = "integers_" + "_".join(map(str, values))
        return self.constant(name, numpy.array(values, numpy.int64))

    def number(self, value):
        return self.constant(f"number_{value}", numpy.array(value, numpy.float32))

    def weight(self, name, transposed=False):
        values = self.weights[name].astype(numpy.float32)
        return self.constant(name, values.T if transposed else values)

    def linear(self, name, value):
        product = self.node("MatMul", value, self.weight(name + ".weight", transposed=True))
        return self.node("Add", product, self.weight(name + ".bias"))

    def layer_norm(self, name, value):
        return self.node(
            "LayerNormalization",
            value,
            self.weight(name + ".weight"),
            self.weight(name + ".bias"),
            axis=-1,
            epsilon=self.configuration["layer_norm_eps"],
        )

    # The model

    def embeddings(self):
        shape = self.node("Shape", "input_ids")
        length = self.node("Gather", shape, self.constant("one", numpy.array(1, numpy.int64)))
        end = self.node("Unsqueeze", length, self.integers(0))
        count = self.configuration["max_position_embeddings"]
        all_positions = self.constant("positions", numpy.arange(count, dtype=numpy.int64)[None])
        positions = self.node("Slice", all_positions, self.integers(0), end, self.integers(1))

        def rows(table, indices):
            return self.node("Gather", self.weight(f"embeddings.{table}.weight"), indices)

        words = rows("word_embeddings", "input_ids")
        types = rows("token_type_embeddings", "token_type_ids")
        places = rows("position_embeddings", positions)
        total = self.node("Add", self.node("Add", words, types), places)
        return self.layer_norm("embeddings.LayerNorm", total)

    def mask(self):
        """Zero where a token is, and far below zero where padding is."""
        value = self.node("Unsqueeze", "attention_mask", self.integers(1))
        value = self.node("Unsqueeze", value, self.integers(2))
        value = self.node("Cast", value, to=TensorProto.FLOAT)
        return self.node("Mul", self.node("Sub", self.number(1.0), value), self.number(-10000.0))

    def attention(self, name, value, mask):
        heads = self.configuration["num_attention_heads"]
        hidden = self.configuration["hidden_size"]
        size = hidden // heads

        def split(part, order):
            states = self.linear(f"{name}.self.{part}", value)
            states = self.node("Reshape", states, self.integers(0, 0, heads, size))
            return self.node("Transpose", states, perm=order)

        queries = split("query", [0, 2, 1, 3])
        keys = split("key", [0, 2, 3, 1])
        values = split("value", [0, 2, 1, 3])
        scores = self.node("MatMul", queries, keys)
        scores = self.node("Div", scores, self.number(float(numpy.sqrt(size))))
        shares = self.node("Softmax", self.node("Add", scores, mask), axis=-1)
        context = self.node("MatMul", shares, values)
        context = self.node("Transpose", context, perm=[0, 2, 1, 3])
        context = self.node("Reshape", context, self.integers(0, 0, hidden))
        output = self.linear(f"{name}.output.dense", context)
        return self.layer_norm(f"{name}.output.LayerNorm", self.node("Add", output, value))

    def gelu(self, value):
        error = self.node("Erf", self.node("Div", value, self.number(float(numpy.sqrt(2.0)))))
        product = self.node("Mul", value, self.node("Add", error, self.number(1.0)))
        return self.node("Mul", product, self.number(0.5))

    def layer(self, number, value, mask):
        name = f"encoder.layer.{number}"
        value = self.attention(f"{name}.attention", value, mask)
        inner = self.gelu(self.linear(f"{name}.intermediate.dense", value))
        output = self.linear(f"{name}.output.dense", inner)
        return self.layer_norm(f"{name}.output.LayerNorm", self.node("Add", output, value))

    def model(self):
        value = self.embeddings()
        mask = self.mask()
        for number in range(self.configuration["num_hidden_layers"]):
            value = self.layer(number, value, mask)
        # Only the last name is fixed by what it is for.
        self.nodes[-1].output[0] = "last_hidden_state"
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ]
        shape = ["batch", "length", self.configuration["hidden_size"]]
        output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, shape)
        graph = helper.make_graph(
            self.nodes, "bert", inputs, [output], list(self.constants.values())
        )
        made = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10
        )
        onnx.checker.check_model(made)
        return made


def write(path, configuration, weights):
    onnx.save(Graph(configuration, weights).model(), path)
