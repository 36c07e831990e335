"""Makes a Hugging Face tokenizer.json from the byte-level BPE vocabulary of a GGUF file.

    gguf_tokenizer.py MODEL.gguf tokenizer.json
"""
import json
import sys

from gguf import GGUFReader, TokenType

PREFIX = "tokenizer.ggml."
# How `tokenizer.ggml.pre` splits a text before its bytes are merged.
PRE_TOKENIZERS = {
    "smollm": [
        {"type": "Digits", "individual_digits": True},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
    ],
    "gpt-2": [
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
    ],
}


def tokenizer(path):
    fields = GGUFReader(path).fields

    def value(name):
        return fields[PREFIX + name].contents()

    if value("model") != "gpt2" or value("pre") not in PRE_TOKENIZERS:
        sys.exit(f"{path}: no rule for model {value('model')}, pre-tokenizer {value('pre')}")
    tokens, kinds = value("tokens"), value("token_type")
    special = (TokenType.CONTROL, TokenType.USER_DEFINED)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": id, "content": token, "single_word": False, "lstrip": False,
                "rstrip": False, "normalized": False, "special": kind == TokenType.CONTROL,
            }
            for id, (token, kind) in enumerate(zip(tokens, kinds)) if kind in special
        ],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": PRE_TOKENIZERS[value("pre")]},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True,
                    "use_regex": True},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
            "vocab": {token: id for id, token in enumerate(tokens)},
            "merges": value("merges"),
        },
    }


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(tokenizer(sys.argv[1]), file, ensure_ascii=False)
