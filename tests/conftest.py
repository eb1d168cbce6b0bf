"""What the tests share: a tiny random BERT built in memory, a hand-made lexicon, a classifier that follows a script.

Nothing here reads a file or a network. Tests that need the large data files ask for ``data_folder`` and are skipped,
with the reason, where there is none.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest

from core import tasks
from core.models.classifier import Prediction
from core.tasks import IMDB, MNLI, Example, Task

hypothesis.settings.register_profile("lab", deadline=None, max_examples=60, derandomize=True)
hypothesis.settings.load_profile("lab")

_COMMON = """
a about actor actors all also and are as at awful bad be beautiful best boring brilliant but by cat child
children city clever come dog dull every excellent fast film fine food for from fun funny garden girl good
great happy has have he her here his house i in is it its kind large little long lovely man many movie music
never new nice no not of old on one open or outside people play plays plot poor quick quiet rain red river run
runs sad scene school she short sing sings sleep sleeping slow small so story street strong sun table terrible
that the their there they this to town tree two very walk walks warm was water way we weak well were what when
white wind with woman wonderful work young you
"""
COMMON_WORDS = tuple(_COMMON.split())
"""Whole words of the tiny tokenizer; any other word falls apart into letters, so it has several pieces."""

NEIGHBOURS: dict[str, tuple[tuple[str, float], ...]] = {
    "good": (("nice", 0.92), ("fine", 0.88), ("great", 0.85), ("kind", 0.71), ("well", 0.64), ("bad", 0.41)),
    "great": (("wonderful", 0.93), ("excellent", 0.9), ("good", 0.85), ("large", 0.55), ("terrible", 0.31)),
    "bad": (("awful", 0.9), ("terrible", 0.87), ("poor", 0.8), ("weak", 0.62), ("good", 0.41)),
    "film": (("movie", 0.97), ("scene", 0.66), ("story", 0.6), ("play", 0.52)),
    "movie": (("film", 0.97), ("scene", 0.65), ("story", 0.61), ("play", 0.5)),
    "story": (("plot", 0.86), ("film", 0.6), ("play", 0.51)),
    "boring": (("dull", 0.94), ("slow", 0.74), ("sad", 0.58), ("sleep", 0.4)),
    "actors": (("people", 0.72), ("actor", 0.7), ("children", 0.45)),
    "man": (("woman", 0.78), ("child", 0.7), ("people", 0.6), ("actor", 0.5)),
    "walks": (("runs", 0.83), ("plays", 0.6), ("sings", 0.5), ("walk", 0.49)),
    "sleeping": (("quiet", 0.6), ("sleep", 0.58), ("slow", 0.42)),
    "outside": (("here", 0.55), ("street", 0.53), ("garden", 0.5)),
    "small": (("little", 0.95), ("short", 0.77), ("young", 0.6), ("large", 0.44)),
}
"""The toy neighbour table: nearest first, cosines made up."""

_TAGGED = {
    ("ADJ", "JJ"): "good nice fine great kind bad awful terrible poor weak wonderful excellent large boring dull slow "
    "sad quiet small little short young old new warm red white",
    ("VERB", "VBZ"): "walks runs plays sings has is was",
    ("VERB", "VBG"): "sleeping",
    ("VERB", "VB"): "walk run play sing sleep be have come",
    ("ADV", "RB"): "well very never here there outside so also",
    ("NOUN", "NNS"): "actors people children",
    ("DET", "DT"): "the a an this that no",
}
TAGS: dict[str, tuple[str, str]] = {word: tags for tags, words in _TAGGED.items() for word in words.split()}
"""Universal and Penn tags of the toy tagger; every other word is a singular noun."""

_STOP = """
a an and are as at be by for from has he her his i in is it its of on or she that the their they this to was we were
with you
"""
STOP_WORDS = frozenset(_STOP.split())


def tiny_tokenizer() -> Any:
    """An uncased WordPiece tokenizer like BERT's, over COMMON_WORDS, letters, digits and punctuation."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    characters = list("abcdefghijklmnopqrstuvwxyz0123456789")
    pieces = [*special, *".,;:!?'\"-()/<>", *characters, *(f"##{c}" for c in characters), "##ing", "##ed", "##ly"]
    vocabulary = {piece: i for i, piece in enumerate(dict.fromkeys([*pieces, *COMMON_WORDS]))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special, strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **names)


