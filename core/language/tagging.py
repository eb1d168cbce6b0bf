"""Part of speech of each word of a list, in the context of the list (METHODS, section 4).

Two taggers behind one protocol: NLTK's averaged perceptron when its data is present, else TextBlob's PatternTagger,
which carries its own. Both give Penn tags; the universal tags (Petrov et al. 2012) are read off them. Both were made
for text where contractions are two words (did n't), so a contraction is shown to them that way and gets the tag of its
first part. Results must say which tagger answered: ``tagger.name``. Used by SWITCH and by the attacks to keep a
replacement's part of speech.
"""

import functools
import json
import os
import re
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from core.errors import ConfigError, DamagedResourceError, MissingResourceError, UnknownNameError
from core.language.perceptron import Place, WholePerceptron

Tagset = Literal["universal", "penn"]
NLTK_VARIABLE = "NLTK_DATA"
DATA_VARIABLE = "FIREBERT_DATA"
PERCEPTRON = "averaged_perceptron_tagger_eng"
PURPOSE = "NLTK's part-of-speech tagger"
MEND = f"python -m nltk.downloader {PERCEPTRON}, or set {NLTK_VARIABLE} to a folder that holds taggers/{PERCEPTRON}"

_UNIVERSAL = {
    tag: universal
    for universal, tags in {
        "NOUN": "NN NNS NNP NNPS",
        "VERB": "VB VBD VBG VBN VBP VBZ MD",
        "ADJ": "JJ JJR JJS",
        "ADV": "RB RBR RBS WRB",
        "PRON": "PRP PRP$ WP WP$",
        "DET": "DT PDT WDT EX",
        "ADP": "IN",
        "NUM": "CD",
        "CONJ": "CC",
        "PRT": "RP TO POS",
        ".": "# $ '' `` ( ) , -- . : \" -LRB- -RRB-",
        "X": "FW LS SYM UH",
    }.items()
    for tag in tags.split()
}


class Tagger(Protocol):
    """Gives each word one tag. Same words, same tags; safe to call from several threads."""

    @property
    def name(self) -> str:
        """What results say: which tagger answered."""
        ...

    def tag(self, words: Sequence[str], tagset: Tagset = "universal") -> list[str]:
        """One tag for each of ``words``, read as one sentence; no word is split, whatever it holds."""
        ...


def universal_tag(penn: str) -> str:
    """The universal tag of a Penn tag: one of twelve; ``X`` for a tag that is not known."""
    return _UNIVERSAL.get(penn, "X")


class PerceptronTagger:
    """NLTK's averaged perceptron over its published English weights.

    It goes through the words once, left to right; the tag of a word depends on the two tags before it and on the words
    up to two places away. Cost: about 100,000 words in a second.
    """

    name = "NLTK averaged perceptron"

    def __init__(self, folder: Path) -> None:
        """Read the three files of ``folder``; raises MissingResourceError or DamagedResourceError."""
        from nltk.tag.perceptron import PerceptronTagger as Perceptron

        weights, tags, classes = (_read_json(folder / f"{PERCEPTRON}.{part}.json") for part in _PARTS)
        self._tagger = Perceptron(load=False)
        self._tagger.model = WholePerceptron(weights, classes)
        self._tagger.tagdict = tags
        self._tagger.classes = self._tagger.model.classes

    def tag(self, words: Sequence[str], tagset: Tagset = "universal") -> list[str]:
        """One tag for each word, in the context of all of them."""
        parts, first = split_contractions(words)
        tags = [tag for _, tag in self._tagger.tag(parts)]
        return _in_tagset([tags[i] for i in first], tagset)

    def tag_in_place(
        self, words: Sequence[str], index: int, replacements: Iterable[str], tagset: Tagset = "universal"
    ) -> Iterator[str]:
        """As :func:`tags_in_place`, tagging only what a replacement can change: itself and the two words before."""
        model = self._tagger
        head, _ = split_contractions(words[:index])
        tail, _ = split_contractions(words[index + 1 :])
        settled = max(0, len(head) - 2)
        known = [tag for _, tag in model.tag(head)[:settled]]
        before = [*model.START, *map(model.normalize, head)]
        after = [*map(model.normalize, tail[:2]), *model.END]
        places: dict[tuple[str, ...], list[Place]] = {}
        for replacement in replacements:
            (own, *rest), _ = split_contractions([replacement])
            if (where := places.get(tuple(rest))) is None:
                context = [*before, "", *map(model.normalize, rest), *after]
                where = places[tuple(rest)] = [
                    Place(model, context, place, head[place] if place < len(head) else "", len(head) - place)
                    for place in range(settled, len(head) + 1)
                ]
            normal = model.normalize(own)
            prev2, prev = [*reversed(model.START), *known][-2:]
            for place in where:
                prev2, prev = prev, place.tag(own, normal, prev, prev2)
            yield _in_tagset([prev], tagset)[0]


