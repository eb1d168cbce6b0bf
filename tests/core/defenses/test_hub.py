"""A defended classifier comes back from its folder as it was, and plain transformers opens the folder too."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.defenses import hub
from core.defenses.five import Five, FiveConfig
from core.defenses.fuse import Fuse, FuseConfig
from core.defenses.hub import from_pretrained, push_to_hub, save_pretrained
from core.defenses.record import FILE, read_record
from core.defenses.registry import build_defense
from core.errors import ConfigError, ModelError, UnknownNameError
from core.language.lexicon import load_lexicon
from core.models.importance import ImportanceConfig
from core.models.loading import load_classifier
from core.models.transformer import TransformersClassifier
from core.perturbation.switch import Switch, SwitchConfig
from core.tasks import IMDB, MNLI, Example, Task
from tests.zoo import save

REVIEWS = [
    Example("A good film."),
    Example("The plot [SEP] is dull, and the actors sleep. " * 60),
    Example("caf\u00e9 \u2014 no"),
]
PAIRS = [Example("A man walks on the street.", "A man is outside."), Example("Rain " * 200, "It is warm [MASK].")]


def logits(classifier: Any, examples: list[Example]) -> np.ndarray:
    return np.array([said.logits for said in classifier.predict(examples)])


def plain_logits(folder: Path, examples: list[Example]) -> tuple[np.ndarray, list[str]]:
    """As anybody would ask who does not know this program; columns by the checkpoint's own label names."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, use_safetensors=True).eval()
    rows = []
    for example in examples:
        texts = [text for text in (example.text_a, example.text_b) if text is not None]
        with torch.no_grad():
            rows.append(model(**tokenizer(*texts, truncation=True, return_tensors="pt")).logits[0].numpy())
    return np.array(rows), [model.config.id2label[i] for i in range(len(model.config.id2label))]


def names_in(folder: Path, *names: str) -> list[str]:
    """Those of ``names`` that a file of ``folder`` holds; weights are read too, as bytes, since decoding takes long."""
    written = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    return [name for name in names if name.encode() in written]


@pytest.fixture
def fuse(tiny_classifier: TransformersClassifier, toy_lexicon: Any) -> Fuse:
    config = SwitchConfig(
        perturb_words=2, total_alternatives=5, gate="off", importance=ImportanceConfig("gradient_x_input")
    )
    return Fuse(tiny_classifier, Switch(tiny_classifier, toy_lexicon, config), FuseConfig(seed=7))


@pytest.fixture
def saved(fuse: Fuse, tmp_path: Path) -> Path:
    save_pretrained(tmp_path / "saved", fuse)
    return tmp_path / "saved"


def change(folder: Path, **changes: Any) -> None:
    content = json.loads((folder / FILE).read_text())
    (folder / FILE).write_text(json.dumps({**content, **changes}))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "task", "examples"), [("imdb-plain", IMDB, REVIEWS), ("mnli-plain", MNLI, PAIRS)])
def test_a_built_in_model_and_its_fuse_come_back(
    name: str, task: Task, examples: list[Example], tmp_path: Path
) -> None:
    core = load_classifier(name, task)
    defended = build_defense("fuse", core, load_lexicon(), seed=3)
    record = save_pretrained(tmp_path / "out", defended)
    opened = from_pretrained(tmp_path / "out")
    assert isinstance(opened, Fuse)
    assert opened.config == defended.config
    assert opened.switch.config == defended.switch.config
    assert np.array_equal(logits(opened.classifier, examples), logits(core, examples)), "bit for bit"
    short = examples[:1]
    assert np.array_equal(logits(opened, short), logits(defended, short))
    rows, labels = plain_logits(tmp_path / "out", examples)
    assert tuple(labels) == task.labels
    assert np.abs(rows - logits(core, examples)).max() < 1e-5
    assert record.sources["encoder"] == "Universal Sentence Encoder (multilingual, numpy)"
    card = (tmp_path / "out" / "README.md").read_text()
    for needed in (
        "base_model: sentence-transformers/all-MiniLM-L6-v2", "library_name: transformers", "- accuracy\n",
        "pipeline_tag: text-classification", "license: other", "Apache-2.0", "switch.perturb_words:", "fuse.seed: 3",
    ):  # fmt: skip
        assert needed in card
    assert "$" not in card
    local = (str(Path.home()), sys.prefix, sys.base_prefix, str(tmp_path), "site-packages", str(hub.__file__)[:-25])
    assert not names_in(tmp_path / "out", *local)
    assert {p.suffix for p in (tmp_path / "out").iterdir()} == {".json", ".md", ".safetensors"}