def tiny_model(task: Task, seed: int = 0, vocabulary: int = 400, **changes: Any) -> Any:
    """A random BERT with 2 layers, hidden size 32, whose answers depend on the text and reach every label."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    settings = {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": 512,
        "initializer_range": 0.5,
        "attn_implementation": "sdpa",
        "id2label": dict(enumerate(task.labels)),
        "label2id": {label: i for i, label in enumerate(task.labels)},
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BertForSequenceClassification(BertConfig(**{**settings, **changes})).eval()
        texts = torch.randint(5, vocabulary, (64, 12))
        with torch.no_grad():
            model.classifier.bias -= model(texts).logits.mean(0)
        return model


def make_tiny_classifier(task: Task, seed: int = 0, order: Sequence[int] | None = None, **changes: Any) -> Any:
    """A TransformersClassifier over :func:`tiny_model` and :func:`tiny_tokenizer`."""
    from core.models.transformer import TransformersClassifier

    tokenizer = tiny_tokenizer()
    model = tiny_model(task, seed, len(tokenizer), **changes)
    return TransformersClassifier(model, tokenizer, task, f"tiny-{task.name}", order or range(len(task.labels)))


FIRST = ("browser/test_analyse_page", "core/training", "core/cli", "browser", "app")
"""The long files, longest first: whichever process is free takes the next file, and the short ones even out the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; the order within a file stays."""
    tests = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(tests).as_posix()
        return next((i for i, start in enumerate(FIRST) if name.startswith(start)), len(FIRST))

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty cache folder of the tests' own, in each of several processes: never the user's, never another's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIREBERT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module", autouse=True)
def own_tasks() -> Iterator[None]:
    """What the tests of a file register is forgotten after it: no file depends on which were run before it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "_TASKS", dict(tasks._TASKS))
        patch.setattr(tasks, "_ABOUT", dict(tasks._ABOUT))
        yield


@pytest.fixture(scope="session")
def tiny_factory() -> Callable[..., Any]:
    """``make_tiny_classifier(task, seed=0, order=None, **BertConfig changes)``, for tests that need their own."""
    return make_tiny_classifier


@pytest.fixture(scope="session")
def tiny_classifier() -> Any:
    """A tiny random BERT for IMDB."""
    return make_tiny_classifier(IMDB)


