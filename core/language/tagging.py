"""Part of speech of each word of a list, in the context of the list (METHODS, section 4).

Two taggers behind one protocol: NLTK's averaged perceptron, whose English weights ship with the program, and TextBlob's
PatternTagger. Both give Penn tags; the universal tags (Petrov et al. 2012) are read off them. Both were made for text
where contractions are two words (did n't), so a contraction is shown to them that way and gets the tag of its first
part. Results must say which tagger answered: ``tagger.name``. Used by SWITCH and by the attacks to keep a replacement's
part of speech.
"""

import functools
import gzip
import json
import re
import threading
import warnings
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol

from core.errors import ConfigError, DamagedResourceError, UnknownNameError
from core.language.perceptron import Place, WholePerceptron
from core.resources import ASSETS, described

Tagset = Literal["universal", "penn"]
WEIGHTS = ASSETS / "tagger" / "perceptron.gz"
PURPOSE = "part-of-speech tagger"
MEND = "git checkout -- assets/tagger"

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

    def __init__(self, weights: Path = WEIGHTS) -> None:
        """Read the file of weights; raises MissingResourceError or DamagedResourceError."""
        from nltk.tag.perceptron import PerceptronTagger as Perceptron

        path = described(weights, PURPOSE, MEND).require()
        try:
            stored = json.loads(gzip.decompress(path.read_bytes()))
            self._tagger = Perceptron(load=False)
            self._tagger.model = WholePerceptron(stored["weights"], stored["classes"])
            self._tagger.tagdict = stored["tagdict"]
        except (ValueError, KeyError, TypeError, OSError, EOFError, zlib.error) as error:
            raise DamagedResourceError(
                f"Damaged file {path} ({PURPOSE}): not a tagger's weights. To mend it: {MEND}"
            ) from error
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
    """TextBlob's PatternTagger: a lexicon with suffix rules, inside its package. Not the tagger of the results."""

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
_LOADING = threading.Lock()


def _in_tagset(penn: list[str], tagset: Tagset) -> list[str]:
    if tagset == "penn":
        return penn
    if tagset == "universal":
        return [universal_tag(tag) for tag in penn]
    raise ConfigError(f"The tagset must be 'universal' or 'penn', was given '{tagset}'.")


def load_tagger(name: str = "perceptron") -> Tagger:
    """The tagger ``perceptron``, which every result that ships was made with, or ``pattern``; loaded once per process.

    Raises MissingResourceError or DamagedResourceError, naming the file and the command that mends it.
    """
    if name not in _TAGGERS:
        raise UnknownNameError("tagger", name, _TAGGERS)
    with _LOADING:
        return _load(name)


@functools.cache
def _load(name: str) -> Tagger:
    return _TAGGERS[name]()


_TAGGERS: dict[str, type[PerceptronTagger] | type[PatternTagger]] = {
    "perceptron": PerceptronTagger,
    "pattern": PatternTagger,
}
