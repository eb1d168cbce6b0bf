"""One attack on one text: the steps that every method is made of, and the beginning and end that all share.

Methods (:mod:`core.attacks.textfooler`, :mod:`core.attacks.baselines`) are generators over these steps; the search
keeps the draft, the gates, the accounts and the verdict.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass

from core.attacks.draft import Draft
from core.attacks.events import (
    AttackEvent,
    AttackFinished,
    AttackStarted,
    CandidateTried,
    FlipChecked,
    Status,
    SwapAccepted,
    WordPassed,
)  # fmt: skip
from core.attacks.flow import Answers, Asker, Halt, Query, Victim
from core.attacks.gates import Candidate, Gates
from core.attacks.presets import AttackConfig, changes_allowed
from core.language.lexicon import Lexicon
from core.language.text import is_number
from core.models.classifier import Prediction
from core.tasks import Example

Steps = Generator[Query | AttackEvent, Answers | None, None]
Source = Callable[[int], Sequence[Candidate]]


@dataclass(frozen=True)
class Tried:
    """A candidate and the answer to it."""

    candidate: Candidate
    answer: Prediction

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Of the answer."""
        return self.answer.probabilities


class Search:
    """Mutable, of one attack only. ``label`` None attacks whatever the classifier answers to the original."""

    def __init__(
        self,
        config: AttackConfig,
        lexicon: Lexicon,
        example: Example,
        label: int | None,
        victim: Victim,
        clock: Callable[[], float],
    ) -> None:
        self.config, self.lexicon, self.victim = config, lexicon, victim
        self.task, self.example = victim.task, example
        self.label = -1 if label is None else label
        text = self.task.text(example)
        self.draft = Draft(text)
        self.gates = Gates(config, lexicon, text)
        count = len(self.draft.words)
        self.asker = Asker(config, victim.randomised, count, clock)
        self.read = count if victim.words_read is None else min(count, victim.words_read)
        self.max_changed = changes_allowed(config.max_changed_share, count)
        self.paper_queries = 0
        self.before: tuple[float, ...] = ()
        self.now: tuple[float, ...] = ()
        self.predicted_before = self.predicted = -1
        self.single_draw = False
        self.wrong, self.draws = 0, 0
        self.source: Source = self.neighbors
        self._near: dict[int, tuple[Candidate, ...]] = {}
        self._checks = 0

    # What may be attacked, and with what

    def neighbors(self, index: int) -> tuple[Candidate, ...]:
        """The nearest neighbours of a word, cased as it is."""
        if index not in self._near:
            near = self.lexicon.neighbors.neighbors(self.draft.originals[index], self.config.candidates_per_word)
            self._near[index] = tuple(Candidate(self.draft.cased(index, n.word), n.cosine) for n in near)
        return self._near[index]

    def left_out(self, index: int) -> str:
        """Why a word is not attacked at all; empty if it is. Free: asks neither classifier, tagger nor encoder."""
        if index >= self.read:
            return "beyond what the classifier reads"
        if self.config.stop_words != "none" and self.draft.originals[index].lower() in self.lexicon.stop_words:
            return "stop word"
        candidates = self.source(index)
        if not candidates:
            return "no replacement known"
        if is_number(self.draft.originals[index]):
            return "a number"
        if not any(self.gates.passes_word_gate(c) for c in candidates):
            return "no neighbour near enough"
        return ""

    def attackable(self) -> tuple[list[int], tuple[tuple[int, str], ...]]:
        """Indices of the words to attack, in order of the text, and of those left out with the reason."""
        reasons = [(index, self.left_out(index)) for index in range(len(self.draft.words))]
        return [i for i, reason in reasons if not reason], tuple((i, reason) for i, reason in reasons if reason)

    # Steps

    def ask(self, texts: Iterable[str]) -> Generator[Query, Answers | None, list[Prediction]]:
        """Answers to the example with each of ``texts`` in place; fewer if the query budget ends among them."""
        return (yield from self.asker.ask([self.task.with_text(self.example, text) for text in texts]))

    def try_candidates(
        self, index: int, candidates: Sequence[Candidate]
    ) -> Generator[Query | CandidateTried, Answers | None, list[Tried]]:
        """Put each candidate in the draft and ask; those that a budget cut off are missing."""
        answers = yield from self.ask(self.draft.with_word(index, c.word) for c in candidates)
        tried = [Tried(candidate, answer) for candidate, answer in zip(candidates, answers, strict=False)]
        first = self.asker.queries - len(tried)
        for place, one in enumerate(tried, start=1):
            self.single_draw |= one.answer.label != self.label
            yield CandidateTried(
                index, one.candidate.word, one.candidate.cosine, one.candidate.similarity,
                one.probabilities, one.answer.label, max(first + place, 1),
            )  # fmt: skip
        return tried

    def settle_flips(self, index: int, tried: Sequence[Tried]) -> Steps:
        """Finish with the best candidate that flips the answer; go on if there is none or fresh draws disagree.

        The best is the most similar; with the sentence gate off, the one that leaves the label least probability.
        """
        flips = [one for one in tried if one.answer.label != self.label]
        flips.sort(key=lambda one: one.probabilities[self.label])
        flips.sort(key=lambda one: -one.candidate.similarity if one.candidate.similarity is not None else 0.0)
        if not self.victim.randomised:
            for one in flips[:1]:
                self.wrong, self.draws = 1, 1
                yield from self.accept(index, one)
                raise Halt("success", self._success())
        for one in flips[: self.config.confirm_tries] if self.victim.randomised else ():
            wrong = yield from self.fresh_wrong(self.draft.with_word(index, one.candidate.word))
            confirmed = self.is_majority(wrong)
            yield FlipChecked(index, one.candidate.word, wrong, self.config.confirm_draws, confirmed)
            if confirmed:
                self.wrong, self.draws = wrong, self.config.confirm_draws
                yield from self.accept(index, one)
                raise Halt("success", self._success())

    def accept(self, index: int, one: Tried) -> Generator[SwapAccepted, None, None]:
        """Keep a replacement."""
        self.draft.swap(index, one.candidate.word)
        self.now, self.predicted = one.probabilities, one.answer.label
        yield SwapAccepted(
            index, one.candidate.word, one.candidate.similarity, self.draft.text, self.now, self.predicted,
            self.asker.queries,
        )  # fmt: skip

    def keep_best(self, index: int, tried: Sequence[Tried]) -> Steps:
        """Without a flip: keep the candidate that leaves the label least probability, if that is below the bar."""
        bar = self.before if self.config.accept_below == "original" else self.now
        best = min(tried, key=lambda one: one.probabilities[self.label], default=None)
        if best is not None and best.probabilities[self.label] < bar[self.label]:
            yield from self.accept(index, best)
        else:
            yield WordPassed(index, "no replacement lowered the answer's probability")

    def check_cap(self) -> None:
        """Raises Halt once as many words are changed as may be."""
        if len(self.draft.swaps) >= self.max_changed:
            raise Halt("failed", f"The limit of {self.max_changed} changed words was reached.")

    def fresh_wrong(self, text: str) -> Generator[Query, Answers | None, int]:
        """How many of ``confirm_draws`` fresh answers of the deployed classifier to ``text`` are wrong."""
        self._checks += 1
        example = self.task.with_text(self.example, text)
        answers = yield from self.asker.deploy([example], ("check", self._checks), self.config.confirm_draws)
        return sum(answer.label != self.label for answer in answers)

    def is_majority(self, wrong: int) -> bool:
        """Whether so many wrong fresh draws are more than half."""
        return 2 * wrong > self.config.confirm_draws

    # Beginning and end

    def begin(self) -> Steps:
        """Ask for the original. Raises Halt if the classifier is wrong already."""
        if self.victim.randomised:
            draws = self.config.confirm_draws
            fresh = yield from self.asker.deploy([self.example], ("original",), draws)
            votes = [answer.label for answer in fresh]
            if self.label < 0:
                self.label = max(sorted(set(votes)), key=votes.count)
            self.wrong, self.draws = sum(vote != self.label for vote in votes), draws
        (answer,) = yield from self.asker.ask([self.example])
        self.label = answer.label if self.label < 0 else self.label
        self.before = self.now = answer.probabilities
        self.predicted_before = self.predicted = answer.label
        if not self.victim.randomised:
            self.wrong, self.draws = int(answer.label != self.label), 1
        if 2 * self.wrong > self.draws:
            raise Halt("skipped", "The classifier was wrong from the start.")
        self.paper_queries = 1
        yield self._started()

    def end(self, halt: Halt) -> Steps:
        """The outcome. A randomised classifier is asked once more for fresh draws, unless the user stopped."""
        status, reason = halt.status, halt.reason
        if self.victim.randomised and status in ("failed", "exhausted"):
            self.wrong = yield from self.fresh_wrong(self.draft.text)
            self.draws = self.config.confirm_draws
            if self.is_majority(self.wrong):
                status, reason = "success", self._success() + " Fresh draws decided it."
        yield self.finished(status, reason)

    def finished(self, status: str, reason: str) -> AttackFinished:
        """The outcome as an event."""
        label = self.label
        refused = self.gates.refused
        return AttackFinished(
            _status(status), reason, self.draft.text, label, self.predicted_before, self.predicted,
            self.before[label] if self.before else 0.0, self.now[label] if self.now else 0.0,
            tuple(self.draft.swaps), len(self.draft.words), 0 if status == "skipped" else self.asker.queries,
            self.paper_queries, self.asker.model_rows, self.gates.state,
            (refused["word"], refused["part_of_speech"], refused["sentence"]), self.single_draw, self.wrong, self.draws,
        )  # fmt: skip

    def _started(self) -> AttackStarted:
        config, lexicon = self.config, self.lexicon
        other = "text_b" if self.task.perturb == "text_a" else "text_a"
        return AttackStarted(
            config.method, config.preset, config.overrides, config.seed, lexicon.encoder.name, self.gates.calibration,
            lexicon.tagger.name, lexicon.neighbors.name, self.victim.name, self.victim.randomised, self.task.name,
            self.task.labels, self.label, self.draft.text, getattr(self.example, other) or "",
            tuple((word.start, word.end, word.text) for word in self.draft.spans), self.read, self.gates.state,
            self.gates.note, self.before, self.predicted, self.asker.queries,
        )  # fmt: skip

    def _success(self) -> str:
        count = len(self.draft.swaps)
        return (
            f"{count} changed word{'s' * (count != 1)} made the classifier answer {self.task.labels[self.predicted]}."
        )


def _status(name: str) -> Status:
    return name  # type: ignore[return-value]  # every Halt says one of these