@pytest.fixture(scope="session")
def tiny_pair_classifier() -> Any:
    """A tiny random BERT for MNLI."""
    return make_tiny_classifier(MNLI)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder of a tiny IMDB model, as ``save_pretrained`` writes it, to load by path."""
    folder = tmp_path_factory.mktemp("tiny-imdb")
    tokenizer = tiny_tokenizer()
    tiny_model(IMDB, vocabulary=len(tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def reviews() -> list[Example]:
    """Twelve short reviews of different lengths; some words are whole in the tiny tokenizer, some fall apart."""
    texts = (
        "A good film.", "The movie was bad, very bad!", "This is a boring story about a dog and a cat.", "Great",
        "The actors are good but the plot is weak and the music never works.", "Awful. Just AWFUL.",
        "I walk to the river when the sun is warm; the film is like that.", "no", "Wonderful story - great actors",
        "It has a slow scene, a sad man, a small house and a long street with no people outside.",
        "The wind sings.<br /><br />The town sleeps.", "Excellent\u00e9 caf\u00e9 scene, with 2 dogs!",
    )  # fmt: skip
    return [Example(text) for text in texts]


@pytest.fixture(scope="session")
def pairs() -> list[Example]:
    """Six premises with hypotheses."""
    texts = (
        ("A man walks on the street.", "A man is outside."),
        ("The children play in the garden.", "The children are sleeping."),
        ("A girl sings in the school.", "The girl is happy and good."),
        ("Two dogs run.", "No dog walks."),
        ("The old house is by the river, with a tree and a small table outside.", "The house is small."),
        ("Rain", "It is warm."),
    )
    return [Example(*text) for text in texts]


class ToyNeighbors:
    """A NeighborTable made by hand."""

    name = "toy neighbours"

    def __init__(self, table: Mapping[str, Sequence[tuple[str, float]]]) -> None:
        self._table = {word.lower(): tuple(near) for word, near in table.items()}
        self.provenance: dict[str, Any] = {"name": self.name, "words": len(self._table)}

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word.lower() in self._table

    def neighbors(self, word: str, limit: int = 100) -> tuple[Any, ...]:
        """Nearest first."""
        from core.language.neighbors import Neighbor

        return tuple(Neighbor(other, cosine) for other, cosine in self._table.get(word.lower(), ())[:limit])


class ToyTagger:
    """Tags by a word list, whatever the context; ``calls`` logs what was asked."""

    name = "toy tagger"

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []

    def tag(self, words: Sequence[str], tagset: str) -> list[str]:
        """One tag a word."""
        self.calls.append(tuple(words))
        column = {"universal": 0, "penn": 1}[tagset]
        return [TAGS.get(word.lower(), ("NOUN", "NN"))[column] for word in words]


class ToyEncoder:
    """Unit vectors from bags of words, so two texts are as similar as the share of words they have in common."""

    name = "toy encoder"

    def __init__(self, width: int = 256) -> None:
        self.width = width
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, width), float32, unit rows."""
        self.encoded += texts
        rows = np.zeros((len(texts), self.width), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split() or [""]:
                digest = hashlib.sha256(word.strip(".,;:!?").encode()).digest()
                row[int.from_bytes(digest[:4], "big") % self.width] += 1.0
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def toy_lexicon() -> Any:
    """A Lexicon over NEIGHBOURS, TAGS and STOP_WORDS; its encoder and tagger log what they are asked."""
    from core.language.lexicon import Lexicon

    return Lexicon(ToyNeighbors(NEIGHBOURS), ToyTagger(), ToyEncoder(), STOP_WORDS)


@dataclass
class ScriptedClassifier:
    """Answers from a script and logs every call.

    ``script`` gives logits (or the winning label) for an example; ``calls`` holds the batches that were asked.
    """

    task: Task
    script: Callable[[Example], Sequence[float] | int]
    name: str = "scripted"
    calls: list[list[Example]] = field(default_factory=list)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """The script's answers, in order."""
        self.calls.append(list(examples))
        return [self._answer(self.script(example)) for example in examples]

    def _answer(self, given: Sequence[float] | int) -> Prediction:
        if isinstance(given, int):
            given = [2.0 if i == given else 0.0 for i in range(len(self.task.labels))]
        return Prediction(tuple(float(x) for x in given), int(np.argmax(given)))

    @property
    def asked(self) -> list[Example]:
        """All examples asked, in order."""
        return [example for call in self.calls for example in call]


@dataclass
class CountingClassifier:
    """Counts the examples asked of ``classifier``; changes nothing else."""

    classifier: Any
    examples: int = 0
    name: str = field(init=False)
    task: Task = field(init=False)

    def __post_init__(self) -> None:
        self.name, self.task = self.classifier.name, self.classifier.task

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """The inner classifier's predictions."""
        self.examples += len(examples)
        return self.classifier.predict(examples)


@pytest.fixture
def scripted_classifier() -> Callable[..., ScriptedClassifier]:
    """Builds a ScriptedClassifier from ``(task, script)``.

    The script is a function of an example, a mapping of perturbed texts to labels or logits (its key None is the
    default), or one label for everything.
    """

    def build(task: Task = IMDB, script: Any = 0) -> ScriptedClassifier:
        if isinstance(script, Mapping):
            return ScriptedClassifier(task, lambda e: script.get(task.text(e), script.get(None)))
        return ScriptedClassifier(task, script if callable(script) else lambda _: script)

    return build


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of IMDB and MultiNLI files, or a skip that says how to have one."""
    folder = os.environ.get("FIREBERT_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("FIREBERT_DATA does not name a data folder")
    return Path(folder)
