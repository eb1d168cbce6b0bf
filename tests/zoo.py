"""One tiny random classifier of every architecture that is supported, with a tokenizer of its own kind.

Weights are large, so that answers depend on every piece and on where it stands. Nothing is read from anywhere.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.tasks import Task
from tests.conftest import COMMON_WORDS, tiny_tokenizer

_SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
_DECODER = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
            "decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64}  # fmt: skip
_TEXTS = [" ".join(COMMON_WORDS[start : start + 9]) for start in range(0, len(COMMON_WORDS), 9)]


def wordpiece(lowercase: bool = True) -> Any:
    """BERT's kind, uncased or cased."""
    if lowercase:
        return tiny_tokenizer()
    from tokenizers import normalizers

    made = tiny_tokenizer()
    made.backend_tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    return made


def byte_level(single: str = "<s> $A </s>", pair: str = "<s> $A </s> </s> $B </s>") -> Any:
    """RoBERTa's kind; without a template GPT-2's, which adds no piece and has none for padding."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] if single else ["<|endoftext|>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_TEXTS, trainer)
    if not single:
        return _wrapped(tokenizer, "", "", eos_token="<|endoftext|>", bos_token="<|endoftext|>")
    return _wrapped(tokenizer, single, pair)


def unigram(single: str = "<s> $A </s>", pair: str = "<s> $A </s> </s> $B </s>", **names: str) -> Any:
    """Sentencepiece's kind."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=300, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<sep>", "<cls>"],
        unk_token="<unk>", show_progress=False,
    )  # fmt: skip
    tokenizer.train_from_iterator(_TEXTS, trainer)
    return _wrapped(tokenizer, single, pair, **names)


def _wrapped(tokenizer: Any, single: str, pair: str, **names: str) -> Any:
    from tokenizers import processors
    from transformers import PreTrainedTokenizerFast

    usual = {
        "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>",
        "cls_token": "<s>", "sep_token": "</s>",
    }  # fmt: skip
    if single:
        used = sorted({piece.partition(":")[0] for piece in pair.split()} - {"$A", "$B"})
        tokenizer.post_processor = processors.TemplateProcessing(
            single=single, pair=pair, special_tokens=[(piece, tokenizer.token_to_id(piece)) for piece in used]
        )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **({**usual, **names} if single else names))


ZOO: dict[str, tuple[str, Callable[[], Any], dict[str, Any]]] = {
    "BERT": ("bert", wordpiece, _SMALL),
    "BERT, cased": ("bert", lambda: wordpiece(False), _SMALL),
    "DistilBERT": ("distilbert", wordpiece, {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64}),
    "ELECTRA": ("electra", wordpiece, {**_SMALL, "embedding_size": 16}),
    "ALBERT": ("albert", unigram, {**_SMALL, "embedding_size": 16}),
    "MPNet": ("mpnet", unigram, {**_SMALL, "max_position_embeddings": 130}),
    "DeBERTa-v2": (
        "deberta-v2", unigram, {**_SMALL, "relative_attention": True, "pos_att_type": ["p2c", "c2p"],
                                "position_biased_input": False, "type_vocab_size": 0},
    ),
    "RoBERTa": ("roberta", byte_level, {**_SMALL, "max_position_embeddings": 130, "type_vocab_size": 1}),
    "XLM-R": ("xlm-roberta", unigram, {**_SMALL, "max_position_embeddings": 130, "type_vocab_size": 1}),
    "CamemBERT": ("camembert", unigram, {**_SMALL, "max_position_embeddings": 130, "type_vocab_size": 1}),
    "Longformer": (
        "longformer", byte_level, {**_SMALL, "max_position_embeddings": 130, "type_vocab_size": 1,
                                   "attention_window": [4, 4]},
    ),
    "BART": ("bart", byte_level, {**_DECODER, "max_position_embeddings": 128}),
    "T5": (
        "t5", lambda: unigram("$A </s>", "$A </s> $B </s>"),
        {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "decoder_start_token_id": 1},
    ),
    "XLNet": (
        "xlnet",
        lambda: unigram(
            "$A <sep> <cls>:2", "$A <sep> $B:1 <sep>:1 <cls>:2", cls_token="<cls>", sep_token="<sep>"
        ),
        {"d_model": 32, "n_layer": 2, "n_head": 4, "d_inner": 64},
    ),
    "GPT-2": ("gpt2", lambda: byte_level("", ""), {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 128}),
    "Qwen2": ("qwen2", lambda: byte_level("", ""), {**_SMALL, "num_key_value_heads": 2}),
}  # fmt: skip
"""By name: transformers' type, the tokenizer, what its configuration changes."""


def save(name: str, task: Task, folder: Path, **changes: Any) -> Path:
    """A tiny random classifier of the zoo for ``task``, as a checkpoint folder; its answers reach every label."""
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification

    kind, tokenizer_of, settings = ZOO[name]
    tokenizer = tokenizer_of()
    special = {f"{part}_token_id": getattr(tokenizer, f"{part}_token_id") for part in ("pad", "bos", "eos")}
    config = AutoConfig.for_model(kind, **{
        "vocab_size": len(tokenizer), "id2label": dict(enumerate(task.labels)),
        "label2id": {label: i for i, label in enumerate(task.labels)}, **special, **settings, **changes,
    })  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = AutoModelForSequenceClassification.from_config(config).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.ndim > 1:
                    parameter.copy_(torch.randn_like(parameter) * 0.25)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