@pytest.mark.slow
@pytest.mark.parametrize("task", [IMDB, MNLI], ids=lambda task: task.name)
def test_a_cotuned_adapter_opens_in_plain_transformers(task: Task, tmp_path: Path) -> None:
    """A FACT model is an adapter; its saved folder answers as the adapter does."""
    import torch

    from core.models.adapters import load_adapter, new_backbone
    from core.models.lora import with_adapter
    from core.resources import sha256_of

    torch.manual_seed(0)
    model = with_adapter(new_backbone(task), 4, 4)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.05)
    folder = tmp_path / "fact"
    model.save_pretrained(str(folder), save_embedding_layers=False)
    weights = folder / "adapter_model.safetensors"
    card = {
        "name": "tuned", "task": task.name, "labels": task.labels, "title": "Co-tuned", "accuracy": {},
        "training": {"command": "python -m core fact --start /home/user/x.y/run --task imdb", "seed": 0},
        "sha256": sha256_of(weights, 0),
    }  # fmt: skip
    (folder / "model.json").write_text(json.dumps(card))
    examples = PAIRS if task.is_pair else REVIEWS
    core = load_classifier(str(folder), task)
    save_pretrained(tmp_path / "out", core)
    rows, _ = plain_logits(tmp_path / "out", examples)
    assert np.abs(rows - logits(core, examples)).max() < 1e-5
    opened = from_pretrained(tmp_path / "out")
    assert np.array_equal(logits(opened, examples), logits(core, examples))
    merged, _ = load_adapter(folder)
    assert all(torch.equal(a, b) for a, b in zip(merged.parameters(), opened.model.parameters(), strict=True))
    assert "--start run --task" in (tmp_path / "out" / "README.md").read_text()
    assert not names_in(tmp_path / "out", "/home/user")


def test_fuse_and_five_come_back_with_every_setting(fuse: Fuse, saved: Path, toy_lexicon: Any, tmp_path: Path) -> None:
    words = [
        "good",
        "film",
        "great",
        "story",
        "bad",
        "actors",
        "boring",
        "man",
        "walks",
        "small",
        "movie",
        "sleeping",
        "outside",
    ]
    texts = [Example(" ".join(words[i:] + words[:i])) for i in range(0, 12, 2)]
    opened = from_pretrained(saved, lexicon=toy_lexicon)
    assert isinstance(opened, Fuse)
    assert (opened.config, opened.switch.config) == (fuse.config, fuse.switch.config)
    assert np.array_equal(logits(opened, texts), logits(fuse, texts))
    five = Five(fuse.classifier, toy_lexicon, FiveConfig(perturb_words=3, samples=4, sigma_relative=2.5, seed=11))
    save_pretrained(tmp_path / "five", five)
    again = from_pretrained(tmp_path / "five", lexicon=toy_lexicon)
    assert isinstance(again, Five)
    assert again.config == five.config
    assert np.array_equal(logits(again, texts), logits(five, texts))
    assert not np.array_equal(logits(again.reseeded(12), texts), logits(five, texts)), "the seed matters here"


def test_a_checkpoint_of_another_label_order_is_named_right(tiny_factory: Any, tmp_path: Path) -> None:
    core = tiny_factory(MNLI, order=(2, 0, 1))
    save_pretrained(tmp_path / "out", core)
    opened = from_pretrained(tmp_path / "out")
    assert np.array_equal(logits(opened, PAIRS), logits(core, PAIRS))
    rows, labels = plain_logits(tmp_path / "out", PAIRS)
    assert labels == ["neutral", "contradiction", "entailment"]
    assert np.abs(rows[:, [labels.index(label) for label in MNLI.labels]] - logits(core, PAIRS)).max() < 1e-5


