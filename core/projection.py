"""Points in many dimensions onto two, for pictures: PCA at once, UMAP and t-SNE on request.

PCA is a plain SVD, so it is instant and the same every time, and new points land in the same picture.
"""

from typing import Literal

import numpy as np

from core.errors import UnknownNameError

Method = Literal["pca", "umap", "tsne"]
METHODS: tuple[Method, ...] = ("pca", "umap", "tsne")


def project(points: np.ndarray, method: Method = "pca", seed: int = 0) -> np.ndarray:
    """(n, d) points to (n, 2). With too few points for UMAP (5) or t-SNE (4), PCA takes their place.

    A column that carries nothing is zero. UMAP's first fit in a process compiles for tens of seconds.
    """
    points = np.asarray(points, dtype=np.float64)
    if method not in METHODS:
        raise UnknownNameError("projection", method, METHODS)
    if method == "umap" and len(points) >= 5:
        return _umap(points, seed)
    if method == "tsne" and len(points) >= 4:
        return _tsne(points, seed)
    return _pca(points)


def _pca(points: np.ndarray) -> np.ndarray:
    out = np.zeros((len(points), 2))
    centred = points - points.mean(axis=0)
    if len(points) < 2:
        return out
    left, scales, axes = np.linalg.svd(centred, full_matrices=False)
    kept = min(2, len(scales))
    # The sign of an axis is arbitrary; the largest loading is made positive so that pictures repeat.
    signs = np.sign(axes[np.arange(kept), np.abs(axes[:kept]).argmax(axis=1)])
    out[:, :kept] = left[:, :kept] * scales[:kept] * np.where(signs == 0, 1, signs)
    return out


def _umap(points: np.ndarray, seed: int) -> np.ndarray:
    import warnings

    import umap

    with warnings.catch_warnings():
        # A seed makes UMAP single-threaded, which it announces as a warning.
        warnings.simplefilter("ignore")
        reducer = umap.UMAP(n_neighbors=min(15, len(points) - 1), random_state=seed)
        return np.asarray(reducer.fit_transform(points), dtype=np.float64)


def _tsne(points: np.ndarray, seed: int) -> np.ndarray:
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(points) - 1) / 3)
    return TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(points).astype(np.float64)
