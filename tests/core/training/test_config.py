"""What decides a training run: every setting in its range, the paper's and our own presets, where a run begins."""

from dataclasses import fields

import pytest

from core.errors import ConfigError, UnknownNameError
from core.perturbation.config import SwitchConfig
from core.tasks import Task, register
from core.training.config import (
    BACKBONE,
    FACT_PRESETS,
    FACT_TRAINING,
    TRAINING_BY_TASK,
    FactConfig,
    FinetuneConfig,
    blend_of,
    fact_config,
)

BEYOND = {
    "epochs": (0, 101), "batch_rows": (0, 1025), "learning_rate": (0.0, 1.5), "warmup": (-0.1, 0.95),
    "weight_decay": (-0.1, 1.5), "lora_rank": (-1, 257), "clip": (0.0, 1e4), "dev_rows": (1, 100_001),
    "evaluations": (0, 1001), "max_pieces": (-1, 513), "short_epochs": (-1, 101), "max_rows": (-1, 10**10),
    "split": (-1, 2**31 + 1), "group_pieces": (8, 2**21), "seed": (-1, 2**31 + 1),
}  # fmt: skip


def test_every_setting_has_a_range() -> None:
    assert set(BEYOND) == {f.name for f in fields(FinetuneConfig)} - {
        "task",
        "start",
        "backbone",
        "labels",
        "lora_embeddings",
    }
    for name, values in BEYOND.items():
        for value in values:
            with pytest.raises(ConfigError, match=f"{name} must be between .* was given {value}"):
                FinetuneConfig(**{"task": "imdb", name: value})
    with pytest.raises(UnknownNameError, match="Unknown task 'imbd'"):
        FinetuneConfig("imbd")


def test_settings_that_cannot_be() -> None:
    training = FinetuneConfig("imdb")
    with pytest.raises(ConfigError, match="synthetic_weight must be between 0 and 100, was given -1"):
        FactConfig(training, synthetic_weight=-1)
    with pytest.raises(ConfigError, match="total_alternatives must be 1 or more"):
        FactConfig(training, SwitchConfig(total_alternatives=0))
    with pytest.raises(UnknownNameError, match="Unknown co-tuning preset 'papr'"):
        fact_config("imdb", "papr")


def test_the_papers_settings() -> None:
    """Section 3.3 of the paper: words to perturb, samples, candidates into USE a sample."""
    for task, words in (("imdb", 23), ("mnli", 9)):
        switch = fact_config(task, "paper").switch
        assert (switch.perturb_words, switch.total_alternatives, switch.multiplier) == (words, 4, 12)
        assert (switch.candidates_per_word, switch.gate, switch.min_word_cosine) == (10, "filter", None)
        assert fact_config(task, "paper").training.start == f"{task}-plain"


def test_training_settings_differ_only_where_it_is_said() -> None:
    """FACT_TRAINING names what a co-tuning run has otherwise, TRAINING_BY_TASK what a preset has otherwise again."""
    for task in ("imdb", "mnli"):
        plain = FinetuneConfig(task)
        for preset in FACT_PRESETS:
            made = fact_config(task, preset).training
            differ = {f.name for f in fields(made) if getattr(made, f.name) != getattr(plain, f.name)}
            assert differ <= {*FACT_TRAINING, *TRAINING_BY_TASK}
            by_task = {name for name in differ if getattr(made, name) != FACT_TRAINING.get(name)} - {"start"}
            assert by_task <= set(TRAINING_BY_TASK if preset == "shipped" else ())


def test_what_is_given_counts_more_than_the_preset() -> None:
    made = fact_config("mnli", learning_rate=1e-5, start=BACKBONE, seed=3)
    assert (made.training.learning_rate, made.training.start, made.training.seed) == (1e-5, BACKBONE, 3)
    assert made.switch == fact_config("mnli").switch


def test_a_task_of_ones_own_takes_the_settings_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    from core import tasks

    monkeypatch.setattr("core.tasks._TASKS", dict(tasks._TASKS))
    one = Task("weather", "Weather", ("dry", "wet"), "text_a", 64, ("text",))
    two = Task("doubts", "Doubts", ("no", "yes"), "text_b", 64, ("one", "two"))
    for task, like in ((one, "imdb"), (two, "mnli")):
        register(task)
        for preset in FACT_PRESETS:
            assert fact_config(task.name, preset, start=BACKBONE).switch == fact_config(like, preset).switch
        assert blend_of(fact_config(task.name, start="a/model")) == blend_of(fact_config(like, start="a/model"))


def test_a_run_from_the_backbone_has_nothing_to_be_blended_with() -> None:
    assert blend_of(fact_config("mnli", start=BACKBONE)) == 1.0
    assert blend_of(fact_config("mnli")) == 0.75
    assert blend_of(fact_config("imdb")) == 1.0


def test_labels_are_the_tasks_own() -> None:
    assert FinetuneConfig("imdb", labels="LABEL_0=negative,LABEL_1=positive").labels
    with pytest.raises(ConfigError, match="--labels maps 'LABEL_0' to 'dry'; the task's labels are negative, positive"):
        FinetuneConfig("imdb", labels="LABEL_0=dry,LABEL_1=wet")