def test_a_task_of_ones_own_travels_with_the_model(tiny_factory: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("core.tasks._TASKS", {"imdb": IMDB, "mnli": MNLI})
    own = Task("weather", "Weather", ("dry", "wet", "snow"), "text_a", 64, ("text",))
    core = tiny_factory(own)
    save_pretrained(tmp_path / "out", core)
    opened = from_pretrained(tmp_path / "out")
    assert opened.task == own
    assert np.array_equal(logits(opened, REVIEWS), logits(core, REVIEWS))
    assert not (tmp_path / ".out.writing").exists()


def test_saving_an_opened_one_again_keeps_what_is_known_of_it(saved: Path, toy_lexicon: Any, tmp_path: Path) -> None:
    change(saved, model={"title": "T", "base": "owner/base", "accuracy": {}, "training": {"seed": 4}})
    record = save_pretrained(tmp_path / "again", from_pretrained(saved, lexicon=toy_lexicon))
    assert record == read_record(saved)
    assert "base_model: owner/base" in (tmp_path / "again" / "README.md").read_text()
    assert not names_in(tmp_path / "again", str(tmp_path))


def test_the_cards_examples_run(saved: Path, monkeypatch: Any, capsys: Any, toy_lexicon: Any) -> None:
    monkeypatch.chdir(saved)
    monkeypatch.setattr("core.defenses.record.load_lexicon", lambda *_: toy_lexicon)
    monkeypatch.setattr("core.defenses.record.ENCODERS", {"use": "toy encoder"})
    monkeypatch.setattr("core.defenses.record.PatternTagger.name", "toy tagger")
    blocks = re.findall(r"```python\n(.*?)```", (saved / "README.md").read_text(), re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {})
    said = capsys.readouterr().out
    assert "'negative'" in said
    assert "Prediction(" in said


@pytest.mark.parametrize("broken", ["model_card", "_move"])
def test_a_kill_while_writing_leaves_the_former_model(
    saved: Path, fuse: Fuse, toy_lexicon: Any, monkeypatch: Any, broken: str
) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir()}

    def killed(*_: Any) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(hub, broken, killed)
    with pytest.raises(KeyboardInterrupt):
        save_pretrained(saved, fuse.reseeded(99))
    with pytest.raises(KeyboardInterrupt):
        save_pretrained(saved.with_name("new"), fuse)
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before
    assert [path.name for path in saved.parent.iterdir()] == ["saved"], "no half model, nothing left beside"
    monkeypatch.undo()
    save_pretrained(saved, fuse.reseeded(99))
    assert read_record(saved).settings["fuse"].seed == 99


def test_a_failed_move_puts_the_former_model_back(saved: Path, fuse: Fuse, monkeypatch: Any) -> None:
    before = (saved / FILE).read_bytes()
    rename = Path.rename

    def refuse(path: Path, to: Path) -> Path:
        if path.name.endswith(".writing"):
            raise OSError("full")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="full"):
        save_pretrained(saved, fuse.reseeded(99))
    assert (saved / FILE).read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["saved"]


def test_what_is_not_ours_is_not_replaced(saved: Path, fuse: Fuse, tmp_path: Path) -> None:
    (saved / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"holds notes\.txt.*--overwrite"):
        save_pretrained(saved, fuse)
    save_pretrained(saved, fuse, overwrite=True)
    assert not (saved / "notes.txt").exists()
    (saved / FILE).unlink()
    with pytest.raises(ConfigError, match=r"has no defense\.json"):
        save_pretrained(saved, fuse)
    with pytest.raises(ConfigError, match="has folders in it and is never replaced"):
        save_pretrained(tmp_path, fuse, overwrite=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="is a file"):
        save_pretrained(tmp_path / "file", fuse)
    (tmp_path / "empty").mkdir()
    save_pretrained(tmp_path / "empty", fuse)


def test_what_has_no_checkpoint_cannot_be_saved(
    fuse: Fuse, scripted_classifier: Any, tiny_factory: Any, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="was given ScriptedClassifier"):
        save_pretrained(tmp_path / "x", scripted_classifier())
    with pytest.raises(ModelError, match="ranks words with another model"):
        save_pretrained(tmp_path / "x", Fuse(tiny_factory(IMDB, seed=1), fuse.switch))
    assert not (tmp_path / "x").exists()


def test_a_record_of_another_task_than_the_checkpoint_s(saved: Path) -> None:
    change(saved, task="mnli", labels=list(MNLI.labels))
    with pytest.raises(ModelError, match=r"The checkpoint's labels are .*task 'mnli' has"):
        from_pretrained(saved)


def test_what_is_wrong_in_the_record_is_said(saved: Path) -> None:
    change(saved, kind="shield")
    with pytest.raises(UnknownNameError, match="Unknown defence 'shield'"):
        from_pretrained(saved)


