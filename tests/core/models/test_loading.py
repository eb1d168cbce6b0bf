"""What opens as a classifier, and every checkpoint that is not what it seems: one line, never an answer."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import ModelError
from core.models.checkpoints import Source, head_modules, open_config, open_weights
from core.models.loading import load_classifier
from core.models.probe import probe
from core.tasks import IMDB, MNLI, Example
from tests.zoo import save


def logits(classifier: Any, examples: list[Example]) -> np.ndarray:
    return np.array([p.logits for p in classifier.predict(examples)])


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


def test_padding_that_leaks_is_found(tiny_factory: Any) -> None:
    leaking = tiny_factory(IMDB)
    inner = leaking.model.forward
    leaking.architecture = replace(leaking.architecture, first_token=False)

    def forward(attention_mask: Any, **inputs: Any) -> Any:
        return inner(attention_mask=torch.ones_like(attention_mask), **inputs)

    leaking.model.forward = forward
    with pytest.raises(ModelError, match="answers a text otherwise when another one is in the same batch"):
        probe(leaking)


@pytest.mark.parametrize("kind", ["refuses", "answers otherwise"])
def test_why_embeddings_cannot_be_given(kind: str, tiny_factory: Any, reviews: list[Example]) -> None:
    from core.defenses.five import Five

    other = tiny_factory(IMDB)
    inner = other.model.forward
    other.architecture = replace(other.architecture, first_token=False)

    def forward(**inputs: Any) -> Any:
        if "inputs_embeds" in inputs and kind == "refuses":
            raise NotImplementedError("no embeddings")
        return inner(**{name: 2 * value if name == "inputs_embeds" else value for name, value in inputs.items()})

    other.model.forward = forward
    reason = probe(other)
    assert "FIVE are not offered for 'tiny-imdb': BertForSequenceClassification" in reason
    assert ("does not take word embeddings" in reason) == (kind == "refuses")
    made = type(other)(tiny_factory(IMDB).model, other.tokenizer, IMDB, "x", (0, 1), refusal=reason)
    assert len(made.predict(reviews)) == len(reviews), "it still answers"
    with pytest.raises(ModelError, match="FIVE are not offered"):
        made.gradients(made.encode(reviews))
    with pytest.raises(ModelError, match="FIVE are not offered"):
        Five(made, None).predict(reviews)  # type: ignore[arg-type]  # it is not reached


def test_a_sound_model_is_offered_whole(tiny_classifier: Any, tiny_pair_classifier: Any) -> None:
    assert probe(tiny_classifier) == probe(tiny_pair_classifier) == ""


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


def test_a_local_folder(tiny_folder: Path, tiny_classifier: Any, reviews: list[Example]) -> None:
    loaded = load_classifier(str(tiny_folder), IMDB)
    assert loaded.name == str(tiny_folder)
    assert np.allclose(logits(loaded, reviews), logits(tiny_classifier, reviews), atol=1e-6)
    with pytest.raises(ModelError, match="labels are"):
        load_classifier(str(tiny_folder), MNLI)


def test_a_swapped_checkpoint_answers_the_same(tiny_folder: Path, tmp_path: Path, reviews: list[Example]) -> None:
    from safetensors.torch import load_file, save_file

    shutil.copytree(tiny_folder, tmp_path / "swapped")
    config = json.loads((tmp_path / "swapped" / "config.json").read_text())
    config["id2label"], config["label2id"] = {"0": "positive", "1": "negative"}, {"positive": 0, "negative": 1}
    (tmp_path / "swapped" / "config.json").write_text(json.dumps(config))
    weights = load_file(tmp_path / "swapped" / "model.safetensors")
    for name in ("classifier.weight", "classifier.bias"):
        weights[name] = weights[name].flip(0).contiguous()
    save_file(weights, tmp_path / "swapped" / "model.safetensors", {"format": "pt"})
    straight, swapped = (load_classifier(str(f), IMDB) for f in (tiny_folder, tmp_path / "swapped"))
    assert np.allclose(logits(straight, reviews), logits(swapped, reviews), atol=1e-6)


def test_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"Cannot load model .* Give a built-in model"):
        load_classifier(str(tmp_path / "nowhere"), IMDB)
    with pytest.raises(ModelError, match="it is no folder"):
        load_classifier("runs/my-own/model", IMDB)


def test_a_run_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "state.safetensors").touch()
    with pytest.raises(ModelError, match="Start the run again to end it"):
        load_classifier(str(tmp_path), IMDB)
    (tmp_path / "model").mkdir()
    with pytest.raises(ModelError, match=r"its model is in .*model\. Give that"):
        load_classifier(str(tmp_path), IMDB)
