#!/usr/bin/env python3
"""Writes a tiny language model with random weights as GGUF, which speaks in letters.

    tiny_model.py OUT.gguf

Package: gguf.
"""

import sys

import gguf
import numpy

MARKS = "▁\"}"
WIDTH, HIDDEN, HEADS, CONTEXT = 64, 128, 2, 512


def vocabulary():
    """Special tokens, every byte, and printable ASCII, as SentencePiece's vocabularies have them."""
    types = gguf.TokenType
    entries = [("<unk>", 0.0, types.UNKNOWN), ("<s>", 0.0, types.CONTROL),
               ("</s>", 0.0, types.CONTROL)]
    entries += [(f"<0x{byte:02X}>", 0.0, types.BYTE) for byte in range(256)]
    entries += [("▁", -1.0, types.NORMAL)]
    entries += [(chr(code), -2.0, types.NORMAL) for code in range(0x21, 0x7F)]
    return entries


def main(path):
    # Of a few seeds the one with which answers end soon, as text and as JSON.
    generator = numpy.random.default_rng(5)
    entries = vocabulary()

    def weights(*shape, scale=0.1):
        return (generator.standard_normal(shape) * scale).astype(numpy.float32)

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(entries))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _, _ in entries])
    writer.add_token_scores([score for _, score, _ in entries])
    writer.add_token_types([int(kind) for _, _, kind in entries])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(
        "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n"
        "{% endfor %}assistant: ")
    # Letters come out, and few marks; all else only where a grammar leaves nothing else.
    output = numpy.zeros((len(entries), WIDTH), dtype=numpy.float32)
    for token, (text, _, _) in enumerate(entries):
        if text == "</s>" or (len(text) == 1 and (text.isalpha() or text in MARKS)):
            output[token] = weights(WIDTH, scale=2.0 if text == "</s>" else 1.0)
    tensors = {
        "token_embd": weights(len(entries), WIDTH, scale=1.0), "output": output,
        "output_norm": numpy.ones(WIDTH, numpy.float32),
        "blk.0.attn_norm": numpy.ones(WIDTH, numpy.float32),
        "blk.0.ffn_norm": numpy.ones(WIDTH, numpy.float32),
        "blk.0.attn_q": weights(WIDTH, WIDTH), "blk.0.attn_k": weights(WIDTH, WIDTH),
        "blk.0.attn_v": weights(WIDTH, WIDTH), "blk.0.attn_output": weights(WIDTH, WIDTH),
        "blk.0.ffn_gate": weights(HIDDEN, WIDTH), "blk.0.ffn_up": weights(HIDDEN, WIDTH),
        "blk.0.ffn_down": weights(WIDTH, HIDDEN),
    }
    for name, values in tensors.items():
        writer.add_tensor(name + ".weight", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
