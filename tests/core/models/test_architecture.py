"""Every supported architecture: a row has its own answer, gradients and embeddings, whatever else is in the batch."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.defenses.five import Five, FiveConfig
from core.defenses.fuse import Fuse, FuseConfig
from core.models.architecture import positions_of, to_left
from core.models.gradients import EmbeddedRow
from core.models.importance import ImportanceConfig, word_importance
from core.models.loading import load_classifier
from core.perturbation.switch import Switch, SwitchConfig
from core.tasks import IMDB, MNLI, Example, Task
from tests.zoo import ZOO, save

TEXTS = (
    "A good film.", "no", "The actors are good but the plot is weak and the music never works.", "Awful, AWFUL story!",
    "It has a slow scene, a sad man, a small house and a long street with no people outside.", "café film",
)  # fmt: skip


@pytest.fixture(scope="module", params=ZOO)
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A classifier of one text of each architecture, opened from its folder."""
    return opened(request.param, IMDB, tmp_path_factory.mktemp("zoo"))


def opened(name: str, task: Task, folder: Path) -> Any:
    return load_classifier(str(save(name, task, folder / "model")), task)


def examples(task: Task) -> list[Example]:
    return [Example(text, TEXTS[2 * place % 5] if task.is_pair else None) for place, text in enumerate(TEXTS)]


def moved(classifier: Any, encodings: list[Any]) -> list[EmbeddedRow]:
    """The rows, the embeddings of two pieces moved by a fixed noise."""
    width = classifier.word_vectors([0]).shape[1]
    noise = np.random.default_rng(5).normal(size=(2, width)).astype(np.float32)
    return [EmbeddedRow(encoding, np.array([0, len(encoding.ids) - 1]), noise) for encoding in encodings]


def check(classifier: Any) -> None:
    """Alone is as in the batch, in any order: answers, rows of embeddings, gradients."""
    encodings = classifier.encode(examples(classifier.task))
    assert len({len(e.ids) for e in encodings}) > 3, "rows of many lengths, so that there is padding"
    for rows in (encodings, moved(classifier, encodings)):
        together = classifier.encoded_logits(rows)
        alone = np.concatenate([classifier.encoded_logits([row]) for row in rows])
        assert np.ptp(together, axis=0).max() > 0.05, "answers differ between texts, so the comparison means something"
        assert np.allclose(together, alone, atol=2e-5)
        order = random.Random(1).sample(range(len(rows)), len(rows))
        assert np.allclose(classifier.encoded_logits([rows[i] for i in order]), together[order], atol=2e-5)
    for encoding, found in zip(encodings, classifier.gradients(encodings), strict=True):
        (alone_too,) = classifier.gradients([encoding])
        assert found.gradient.shape[0] == len(encoding.ids)
        assert np.linalg.norm(found.gradient, axis=-1).min() > 1e-6, "every piece matters"
        assert np.allclose(found.gradient, alone_too.gradient, atol=1e-4 * np.abs(found.gradient).max() + 1e-6)


def test_a_row_is_its_own(one: Any) -> None:
    check(one)


@pytest.mark.parametrize("name", ["BERT", "RoBERTa", "DeBERTa-v2", "BART", "T5", "XLNet", "GPT-2"])
def test_a_pair_is_its_own(name: str, tmp_path: Path) -> None:
    check(opened(name, MNLI, tmp_path))


def test_embeddings_stand_for_their_pieces(one: Any) -> None:
    """Nothing added is the plain answer; another piece's vector is that piece."""
    encodings = one.encode(examples(one.task))
    nothing = [EmbeddedRow(r.encoding, r.positions, 0 * r.deltas) for r in moved(one, encodings)]
    assert np.allclose(one.encoded_logits(nothing), one.encoded_logits(encodings), atol=2e-5)
    good, bad = one.encode([Example("a good film"), Example("a fine film")])
    if len(good.ids) == len(bad.ids):
        places = np.flatnonzero(np.array(good.ids) != np.array(bad.ids))
        change = one.word_vectors([bad.ids[i] for i in places]) - one.word_vectors([good.ids[i] for i in places])
        assert np.allclose(
            one.encoded_logits([EmbeddedRow(good, places, change)]), one.encoded_logits([bad]), atol=2e-5
        )


