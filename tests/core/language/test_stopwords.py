"""TextFooler's stop words: the list as released, and clear errors."""

import json
from pathlib import Path

import pytest

from core.errors import DamagedResourceError, MissingResourceError, UnknownNameError
from core.language import stopwords
from core.language.stopwords import FOLDER, load_stop_words


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for file in FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(stopwords, "FOLDER", tmp_path)
    load_stop_words.cache_clear()
    yield tmp_path
    load_stop_words.cache_clear()


def test_the_list_is_the_released_one() -> None:
    written = (FOLDER / "textfooler.txt").read_text(encoding="utf-8").split()
    assert len(written) == len(set(written)) == json.loads((FOLDER / "textfooler.json").read_text())["words"] == 266
    words = load_stop_words()
    assert words >= set(written)
    assert {"not", "no", "never", "the", "won't", "won’t", "y"} <= words
    assert words.isdisjoint({"good", "film", "be", "have", "get"})
    assert all(word == word.lower() for word in words)
    assert {word.replace("’", "'") for word in words} == set(written)


def test_an_unknown_list_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"stop-word list 'mine'. Known: textfooler"):
        load_stop_words("mine")


@pytest.mark.parametrize("name", ["textfooler.txt", "textfooler.json"])
def test_a_missing_file_names_itself_and_the_command(name: str, copied: Path) -> None:
    (copied / name).unlink()
    with pytest.raises(MissingResourceError, match=f"{name}.*git checkout -- assets/stopwords"):
        load_stop_words()


@pytest.mark.parametrize("name", ["textfooler.txt", "textfooler.json"])
def test_a_damaged_file_names_itself_and_the_command(name: str, copied: Path) -> None:
    (copied / name).write_text("a\nabout\n", encoding="utf-8")
    with pytest.raises(DamagedResourceError, match=f"{name}.*git checkout -- assets/stopwords"):
        load_stop_words()