class PatternTagger:
    """TextBlob's PatternTagger: a lexicon with suffix rules, inside the package; asks for no download."""

    name = "TextBlob PatternTagger"

    def __init__(self) -> None:
        """Load the lexicon, so that later calls only read it."""
        from textblob.en import parser

        self._parser = parser
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the package leaves its lexicon file to the collector
            self.tag(["word"])

    def tag(self, words: Sequence[str], tagset: Tagset = "universal") -> list[str]:
        """One tag for each word, in the context of all of them."""
        parts, first = split_contractions(words)
        tags = [tag for _, tag in self._parser.find_tags(parts)]
        return _in_tagset([tags[i] for i in first], tagset)


def tags_in_place(
    tagger: Tagger, words: Sequence[str], index: int, replacements: Iterable[str], tagset: Tagset = "universal"
) -> Iterator[str]:
    """The tag that each of ``replacements`` gets in the place of ``words[index]``, one by one as they are asked for.

    The same as tagging the whole list anew for each; with the perceptron it costs three words instead of all.
    """
    if isinstance(tagger, PerceptronTagger):
        yield from tagger.tag_in_place(words, index, replacements, tagset)
        return
    for replacement in replacements:
        yield tagger.tag([*words[:index], replacement, *words[index + 1 :]], tagset)[index]


def split_contractions(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """``words`` with contractions as two parts (did n't), and where the first part of each word is.

    A typographic apostrophe becomes a plain one in a word that is split.
    """
    parts: list[str] = []
    first: list[int] = []
    for word in words:
        first.append(len(parts))
        found = _CONTRACTION.fullmatch(word)
        parts += [found[1], found[2].replace("’", "'")] if found else [word]
    return parts, first


_CONTRACTION = re.compile(r"(.+)(n['’]t|['’](?:s|re|ve|ll|d|m))", re.IGNORECASE | re.DOTALL)
_PARTS = ("weights", "tagdict", "classes")
_LOADING = threading.Lock()


def _in_tagset(penn: list[str], tagset: Tagset) -> list[str]:
    if tagset == "penn":
        return penn
    if tagset == "universal":
        return [universal_tag(tag) for tag in penn]
    raise ConfigError(f"The tagset must be 'universal' or 'penn', was given '{tagset}'.")


def _read_json(path: Path) -> Any:
    if not path.is_file():
        raise MissingResourceError(f"Missing file {path} ({PURPOSE}). To get it: {MEND}")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedResourceError(f"Damaged file {path} ({PURPOSE}): not JSON. To mend it: {MEND}") from error


def perceptron_folder() -> Path | None:
    """Where NLTK's perceptron lies: below ``NLTK_DATA``, the data folder, or NLTK's usual places; None if nowhere."""
    return next((place for place in _places() if place.is_dir()), None)


def _places() -> Iterator[Path]:
    below = Path("taggers") / PERCEPTRON
    for folder in os.environ.get(NLTK_VARIABLE, "").split(os.pathsep):
        if folder:
            yield Path(folder) / below
    if data := os.environ.get(DATA_VARIABLE):
        yield Path(data) / "nltk_data" / below
    import nltk.data

    for folder in nltk.data.path:
        yield Path(folder) / below


def load_tagger(name: str = "auto") -> Tagger:
    """The tagger ``perceptron`` or ``pattern``; ``auto`` is the perceptron when its data is present.

    Loaded once per process. Raises MissingResourceError if ``perceptron`` is asked for and nowhere to be found, and
    DamagedResourceError if its files are there but unreadable, even for ``auto``: a damaged file never changes results
    silently.
    """
    if name not in ("auto", "perceptron", "pattern"):
        raise UnknownNameError("tagger", name, ("auto", "perceptron", "pattern"))
    with _LOADING:
        folder = perceptron_folder() if name != "pattern" else None
        if folder is None and name == "perceptron":
            raise MissingResourceError(f"Missing folder taggers/{PERCEPTRON} ({PURPOSE}). To get it: {MEND}")
        return _load(folder)


@functools.lru_cache(maxsize=4)
def _load(folder: Path | None) -> Tagger:
    return PatternTagger() if folder is None else PerceptronTagger(folder)