def test_pickles_and_code_are_refused(saved: Path, tmp_path: Path) -> None:
    config = json.loads((saved / "config.json").read_text())
    (saved / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "evil.Model"}}))
    for act in (from_pretrained, lambda folder: push_to_hub(folder, "me/it", api=Recorder())):
        with pytest.raises(ModelError, match="wants code of its own to be run"):
            act(saved)
    (saved / "model.safetensors").rename(saved / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"only pytorch_model\.bin, a pickle, which can run any code"):
        from_pretrained(saved)
    (saved / "pytorch_model.bin").unlink()
    with pytest.raises(ModelError, match="no weights"):
        from_pretrained(saved)


def test_what_cannot_be_opened(saved: Path, tiny_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no defense\.json.*opened with --model"):
        from_pretrained(tiny_folder)
    with pytest.raises(ModelError, match="neither a folder nor a Hub name"):
        from_pretrained(tmp_path / "none")
    with pytest.raises(ConfigError, match="A revision belongs to a Hub name"):
        from_pretrained(saved, revision="main")


def test_a_hub_name_is_fetched_at_its_revision(saved: Path, toy_lexicon: Any, monkeypatch: Any) -> None:
    asked = []

    def fetch(name: str, revision: str | None, allow_patterns: list[str]) -> str:
        asked.append((name, revision))
        assert not any("bin" in pattern or "*.py" in pattern for pattern in allow_patterns)
        return str(saved)

    monkeypatch.setattr("huggingface_hub.snapshot_download", fetch)
    opened = from_pretrained("me/it", revision="abc", lexicon=toy_lexicon)
    assert asked == [("me/it", "abc")]
    assert opened.name == "FuSE(me/it)"

    def offline(*_: Any, **__: Any) -> str:
        raise OSError("no network here\nmore")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    with pytest.raises(ModelError, match=r"Cannot open 'me/it'.*no network here Check the name"):
        from_pretrained("me/it")


class Recorder:
    """A Hub that notes what it is asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.error = error

    def create_repo(self, repo_id: str, *, private: bool, exist_ok: bool) -> str:
        self.asked.append(("create", repo_id, private, exist_ok))
        if self.error:
            raise self.error
        return f"https://hub/{repo_id}"

    def upload_folder(self, *, repo_id: str, folder_path: str, commit_message: str, allow_patterns: list[str]) -> None:
        held = {p.name for p in Path(folder_path).iterdir() if any(p.match(one) for one in allow_patterns)}
        self.asked.append(("upload", repo_id, held, commit_message))


WHOLE = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "README.md", FILE}


def test_pushing_a_folder_or_a_classifier(saved: Path, fuse: Fuse) -> None:
    (saved / "notes.txt").write_text("mine")
    for given in (saved, str(saved), fuse):
        api = Recorder()
        assert push_to_hub(given, "me/it", private=True, message="first", api=api) == "https://hub/me/it"
        assert api.asked == [("create", "me/it", True, True), ("upload", "me/it", WHOLE, "first")]


def test_what_cannot_be_pushed(saved: Path, tiny_folder: Path, monkeypatch: Any) -> None:
    api = Recorder(OSError("403 Forbidden"))
    with pytest.raises(ConfigError, match=r"did not take 'me/it': 403 Forbidden Check the connection"):
        push_to_hub(saved, "me/it", api=api)
    for name in ("it", "me/it/more", "me it"):
        with pytest.raises(ConfigError, match="A Hub name is owner/name"):
            push_to_hub(saved, name, api=api)
    with pytest.raises(ModelError, match=r"has no defense\.json"):
        push_to_hub(tiny_folder, "me/it", api=api)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ConfigError, match="HF_HUB_OFFLINE is set"):
        push_to_hub(saved, "me/it", token="x")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    with pytest.raises(ConfigError, match=r"No Hub token.*hf auth login"):
        push_to_hub(saved, "me/it")


@pytest.mark.parametrize("kind", ["RoBERTa", "BART", "GPT-2", "XLNet"])
def test_any_architecture_is_saved_and_opened(kind: str, tmp_path: Path) -> None:
    core = load_classifier(str(save(kind, MNLI, tmp_path / "own")), MNLI)
    save_pretrained(tmp_path / "out", core)
    opened = from_pretrained(tmp_path / "out")
    assert np.array_equal(logits(opened, PAIRS), logits(core, PAIRS))
    for example in PAIRS:
        rows, labels = plain_logits(tmp_path / "out", [example])
        assert tuple(labels) == MNLI.labels
        assert np.abs(rows - logits(core, [example])).max() < 1e-4
