"""Points in many dimensions onto two, for pictures: PCA at once, UMAP and t-SNE on request.

PCA is instant and the same every time; it takes the place of the others where there are too few points for them.
"""

from typing import Literal

import numpy as np
from jaxtyping import Float

from core.errors import UnknownNameError

Method = Literal["pca", "umap", "tsne"]
METHODS: tuple[Method, ...] = ("pca", "umap", "tsne")


def project(
    points: Float[np.ndarray, "points dimensions"], method: Method = "pca", seed: int = 0
) -> Float[np.ndarray, "points 2"]:
    """Two coordinates a point. With too few points for UMAP (5) or t-SNE (4), PCA takes their place.

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


def _pca(points: Float[np.ndarray, "points dimensions"]) -> Float[np.ndarray, "points 2"]:
    from sklearn.decomposition import PCA

    out, kept = np.zeros((len(points), 2)), min(2, *points.shape)
    if len(np.unique(points, axis=0)) > 1:
        # The full decomposition has no randomness, and scikit-learn fixes the signs of its axes: pictures repeat.
        out[:, :kept] = PCA(kept, svd_solver="full").fit_transform(points)
    return out


def _umap(points: Float[np.ndarray, "points dimensions"], seed: int) -> Float[np.ndarray, "points 2"]:
    import warnings

    import umap

    with warnings.catch_warnings():
        # A seed makes UMAP single-threaded, which it announces as a warning.
        warnings.simplefilter("ignore")
        reducer = umap.UMAP(n_neighbors=min(15, len(points) - 1), random_state=seed)
        return np.asarray(reducer.fit_transform(points), dtype=np.float64)


def _tsne(points: Float[np.ndarray, "points dimensions"], seed: int) -> Float[np.ndarray, "points 2"]:
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(points) - 1) / 3)
    reducer = TSNE(perplexity=perplexity, init="pca", random_state=seed)
    return np.asarray(reducer.fit_transform(points), dtype=np.float64)
