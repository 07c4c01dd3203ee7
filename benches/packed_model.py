"""Weights of four bits each, as `local/e5-small` has them, made into a model that sentence-transformers opens: the same
numbers as floats, and the same pieces of words.

The format is read as `src/local/packed.rs` reads it. Run as a program in the peer's environment, with the packed file and a
folder to write the model to.
"""

from __future__ import annotations

import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 18
MOST_TOKENS = 512
NAMES = {
    "word": "word_embeddings.weight", "pos": "position_embeddings.weight", "type": "token_type_embeddings.weight",
    "ln": "LayerNorm", "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
    "fo": "output.dense", "oln": "output.LayerNorm",
}
"""The file's names of tensors, and those of a BERT."""
ENDS = {"w": ".weight", "b": ".bias"}


@dataclass
class Packed:
    """What is in the file."""

    config: dict[str, object]
    pieces: list[tuple[str, float]]
    begin: int
    end: int
    padding: int
    unknown: int
    tensors: dict[str, numpy.ndarray]


def numbers(file: BinaryIO, form: str) -> tuple:
    """Little-endian values of these types."""
    form = f"<{form}"
    return struct.unpack(form, file.read(struct.calcsize(form)))


def read(path: Path) -> Packed:
    """Reads all of it."""
    with path.open("rb") as file:
        if file.read(4) != MAGIC:
            raise SystemExit(f"{path} is no packed model")
        _, hidden, layers, heads, wide, words, positions, kinds, epsilon, _ = numbers(file, "8IfI")
        count, begin, end, padding, unknown, length = numbers(file, "5IQ")
        offsets = numpy.frombuffer(file.read((count + 1) * 4), "<u4")
        scores = numpy.frombuffer(file.read(count * 4), "<f4")
        text = file.read(length)
        pieces = [(text[start:stop].decode(), float(score))
                  for start, stop, score in zip(offsets[:-1], offsets[1:], scores, strict=True)]
        _, table_bytes = numbers(file, "2I")
        file.seek(table_bytes, 1)  # what letters are replaced by; see write_tokenizer
        entries = []
        for _ in range(*numbers(file, "I")):
            (size,) = numbers(file, "H")
            name = file.read(size).decode()
            entries.append((name, *numbers(file, "BIQQ")))
        tensors = {name: values(file, kind, many, offset) for name, kind, many, offset, _ in entries}
    config = {
        "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": hidden,
        "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": wide, "vocab_size": words,
        "max_position_embeddings": positions, "type_vocab_size": kinds, "layer_norm_eps": epsilon,
        "pad_token_id": padding,
    }
    return Packed(config, pieces, begin, end, padding, unknown, tensors)


def values(file: BinaryIO, kind: int, count: int, offset: int) -> numpy.ndarray:
    """A tensor as floats, in one row."""
    file.seek(offset)
    if kind != 1:
        return numpy.frombuffer(file.read(count * 4), "<f4")
    blocks = numpy.frombuffer(file.read(count // BLOCK * BLOCK_BYTES), numpy.uint8).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype("f4")
    halves = numpy.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype("f4") - 8
    return (halves * scales).reshape(-1)


def bert_name(name: str) -> str:
    """`l3.ao.w` is `encoder.layer.3.attention.output.dense.weight`."""
    part, what, *end = name.split(".")
    place = "embeddings" if part == "emb" else f"encoder.layer.{int(part[1:])}"
    return f"{place}.{NAMES[what]}{''.join(ENDS[one] for one in end)}"


def write(packed: Packed, folder: Path) -> None:
    """Writes the model as sentence-transformers reads it: mean of the tokens, length 1."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    hidden = int(packed.config["hidden_size"])
    wide = int(packed.config["intermediate_size"])
    shaped = {}
    for packed_name, flat in packed.tensors.items():
        name = bert_name(packed_name)
        is_flat = name.endswith("bias") or "LayerNorm" in name
        width = wide if name.endswith(".output.dense.weight") and "attention" not in name else hidden
        shaped[name] = numpy.ascontiguousarray(flat if is_flat else flat.reshape(-1, width))
    save_file(shaped, str(folder / "model.safetensors"), {"format": "pt"})
    write_tokenizer(packed, folder)
    pooling = {"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    files = {
        "config.json": packed.config, "modules.json": modules, "1_Pooling/config.json": pooling,
        "sentence_bert_config.json": {"max_seq_length": MOST_TOKENS, "do_lower_case": False},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
    (folder / "2_Normalize").mkdir(exist_ok=True)


def write_tokenizer(packed: Packed, folder: Path) -> None:
    """Writes the pieces as the tokenizers library cuts by them, in the same steps as ours."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(packed.pieces, packed.unknown, False))
    # The table of letters is that of compatibility forms, as far as the texts here have any.
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    begin, end = packed.pieces[packed.begin][0], packed.pieces[packed.end][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, packed.begin), (end, packed.end)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {"bos_token": begin, "eos_token": end, "cls_token": begin, "sep_token": end,
             "pad_token": packed.pieces[packed.padding][0], "unk_token": packed.pieces[packed.unknown][0]}
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MOST_TOKENS,
              "model_input_names": ["input_ids", "attention_mask"], **names}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


if __name__ == "__main__":
    write(read(Path(sys.argv[1])), Path(sys.argv[2]))
