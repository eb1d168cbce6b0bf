"""A defended classifier as a folder that can be kept, shared and opened anywhere: save, open, push.

The folder is an ordinary transformers checkpoint (adapters merged, safetensors only) with its tokenizer, a model card,
and ``defense.json`` (:mod:`core.defenses.record`). Weights are written as they are: ours gives the same logits bit for
bit, plain transformers the same within 1e-5 (its batches are padded differently). Lives among the defences because it
builds them; the storeys below know no defence.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any, Protocol

from core.defenses.hub_card import model_card, provenance
from core.defenses.record import FILE, DefenseRecord, plain_core, read_record, record_of
from core.errors import ConfigError, ModelError
from core.language.lexicon import Lexicon
from core.models.checkpoints import HUB_NAME
from core.models.classifier import Classifier
from core.models.loading import load_classifier
from core.models.transformer import TransformersClassifier
from core.strict_json import from_json, to_json

WEIGHTS, CARD = "model.safetensors", "README.md"
FILES = (
    "config.json", WEIGHTS, "model.safetensors.index.json", "model-*.safetensors", "tokenizer.json",
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.*", "merges.txt", CARD, FILE,
)  # fmt: skip
"""All that a saved model holds, and all that is ever sent to the Hub or fetched from it."""
_LOCAL = ("_name_or_path", "name_or_path", "is_local", "local_files_only", "tokenizer_file")


class HubApi(Protocol):
    """What is asked of :class:`huggingface_hub.HfApi`."""

    def create_repo(self, repo_id: str, *, private: bool, exist_ok: bool) -> object:
        """Make the repository; one that is there stays as it is. Its text is its address."""

    def upload_folder(
        self, *, repo_id: str, folder_path: str, commit_message: str, allow_patterns: list[str]
    ) -> object:
        """Send the files of a folder in one commit."""


def save_pretrained(folder: str | Path, defended: Classifier, overwrite: bool = False) -> DefenseRecord:
    """Write ``defended`` (a TransformersClassifier, or Fuse or Five around one) as ``folder``; answers its record.

    Written beside and moved into place: whoever is killed while writing leaves what was there before. A folder that
    holds anything but a saved model is replaced only with ``overwrite``, one with folders in it never. No file names a
    path of this machine. Cost: the weights once on disk, twice while writing. One writer a folder at a time. (Killed
    between the two renames, the former model is whole in ``.NAME.former`` beside the folder.)

    Raises ConfigError for a folder that may not be replaced, ModelError for something that has no checkpoint.
    """
    folder = Path(folder).resolve()
    _replaceable(folder, overwrite)
    core = plain_core(defended)
    record = record_of(defended, *provenance(core.name))
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside, former = (folder.with_name(f".{folder.name}.{state}") for state in ("writing", "former"))
    shutil.rmtree(beside, ignore_errors=True)
    try:
        _write(beside, core, record)
        _move(beside, folder, former)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return record


def from_pretrained(
    source: str | Path, revision: str | None = None, device: str = "cpu", lexicon: Lexicon | None = None
) -> Classifier:
    """The classifier saved in a folder, or under a Hub name (``owner/name``) at ``revision``, with its defence.

    Never runs code from the folder and never unpickles: safetensors only. ``lexicon`` replaces the recorded sources.

    Raises ModelError (no such folder, no defence, no safetensors, code in it, labels or format that do not fit),
    UnknownNameError or ConfigError for its settings.
    """
    folder = _fetched(str(source), revision)
    record = read_record(folder)
    _safe(folder, str(source))
    task = record.resolve_task()
    core = load_classifier(str(folder), task, device)
    core.name = str(folder) if Path(source).is_dir() else str(source)
    return record.around(core, lexicon)


def push_to_hub(
    given: str | Path | Classifier,
    repo_id: str,
    private: bool = False,
    token: str | None = None,
    message: str = "A classifier, saved by FireBERT Lab",
    api: HubApi | None = None,
) -> str:
    """Send a saved folder, or a classifier, to ``owner/name`` on the Hub, in one commit; answers its address.

    Only the files of a saved model are sent. A repository that is there keeps its visibility. ``api`` stands in for the
    Hub. Raises ConfigError when offline, without a token or when the Hub refuses, and as the other two functions do.
    """
    if not HUB_NAME.fullmatch(repo_id):
        raise ConfigError(f"A Hub name is owner/name, of letters, digits, - _ and ., was given {repo_id!r}.")
    if not isinstance(given, (str, Path)):
        with tempfile.TemporaryDirectory() as temporary:
            save_pretrained(folder := Path(temporary) / "model", given)
            return push_to_hub(folder, repo_id, private, token, message, api)
    read_record(given)
    _safe(Path(given), str(given))
    hub = api or _real_api(token)
    try:
        address = hub.create_repo(repo_id, private=private, exist_ok=True)
        hub.upload_folder(repo_id=repo_id, folder_path=str(given), commit_message=message, allow_patterns=list(FILES))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"The Hub did not take '{repo_id}': {_first_line(error)} Check the connection, that the token may write, "
            "and that the owner is you or an organisation of yours; then push again."
        ) from error
    return str(address)


def _replaceable(folder: Path, overwrite: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ConfigError(f"{folder} is a file; a folder is written. Give another --out.")
    held = sorted(folder.iterdir())
    if any(path.is_dir() for path in held):
        raise ConfigError(f"{folder} has folders in it and is never replaced. Give a new folder.")
    strange = [path.name for path in held if not any(path.match(pattern) for pattern in FILES)]
    if held and not overwrite and (strange or not (folder / FILE).is_file()):
        why = f"holds {strange[0]}" if strange else f"has no {FILE}"
        raise ConfigError(
            f"{folder} is not empty and no model saved by us ({why}). Give a new folder, or overwrite it (--overwrite)."
        )


def _write(folder: Path, core: TransformersClassifier, record: DefenseRecord) -> None:
    folder.mkdir()
    core.model.save_pretrained(str(folder))
    core.tokenizer.save_pretrained(str(folder))
    labels = {index: core.task.labels[place] for place, index in enumerate(core.order)}
    names = {str(index): labels[index] for index in sorted(labels)}
    _edit(folder / "config.json", {"id2label": names, "label2id": {v: int(k) for k, v in names.items()}})
    # What plain transformers has to do as we do: where to cut, that a typed "[SEP]" is text, which inputs are given.
    types = ["token_type_ids"] if core.architecture.segments else []
    same = {"split_special_tokens": True, "model_input_names": ["input_ids", *types, "attention_mask"]}
    _edit(folder / "tokenizer_config.json", {"model_max_length": core.encoder.max_pieces, **same})
    _edit(folder / "tokenizer.json", {"truncation": None, "padding": None})
    (folder / CARD).write_text(model_card(record, core.task), encoding="utf-8")
    (folder / FILE).write_text(record.to_json(), encoding="utf-8")


def _edit(path: Path, changes: dict[str, Any]) -> None:
    """Change a JSON file; what transformers notes about this machine is left out."""
    content = {**from_json(path.read_text(encoding="utf-8")), **changes}
    for key in _LOCAL:
        content.pop(key, None)
    path.write_text(to_json(content, indent=2) + "\n", encoding="utf-8")


def _move(new: Path, folder: Path, former: Path) -> None:
    shutil.rmtree(former, ignore_errors=True)
    if folder.exists():
        folder.rename(former)
    try:
        new.rename(folder)
    except BaseException:
        if former.exists():
            former.rename(folder)
        raise
    shutil.rmtree(former, ignore_errors=True)


def _fetched(source: str, revision: str | None) -> Path:
    """The local folder of ``source``; from the Hub only files that a saved model may hold."""
    if Path(source).is_dir():
        if revision:
            raise ConfigError(f"A revision belongs to a Hub name; '{source}' is a folder. Leave it out.")
        return Path(source).resolve()
    if not HUB_NAME.fullmatch(source):
        raise ModelError(f"'{source}' is neither a folder nor a Hub name, owner/name.")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(source, revision=revision, allow_patterns=list(FILES)))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"Cannot open '{source}': there is no such folder, and the Hub did not give it: {_first_line(error)} Check "
            "the name and the connection (HF_HUB_OFFLINE=1 forbids it); a private model needs hf auth login."
        ) from error


def _safe(folder: Path, source: str) -> None:
    """Refuse weights that are not safetensors, and a config that wants its own code run."""
    if not any((folder / name).is_file() for name in (WEIGHTS, f"{WEIGHTS}.index.json")):
        pickled = sorted(path.name for path in folder.glob("*.bin")) + sorted(path.name for path in folder.glob("*.pt"))
        why = f"only {pickled[0]}, a pickle, which can run any code when it is opened" if pickled else "no weights"
        raise ModelError(f"'{source}' has no {WEIGHTS} ({why}). Ask its owner for safetensors, or save it again.")
    config = folder / "config.json"
    if not config.is_file() or "auto_map" in from_json(config.read_text(encoding="utf-8")):
        wrong = "wants code of its own to be run (auto_map)" if config.is_file() else "is missing"
        raise ModelError(f"config.json of '{source}' {wrong}. A model saved by us has a plain one; save it again.")


def _real_api(token: str | None) -> Any:
    from huggingface_hub import HfApi, constants, get_token

    if constants.HF_HUB_OFFLINE:
        raise ConfigError("HF_HUB_OFFLINE is set, so nothing is sent. Unset it where there is a network, push again.")
    if not (token or get_token()):
        raise ConfigError(
            "No Hub token. Make one that may write at https://huggingface.co/settings/tokens, then run hf auth login, "
            "or set HF_TOKEN."
        )
    return HfApi(token=token)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
