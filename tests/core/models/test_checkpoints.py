"""Every checkpoint that is not what it seems: one line, never an answer; and where a checkpoint is looked for."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import ModelError
from core.models.checkpoints import Source, check_head, head_modules, open_config, open_weights
from core.models.loading import load_classifier
from core.tasks import IMDB
from tests.zoo import save


def reweighted(folder: Path, change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]) -> None:
    path = folder / "model.safetensors"
    weights = load_file(path)
    save_file({name: w.clone() for name, w in change(weights).items()}, path, {"format": "pt"})


def configured(folder: Path, file: str = "config.json", **changes: Any) -> None:
    path = folder / file
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def without(part: str) -> Callable[[Path], None]:
    return lambda folder: reweighted(folder, lambda w: {k: v for k, v in w.items() if part not in k})


def scaled(part: str, by: float) -> Callable[[Path], None]:
    return lambda folder: reweighted(folder, lambda w: {k: v * by if part in k else v for k, v in w.items()})


def pickled(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def untokenized(folder: Path) -> None:
    for path in folder.glob("*token*"):
        path.unlink()


def slow(kind: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "tokenizer.json").unlink()
        (folder / "vocab.txt").write_text("a 1\nb 2\n")
        (folder / "bpe.codes").write_text("a b 1\n")
        configured(folder, "tokenizer_config.json", tokenizer_class=kind)

    return change


FAULTS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no head": (without("classifier"), "has no classification head .classifier.bias and 1 more"),
    "no pooler": (without("pooler"), "has no classification head .*pooler"),
    "no second layer": (without("layer.1."), r"layer\.1\..* missing from its file"),
    "DataParallel": (
        lambda folder: reweighted(folder, lambda w: {f"module.{k}": v for k, v in w.items()}),
        "begin with 'module.'",
    ),
    "more layers than said": (lambda folder: configured(folder, num_hidden_layers=1), "for which config.json has no"),
    "another width": (lambda folder: configured(folder, hidden_size=64), "another size than config.json says"),
    "another vocabulary": (lambda folder: configured(folder, vocab_size=17), "word_embeddings.weight in its file has"),
    "not a number": (scaled("layer.0.output.dense.weight", float("nan")), "layer.0.output.dense.weight holds numbers"),
    "infinite": (scaled("classifier.weight", float("inf")), "classifier.weight holds numbers that are not finite"),
    "overflowing": (scaled("classifier.weight", 3e38), "logits that are no finite numbers"),
    "several labels at once": (
        lambda folder: configured(folder, problem_type="multi_label_classification"),
        "head is multi label",
    ),
    "regression": (lambda folder: configured(folder, problem_type="regression"), "head is regression"),
    "one output": (lambda folder: configured(folder, id2label={"0": "score"}, label2id={"score": 0}), "with 1 output"),
    "no tokenizer": (untokenized, "has no tokenizer .* tokenizer.save_pretrained"),
    "only a slow tokenizer (CANINE)": (slow("CanineTokenizer"), "CanineTokenizer. has no fast form"),
    "only a slow tokenizer (BERTweet)": (slow("BertweetTokenizer"), "BertweetTokenizer. has no fast form"),
    "a pickle": (pickled, "only pytorch_model.bin, a pickle, .* save it again"),
    "three labels": (
        lambda folder: configured(folder, id2label={"0": "bad", "1": "good", "2": "so"}),
        "labels are .'bad', 'good', 'so'",
    ),
    "numbered labels": (
        lambda folder: configured(folder, id2label={"0": "LABEL_0", "1": "LABEL_1"}),
        "--labels LABEL_0=negative",
    ),
    "a cut file": (lambda folder: (folder / "model.safetensors").write_bytes(b"12345678901"), "Cannot load model"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "no file named model.safetensors"),
    "half a config": (lambda folder: (folder / "config.json").write_text("{"), "not a valid JSON"),
    "no config": (lambda folder: (folder / "config.json").unlink(), "Cannot load model"),
    "an unknown kind": (lambda folder: configured(folder, model_type="nonsense"), "model type `nonsense`"),
    "code of its own": (
        lambda folder: configured(folder, model_type="own", auto_map={"AutoConfig": "own.Config"}),
        "custom code",
    ),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save("BERT", IMDB, tmp_path_factory.mktemp("whole") / "model")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_checkpoint_that_is_not_what_it_seems(fault: str, whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "model"))
    break_it, message = FAULTS[fault]
    break_it(folder)
    with pytest.raises(ModelError, match=message) as caught:
        load_classifier(str(folder), IMDB)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["RoBERTa", "GPT-2", "T5", "DeBERTa-v2", "XLNet"])
def test_no_architecture_makes_up_a_tokenizer(kind: str, tmp_path: Path) -> None:
    folder = save(kind, IMDB, tmp_path / "model")
    untokenized(folder)
    with pytest.raises(ModelError, match="has no tokenizer"):
        load_classifier(str(folder), IMDB)


def test_half_precision_is_read_as_single(tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    folder = save("BERT", IMDB, tmp_path / "model")
    AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float16).save_pretrained(folder)
    classifier = load_classifier(str(folder), IMDB)
    assert {p.dtype for p in classifier.model.parameters()} == {torch.float32}


def test_a_decoder_without_a_padding_piece(tmp_path: Path) -> None:
    """Its end piece is put there, which is masked; where rows end with that piece nothing can be put there."""
    folder = save("GPT-2", IMDB, tmp_path / "model")
    assert load_classifier(str(folder), IMDB).tokenizer.pad_token == "<|endoftext|>"
    path = folder / "tokenizer.json"
    content = json.loads(path.read_text())
    end = {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}
    text, other = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    content["post_processor"] = {
        "type": "TemplateProcessing", "single": [text, end], "pair": [text, other, end],
        "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [0], "tokens": ["<|endoftext|>"]}},
    }  # fmt: skip
    path.write_text(json.dumps(content))
    with pytest.raises(ModelError, match="no padding piece, and no other one can stand in"):
        load_classifier(str(folder), IMDB)


@pytest.mark.parametrize(
    ("kind", "heads"),
    [
        ("BERT", {"bert.pooler", "classifier"}), ("DistilBERT", {"pre_classifier", "classifier"}),
        ("RoBERTa", {"classifier"}), ("BART", {"classification_head"}), ("GPT-2", {"score"}),
        ("XLNet", {"sequence_summary", "logits_proj"}), ("ALBERT", {"albert.pooler", "classifier"}),
    ],
)  # fmt: skip
def test_what_the_head_is(kind: str, heads: set[str], tmp_path: Path) -> None:
    source = Source(str(save(kind, IMDB, tmp_path / "model")))
    assert set(head_modules(open_weights(source, open_config(source)))) == heads


def test_a_fresh_head_needs_the_body_alone(tmp_path: Path) -> None:
    folder = save("BERT", IMDB, tmp_path / "model")
    without("classifier")(folder)
    source = Source(str(folder))
    model = open_weights(source, open_config(source, num_labels=5), fresh_head=True)
    assert model.classifier.out_features == 5
    without("layer.0.")(folder)
    with pytest.raises(ModelError, match="missing from its file"):
        open_weights(source, open_config(source), fresh_head=True)


@pytest.mark.parametrize(
    ("given", "name", "revision"),
    [
        ("owner/name", "owner/name", None),
        ("owner/name@main", "owner/name", "main"),
        ("my-org/bert.base_v2@refs/pr/3", "my-org/bert.base_v2", "refs/pr/3"),
    ],
)
def test_a_name_on_the_hub(given: str, name: str, revision: str | None) -> None:
    source = Source.parse(given)
    assert (source.name, source.revision) == (name, revision)
    assert source.pinned == {"revision": revision, "trust_remote_code": False}


def test_a_folder_is_taken_as_it_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "mine@home"
    folder.mkdir()
    assert Source.parse(str(folder)) == Source(str(folder), None)


@pytest.mark.parametrize("given", ["", "name", "owner/name@", "a/b/c", "../name", "owner/..", "@main", "owner /name"])
def test_what_is_neither(given: str) -> None:
    with pytest.raises(ModelError, match="is neither a folder nor a Hub name, owner/name or owner/name@revision"):
        Source.parse(given)


@pytest.mark.parametrize("fits", [2, 3, 28])
def test_a_head_chooses_one_of_several_labels(fits: int) -> None:
    for kind in (None, "single_label_classification"):
        check_head(SimpleNamespace(problem_type=kind, num_labels=fits), Source("x"))
    for kind, labels, said in (
        ("regression", fits, "is regression"),
        ("multi_label_classification", fits, "is multi label classification"),
        (None, 1, "is one with 1 output"),
    ):
        with pytest.raises(ModelError, match=f"'x': its head {said}"):
            check_head(SimpleNamespace(problem_type=kind, num_labels=labels), Source("x"))
