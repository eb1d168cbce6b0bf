"""From examples to pieces: offsets lead back to the text, long texts are cut and say so, padding is masked."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.models.encoding import Encoder, Pieces, model_inputs
from core.tasks import Example
from tests.zoo import ZOO


@pytest.fixture(scope="module")
def encoder(tiny_classifier: Any) -> Encoder:
    return tiny_classifier.encoder


@given(text=st.text())
def test_offsets_stay_inside_the_text(encoder: Encoder, text: str) -> None:
    (encoding,) = encoder.encode([Example(text)])
    assert encoding.tokens[0] == "[CLS]"
    assert encoding.tokens[-1] == "[SEP]"
    for (start, end), special in zip(encoding.offsets, encoding.special_tokens_mask, strict=True):
        assert (start, end) == (0, 0) if special else 0 <= start <= end <= len(text)


def test_whole_words_and_pieces_by_offset(encoder: Encoder) -> None:
    text = "Good café, the wonderful Zoo!"
    (encoding,) = encoder.encode([Example(text)])
    inside = [text[a:b] for (a, b), s in zip(encoding.offsets, encoding.special_tokens_mask, strict=True) if not s]
    assert inside == ["Good", "c", "a", "f", "é", ",", "the", "wonderful", "Z", "o", "o", "!"]


def test_pairs_have_two_sequences(tiny_pair_classifier: Any) -> None:
    (encoding,) = tiny_pair_classifier.encode([Example("A man walks.", "A man is outside.")])
    assert encoding.sequence_ids == [None, 0, 0, 0, 0, None, 1, 1, 1, 1, 1, None]
    assert encoding.type_ids == [0] * 6 + [1] * 6


@pytest.mark.parametrize(("words", "cut"), [(254, False), (255, True)])
def test_a_long_text_is_cut_and_says_so(encoder: Encoder, words: int, cut: bool) -> None:
    (encoding,) = encoder.encode([Example("good " * words)])
    assert len(encoding.ids) == 256
    assert bool(encoding.overflowing) is cut


def test_the_longer_text_of_a_pair_is_cut_first(tiny_pair_classifier: Any) -> None:
    (encoding,) = tiny_pair_classifier.encode([Example("good " * 300, "a bad film")])
    assert len(encoding.ids) == 128
    assert encoding.sequence_ids.count(1) == 3, "the hypothesis is whole"


def test_the_tokenizers_own_settings_are_left_alone(tiny_folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_folder)
    before = tokenizer.backend_tokenizer.to_str()
    Encoder(tokenizer, 8).encode([Example("good " * 50)])
    assert tokenizer.backend_tokenizer.to_str() == before


def test_padding_is_on_the_right_and_masked(encoder: Encoder) -> None:
    encodings = encoder.encode([Example("good"), Example("a good film")])
    inputs = model_inputs(encodings, encoder.pad_id, torch.device("cpu"))
    assert inputs["attention_mask"].tolist() == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]
    assert inputs["input_ids"][0, 3:].tolist() == [encoder.pad_id] * 2
    assert inputs["token_type_ids"].tolist() == [[0] * 5] * 2


def test_any_batch_is_cut_from_the_flat_pieces(encoder: Encoder) -> None:
    """An encoding that is there twice, as a text and its noised copy are, is kept once."""
    good, film = encoder.encode([Example("good"), Example("a good film")])
    pieces = Pieces.of([good, film, good])
    assert len(pieces.ids) == len(good) + len(film)
    inputs = pieces.padded(np.array([2, 1, 1]), 6, encoder.pad_id, torch.device("cpu"))
    assert inputs["input_ids"].tolist() == [
        [*good.ids, *[encoder.pad_id] * 3],
        *[[*film.ids, encoder.pad_id]] * 2,
    ]
    assert inputs["attention_mask"].sum(1).tolist() == [3, 5, 5]


def test_encoded_to_answer_is_the_same_but_for_offsets(encoder: Encoder, tiny_pair_classifier: Any) -> None:
    texts = [Example("Good café, the wonderful Zoo!"), Example("good " * 300), Example("")]
    pair = [Example("A man walks. " * 60, "A man is outside.")]
    for one, examples in ((encoder, texts), (tiny_pair_classifier.encoder, pair)):
        for plain, fast in zip(one.encode(examples), one.encode_to_answer(examples), strict=True):
            assert (plain.ids, plain.type_ids) == (fast.ids, fast.type_ids)
            assert bool(plain.overflowing) == bool(fast.overflowing)


@pytest.mark.parametrize("name", ZOO)
def test_a_pair_is_read_as_one_though_its_texts_are_read_one_by_one(name: str) -> None:
    """Of any tokenizer; cut where the pair would be, in either direction, also when a text comes again later."""
    texts = ["A man walks.", "", "it's [SEP] a café!", "good " * 7, "bad film " * 4, "a b c d e f g h", " two  blanks "]
    pairs = [Example(a, b) for a in texts for b in texts]
    for side in ("right", "left"):
        tokenizer = ZOO[name][1]()
        tokenizer.truncation_side = side
        encoder = Encoder(tokenizer, 15)
        for _ in range(2):
            for plain, fast in zip(encoder.encode(pairs), encoder.encode_to_answer(pairs), strict=True):
                assert (plain.ids, plain.type_ids) == (fast.ids, fast.type_ids)
                assert bool(plain.overflowing) == bool(fast.overflowing)


def test_a_text_beside_many_is_read_once(tiny_pair_classifier: Any) -> None:
    """What is kept for the next call: what came again, not what was tried once."""
    encoder = Encoder(tiny_pair_classifier.tokenizer, 40)
    tried = [Example("A man walks.", f"A man is {word}.") for word in ("outside", "here", "quiet")]
    encoder.encode_to_answer(tried)
    assert list(encoder._seen) == ["A man walks."]
    encoder.encode_to_answer(tried[:1])
    assert list(encoder._seen) == ["A man walks."]
    encoder.encode_to_answer([Example("Another.", "One.")])
    assert not encoder._seen
