"""Each planted fault is caught by the check that is there for it, and no honest defence is flagged."""

from collections.abc import Callable
from typing import Any

import pytest

from core.defenses.five import Five, FiveConfig
from core.defenses.fuse import Fuse, FuseConfig
from core.defenses.voting import VoteConfig
from core.errors import UnknownNameError
from core.evaluation.audit.bench import AuditConfig, Bench, Subject
from core.evaluation.audit.checks import audit, check_names
from core.evaluation.audit.finding import Finding
from core.perturbation.config import SwitchConfig
from core.perturbation.switch import Switch
from core.tasks import IMDB
from tests.core.attacks.conftest import BagOfWords, Noisy
from tests.core.evaluation.audit import planted

BAG = BagOfWords(scale=2.0)

PLANTED: dict[str, tuple[str, Callable[[], Subject]]] = {
    "an ensemble that mixes the texts of a batch": ("batch", lambda: Subject(planted.MixesBatch(), BAG)),
    "the same, over draws of its own": ("batch", lambda: Subject(planted.MixesNoisyBatch(), BAG)),
    "padding that leaks": ("padding", lambda: Subject(planted.LeaksPadding(), BAG)),
    "clean accuracy from another object": ("object", lambda: Subject(planted.LabelsOnly(), BAG, clean=BAG)),
    "clean accuracy in another mode": ("object", lambda: Subject(planted.TwoModes(), BAG)),
    "answers that are dice": ("agreement", lambda: Subject(planted.Dice(), BAG)),
    "one cached draw": ("fresh", lambda: Subject(planted.CachedDraw(), BAG)),
    "abstention counted as right": (
        "abstention", lambda: Subject(planted.Abstains(), BAG, right=planted.counts_abstention)
    ),
    "a constant": ("constant", lambda: Subject(planted.Constant(), BAG)),
    "labels dressed as probabilities": ("saturation", lambda: Subject(planted.LabelsOnly(), BAG)),
    "a label that the scores do not give": ("decision", lambda: Subject(planted.OtherLabel(), BAG)),
    "votes hidden from the attacker": ("scores", lambda: Subject(planted.HidesVotes(), BAG)),
    "an over-sharp softmax": ("temperature", lambda: Subject(planted.OverSharp(), BAG)),
    "one that answers otherwise once asked often": ("budget", lambda: Subject(planted.TiresOut(), BAG)),
    "one that synonyms cannot reach": ("ungated", lambda: Subject(planted.CountsWords())),
    "scores that mislead": ("transfer", lambda: Subject(planted.Misleads(), BAG)),
}  # fmt: skip


SMALL = AuditConfig(draws=4, attacked=12, verdict_draws=3)


def findings(
    subject: Subject, lexicon: Any, rows: Any = None, only: tuple[str, ...] = (), config: AuditConfig = SMALL
) -> dict[str, Finding]:
    bench = Bench(subject, rows or planted.texts(subject.plain or subject.classifier, 12), lexicon, config)
    return {finding.key: finding for finding in audit(bench, only)}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_caught_by_its_check(fault: str, toy_lexicon: Any) -> None:
    key, build = PLANTED[fault]
    subject = build()
    rows = planted.texts(subject.plain or subject.classifier)
    config = AuditConfig(draws=8, attacked=planted.N, verdict_draws=5)
    (found,) = findings(subject, toy_lexicon, rows, (key,), config).values()
    assert found.verdict == "fail", found.said
    assert found.n > 0


def test_every_check_catches_something() -> None:
    assert {key for key, _ in PLANTED.values()} == set(check_names())


@pytest.mark.parametrize(
    "subject",
    [Subject(BAG), Subject(BagOfWords(scale=3.0, cut=5), BAG), Subject(Noisy(scale=2.0), BAG),
     Subject(planted.DropoutVote(), BAG)],
    ids=["plain", "another model", "seeded noise", "dropout vote without a seed"],
)  # fmt: skip
def test_an_honest_classifier_is_not_flagged(subject: Subject, toy_lexicon: Any) -> None:
    believed(findings(subject, toy_lexicon))


@pytest.mark.parametrize("which", ["plain", "co-tuned", "FuSE", "FIVE", "[MASK] vote"])
def test_our_own_are_not_flagged(which: str, tiny_factory: Any, toy_lexicon: Any) -> None:
    core = tiny_factory(IMDB)
    built = {
        "plain": lambda: core,
        "co-tuned": lambda: tiny_factory(IMDB, seed=2),
        "FuSE": lambda: Fuse(core, Switch(core, toy_lexicon, SwitchConfig(total_alternatives=2, multiplier=3))),
        "FIVE": lambda: Five(core, toy_lexicon, FiveConfig(samples=2, sigma_relative=0.5)),
        "[MASK] vote": lambda: Five(core, toy_lexicon, FiveConfig(samples=2, noise="mask")),
    }[which]()
    subject = Subject(built, None if which == "plain" else core)
    believed(findings(subject, toy_lexicon, planted.texts(core, 10, words=5)))


def test_a_majority_that_shows_its_shares_hides_no_votes(tiny_factory: Any, toy_lexicon: Any) -> None:
    core = tiny_factory(IMDB)
    switch = Switch(core, toy_lexicon, SwitchConfig(total_alternatives=2, multiplier=3))
    fuse = Fuse(core, switch, FuseConfig(VoteConfig("majority")))
    rows = planted.texts(core, 12, words=5)
    believed(findings(Subject(fuse, core), toy_lexicon, rows, ("decision", "scores")))


def believed(found: dict[str, Finding]) -> None:
    """No check fails, and few have nothing to say."""
    assert not {key: one.said for key, one in found.items() if one.verdict == "fail"}
    assert sum(one.verdict == "pass" for one in found.values()) >= 0.7 * len(found)


def test_only_the_checks_that_are_named_are_made(toy_lexicon: Any) -> None:
    assert list(findings(Subject(BAG), toy_lexicon, only=("padding", "batch"))) == ["batch", "padding"]
    with pytest.raises(UnknownNameError, match="sharpness"):
        findings(Subject(BAG), toy_lexicon, only=("sharpness",))


def test_an_audit_is_repeated_to_the_last_word(toy_lexicon: Any) -> None:
    only = ("batch", "object", "agreement", "scores")
    first, second = (findings(Subject(Noisy(scale=2.0), BAG), toy_lexicon, only=only) for _ in range(2))
    assert first == second
    assert tuple(first) == only