def test_a_gradient_is_a_slope(one: Any) -> None:
    (encoding,) = one.encode([Example("The story is good and the movie great.")])
    (found,) = one.gradients([encoding])
    winner = int(found.logits.argmax())
    for place in (1, len(encoding.ids) // 2):
        slope = np.linalg.norm(found.gradient[place])
        size = min(2e-3, 0.01 / slope)  # where it is steep it bends as well
        step = size * found.gradient[place : place + 1] / slope
        rows = [EmbeddedRow(encoding, np.array([place]), sign * step) for sign in (1, -1)]
        ahead, behind = one.encoded_logits(rows)[:, winner].astype(np.float64)
        assert (ahead - behind) / 2 == pytest.approx(size * slope, rel=0.05, abs=2e-6)


def test_the_longest_row_there_is_room_for(one: Any) -> None:
    full, more = one.predict([Example("good " * 600), Example("good " * 600 + "bad")])
    assert full.logits == pytest.approx(more.logits, abs=1e-5)
    assert f"cut at {one.encoder.max_pieces} pieces" in full.flags[0]
    assert len(one.encode([Example("good " * 600)])[0].ids) == one.encoder.max_pieces


def test_words_and_defences(one: Any, toy_lexicon: Any) -> None:
    texts = [Example("A good film."), Example("The story of this great movie is boring, and it has a small man.")]
    for config in (ImportanceConfig(), ImportanceConfig("integrated_gradients", steps=4)):
        (alone,), together = (word_importance(one, rows, config) for rows in (texts[:1], texts))
        assert alone.order == together[0].order
        assert [word.text for word in alone.words] == ["A", "good", "film"]
        assert alone.scores == pytest.approx(together[0].scores, rel=1e-3, abs=1e-5)
    switch = Switch(one, toy_lexicon, SwitchConfig(gate="off", total_alternatives=3))
    for defence in (Five(one, toy_lexicon, FiveConfig(perturb_words=2)), Fuse(one, switch, FuseConfig())):
        together = defence.predict(texts)
        alone = [defence.predict([text])[0] for text in texts]
        for found, again in zip(together, alone, strict=True):
            assert found.label == again.label
            assert found.logits == pytest.approx(again.logits, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "most"),
    [("BERT", 512), ("RoBERTa", 128), ("XLM-R", 128), ("CamemBERT", 128), ("MPNet", 128), ("Longformer", 128),
     ("BART", 128), ("GPT-2", 128), ("T5", None), ("XLNet", None)],
)  # fmt: skip
def test_how_many_pieces_fit(name: str, most: int | None, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    folder = save(name, IMDB, tmp_path / "model")
    assert positions_of(AutoModelForSequenceClassification.from_pretrained(folder)) == most


def test_padding_moves_to_the_left() -> None:
    values = torch.tensor([[1, 2, 0, 0], [3, 4, 5, 0], [6, 7, 8, 9]])
    mask = (values > 0).long()
    assert to_left(values, mask).tolist() == [[0, 0, 1, 2], [0, 3, 4, 5], [6, 7, 8, 9]]
    assert torch.equal(to_left(values[..., None], mask)[..., 0], to_left(values, mask))


def test_a_tokenizer_that_reads_the_end(tmp_path: Path) -> None:
    folder = save("BERT", IMDB, tmp_path / "model", max_position_embeddings=16)
    beginning = load_classifier(str(folder), IMDB)
    settings = folder / "tokenizer_config.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "truncation_side": "left"}))
    end = load_classifier(str(folder), IMDB)
    text = "bad " * 40 + "a good film with very great actors and a long story in the town"
    (cut,), (short,) = end.predict([Example(text)]), end.predict([Example(" ".join(text.split()[-14:]))])
    assert cut.logits == pytest.approx(short.logits, abs=1e-6)
    assert cut.logits != pytest.approx(beginning.predict([Example(text)])[0].logits, abs=1e-3)
    assert cut.flags == ("The text was cut at 16 pieces; only its end was read.",)
    (found,) = word_importance(end, [Example(text)])
    assert sorted(found.order) == list(range(len(found.words) - 14, len(found.words)))
