"""Model cards: what ships is what is written, and a whole model's card says what it was trained from."""

import pytest

from core.models.adapters import MODELS_FOLDER, ModelCard, adapter_names, parse_card
from core.training.card import flat, model_card


@pytest.mark.parametrize("name", adapter_names())
def test_a_shipped_readme_is_its_cards(name: str) -> None:
    folder = MODELS_FOLDER / name
    assert (folder / "README.md").read_text(encoding="utf-8") == model_card(parse_card(folder / "model.json"))


@pytest.mark.parametrize("name", [name for name in adapter_names() if name.endswith("-fact")])
def test_how_the_shipped_blends_were_made_is_said(name: str) -> None:
    card = parse_card(MODELS_FOLDER / name / "model.json")
    assert "factors of the adapters were averaged" in card.training["blended"]
    assert "The accuracy above is this blended model's" in model_card(card)


@pytest.mark.parametrize(
    ("base", "front", "said"),
    [
        ({"name": "body"}, "---\nlibrary_name: transformers\n", "trained from body."),
        ({"name": "a/b", "revision": "c0ffee"}, "---\nbase_model: a/b\nlibrary_name", "trained from a/b at c0ffee."),
        (None, "---\nbase_model: sentence-transformers/all-MiniLM-L6-v2\nlibrary_name: peft", "Low-rank adapters"),
    ],
)
def test_what_it_was_trained_from(base: dict[str, str] | None, front: str, said: str) -> None:
    text = model_card(ModelCard("own", "imdb", ("negative", "positive"), "My own", {}, {}, "f00", None, base))
    assert text.startswith(front)
    assert said in text
    assert ("Apache-2.0" in text) == (base is None)
    assert ("`model.safetensors`: `f00`" in text) == (base is not None)
    assert "$" not in text


def test_a_record_by_its_paths() -> None:
    assert flat({"a": 1, "b": {"c": 2, "d": {"e": 3}}}) == {"a": 1, "b.c": 2, "b.d.e": 3}
