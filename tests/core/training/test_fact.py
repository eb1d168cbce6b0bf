"""Co-tuning: alternatives are their sources' kin and drawn anew, the loss is what it says, a killed run is the same."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigError
from core.events import Evaluated, Preparing, TrainingFinished, TrainingStarted, TrainingStep, from_record, to_record
from core.language.text import find_words
from core.perturbation.switch import Switch, SwitchConfig
from core.training.config import FactConfig, FinetuneConfig
from core.training.corpus import Corpus
from core.training.fact import Alternatives, fact
from core.training.processes import Team
from tests.core.training.conftest import same, tensors


def made(config: FactConfig, rows: Any, classifier: Any, lexicon: Any, cache: Path) -> tuple[Corpus, Alternatives]:
    corpus = Corpus(config.training, rows)
    alternatives = Alternatives(config, corpus, Switch(classifier, lexicon, config.switch), "weights", cache)
    for store in alternatives.stores:
        list(store.build(Team()))
    return corpus, alternatives


def run(config: FactConfig, rows: Any, folder: Path, classifier: Any, lexicon: Any, **more: Any) -> list[Any]:
    return list(fact(config, rows, folder, classifier, lexicon, cache=folder.parent / "cache", **more))


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, tiny_classifier: Any, rows: Any
) -> tuple[FactConfig, Path, list[Any]]:
    """An uninterrupted run: its configuration, folder and events."""
    from core.language.lexicon import Lexicon
    from tests.conftest import NEIGHBOURS, STOP_WORDS, ToyEncoder, ToyNeighbors, ToyTagger

    training = FinetuneConfig(
        "imdb", epochs=2, batch_rows=5, learning_rate=2e-3, lora_rank=2, dev_rows=6, evaluations=3, max_pieces=24,
        group_pieces=96,
    )  # fmt: skip
    config = FactConfig(training, SwitchConfig(perturb_words=2, total_alternatives=2, gate="filter", pos="none"), 0.5)
    lexicon = Lexicon(ToyNeighbors(NEIGHBOURS), ToyTagger(), ToyEncoder(), STOP_WORDS)
    folder = tmp_path_factory.mktemp("fact") / "run"
    return config, folder, run(config, rows, folder, tiny_classifier, lexicon)


def test_alternatives_are_drawn_anew_from_seed_epoch_and_text_alone(
    fact_settings: FactConfig, rows: Any, tiny_classifier: Any, toy_lexicon: Any, tmp_path: Path
) -> None:
    corpus, alternatives = made(fact_settings, rows, tiny_classifier, toy_lexicon, tmp_path)
    everybody = list(range(len(corpus.train)))
    first, second = alternatives.extend(0, everybody), alternatives.extend(1, everybody)
    assert first != second, "drawn anew each epoch"
    assert [alternatives.extend(0, [i])[0] for i in reversed(everybody)][::-1] == first, "whatever else is asked"
    _, again = made(fact_settings, rows, tiny_classifier, toy_lexicon, tmp_path)
    assert again.extend(0, everybody) == first
    other = replace(fact_settings, training=replace(fact_settings.training, seed=1))
    corpus_1, another = made(other, rows, tiny_classifier, toy_lexicon, tmp_path)
    by_text = {row.example: found for row, found in zip(corpus.train, first, strict=True)}
    redrawn = dict(zip((r.example for r in corpus_1.train), another.extend(0, everybody), strict=True))
    assert any(by_text[example] != redrawn[example] for example in by_text)


def test_an_alternative_swaps_few_words_of_its_own_row(
    fact_settings: FactConfig, rows: Any, tiny_classifier: Any, toy_lexicon: Any, tmp_path: Path
) -> None:
    corpus, alternatives = made(fact_settings, rows, tiny_classifier, toy_lexicon, tmp_path)
    for i, found in enumerate(alternatives.extend(0, range(len(corpus.train)))):
        assert 0 < len(found) <= 2
        own = [word.text for word in find_words(corpus.train[i].example.text_a)]
        for example in found:
            words = [word.text for word in find_words(example.text_a)]
            assert len(words) == len(own)
            assert 1 <= sum(a != b for a, b in zip(own, words, strict=True)) <= 2


def test_only_the_hypothesis_changes(tiny_pair_classifier: Any, toy_lexicon: Any, pairs: Any, tmp_path: Path) -> None:
    from core.datasets import Row

    training = FinetuneConfig("mnli", dev_rows=2, batch_rows=2, max_pieces=32)
    config = FactConfig(training, SwitchConfig(total_alternatives=3, gate="off", pos="none", stop_words=False))
    corpus, alternatives = made(config, [Row(e, 0) for e in pairs], tiny_pair_classifier, toy_lexicon, tmp_path)
    for row, found in zip(corpus.train, alternatives.extend(0, range(len(corpus.train))), strict=True):
        assert all(example.text_a == row.example.text_a for example in found)
        assert all(example.text_b != row.example.text_b for example in found)


def test_a_random_choice_of_words_differs_from_epoch_to_epoch(
    fact_settings: FactConfig, rows: Any, tiny_classifier: Any, toy_lexicon: Any, tmp_path: Path
) -> None:
    """The control: words at random instead of the most important ones."""
    config = replace(fact_settings, switch=replace(fact_settings.switch, perturb_words=1, random_out_of=100))
    corpus, alternatives = made(config, rows, tiny_classifier, toy_lexicon, tmp_path)

    def changed(epoch: int) -> set[int]:
        own = corpus.train[0].example.text_a.split()
        return {i for e in alternatives.extend(epoch, [0])[0] for i, w in enumerate(e.text_a.split()) if w != own[i]}

    assert len(set.union(*(changed(epoch) for epoch in range(12)))) >= 3


def test_events_tell_the_whole_story(finished: tuple[FactConfig, Path, list[Any]], rows: Any) -> None:
    _, _, events = finished
    kinds = [type(event) for event in events]
    first = kinds.index(TrainingStarted)
    assert set(kinds[:first]) == {Preparing}
    assert events[first - 1].done == events[first - 1].total
    assert kinds[-1] is TrainingFinished
    started = events[first]
    assert (started.rows, started.alternatives, started.steps) == (len(rows) - 6, 2, 12)
    assert [from_record(to_record(e)) for e in events] == events
    for event in events:
        if isinstance(event, TrainingStep):
            low, high = sorted((event.clean_loss, event.synthetic_loss))
            assert low - 1e-6 <= event.loss <= high + 1e-6, "a mean of both"
            assert event.rows_per_second == pytest.approx(3 * event.examples_per_second, rel=0.2)
        if isinstance(event, Evaluated):
            assert 0 <= event.synthetic_accuracy <= 1


def test_the_best_checkpoint_is_the_best_mean_of_both_accuracies(
    finished: tuple[FactConfig, Path, list[Any]],
) -> None:
    _, _, events = finished
    means = [(e.accuracy + e.synthetic_accuracy) / 2 for e in events if isinstance(e, Evaluated)]
    end = events[-1]
    assert (end.best_accuracy + end.best_synthetic_accuracy) / 2 == pytest.approx(max(means))
    best = [max(means[: i + 1]) > max(means[:i], default=-1) for i in range(len(means))]
    assert [e.best for e in events if isinstance(e, Evaluated)] == best


def test_a_run_cut_off_and_started_again_is_the_same_run(
    finished: tuple[FactConfig, Path, list[Any]], rows: Any, tiny_classifier: Any, toy_lexicon: Any, tmp_path: Path
) -> None:
    config, folder, _ = finished
    events = fact(
        config, rows, tmp_path / "run", tiny_classifier, toy_lexicon, save_every=2, cache=tmp_path / "other-cache"
    )
    for event in events:
        if isinstance(event, TrainingStep) and event.step == 7:
            break
    events.close()
    again = run(config, rows, tmp_path / "run", tiny_classifier, toy_lexicon)
    started = next(e for e in again if isinstance(e, TrainingStarted))
    assert started.start_step == 6
    assert same(tmp_path / "run/best.safetensors", folder / "best.safetensors")
    assert same(tmp_path / "run/state.safetensors", folder / "state.safetensors")


def test_stopped_it_keeps_the_best_so_far(
    fact_settings: FactConfig, rows: Any, tiny_classifier: Any, toy_lexicon: Any, tmp_path: Path
) -> None:
    seen: list[Any] = []
    stop = lambda: any(isinstance(e, TrainingStep) for e in seen)  # noqa: E731 (a flag that the loop below raises)
    for event in fact(
        fact_settings, rows, tmp_path / "run", tiny_classifier, toy_lexicon, stop=stop, cache=tmp_path / "c"
    ):
        seen.append(event)
    end = seen[-1]
    assert end.stopped
    assert end.best_step < 12
    assert isinstance(seen[-2], Evaluated)
    assert tensors(tmp_path / "run/best.safetensors")


def test_other_settings_do_not_go_on_with_a_run(
    finished: tuple[FactConfig, Path, list[Any]], rows: Any, tiny_classifier: Any, toy_lexicon: Any
) -> None:
    config, folder, _ = finished
    with pytest.raises(ConfigError, match="another --out to start afresh"):
        run(replace(config, synthetic_weight=2.0), rows, folder, tiny_classifier, toy_lexicon)
