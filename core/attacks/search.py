"""One attack on one text: the steps that every method is made of, and the beginning and end that all share.

Methods (:mod:`core.attacks.textfooler`, :mod:`core.attacks.baselines`) are generators over these steps; the search
keeps the draft, the gates, the accounts and the verdict.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass

from core.attacks.events import (
    AttackEvent,
    AttackFinished,
    AttackStarted,
    CandidateRefused,
    CandidateTried,
    FlipChecked,
    Status,
    SwapAccepted,
    WordPassed,
)  # fmt: skip
from core.attacks.flow import Answers, Asker, Halt, Query, Victim, derived_seed
from core.attacks.gates import Gates
from core.attacks.presets import AttackConfig, changes_allowed
from core.attacks.verdict import FINAL, ORIGINAL, Verdict, verdict_of, verdict_seeds
from core.language.lexicon import Lexicon
from core.language.text import is_number
from core.models.classifier import Prediction
from core.perturbation.constraints import Candidate, Neighbors
from core.perturbation.draft import Draft
from core.tasks import Example

NONE = Verdict(-1, 0, 0, -1)
"""No verdict: nothing was drawn."""
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
        self.given, self.label = label, -1 if label is None else label
        text = self.task.text(example)
        self.draft = Draft(text)
        self.gates = Gates(config, lexicon, text)
        count = len(self.draft.words)
        self.asker = Asker(config, victim, count, clock)
        self.read = range(count) if victim.words_read is None else victim.words_read
        self.max_changed = changes_allowed(config.max_changed_share, count)
        self.paper_queries = 0
        self.first: Prediction | None = None
        self.before: tuple[float, ...] = ()
        self.now: tuple[float, ...] = ()
        self.predicted_before = self.predicted = -1
        self.single_draw = False
        self.verdict_before = self.verdict = NONE
        self.source: Source = self.neighbors
        self._near: dict[int, tuple[Candidate, ...]] = {}
        self._checks = 0

    # What may be attacked, and with what

    def neighbors(self, index: int) -> tuple[Candidate, ...]:
        """The nearest neighbours of a word, cased as it is."""
        if index not in self._near:
            source = Neighbors(self.lexicon.neighbors, self.config.candidates_per_word)
            self._near[index] = source.candidates(self.draft, index)
        return self._near[index]

    def left_out(self, index: int) -> str:
        """Why a word is not attacked at all; empty if it is. Free: asks neither classifier, tagger nor encoder."""
        if index not in self.read:
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

    def passing(
        self, draft: Draft, index: int, candidates: Sequence[Candidate]
    ) -> Generator[CandidateRefused, None, list[Candidate]]:
        """Those that pass every gate. Raises Halt where the time is up: tagging a long text takes seconds."""
        self.asker.check_clock()
        return (yield from self.gates.passing(draft, index, candidates))

    def ask(self, texts: Iterable[str]) -> Generator[Query, Answers | None, list[Prediction]]:
        """Answers to the example with each of ``texts`` in place; fewer if the query budget ends among them."""
        return (yield from self.asker.ask([self.task.with_text(self.example, text) for text in texts]))

    def try_candidates(
        self, index: int, candidates: Sequence[Candidate]
    ) -> Generator[Query | CandidateTried, Answers | None, list[Tried]]:
        """Put each candidate in the draft and ask; those that a budget cut off are missing."""
        answers = yield from self.ask(self.draft.with_word(index, c.word) for c in candidates)
        tried = [Tried(candidate, answer) for candidate, answer in zip(candidates, answers, strict=False)]
        queries = self.asker.queries - sum(one.answer.questions for one in tried)
        for one in tried:
            queries += one.answer.questions
            self.single_draw |= one.answer.label != self.label
            yield CandidateTried(
                index, one.candidate.word, one.candidate.cosine, one.candidate.similarity,
                one.probabilities, one.answer.label, max(queries, 1),
            )  # fmt: skip
        return tried

    def settle_flips(self, index: int, tried: Sequence[Tried]) -> Steps:
        """Finish with the best candidate that flips the answer; go on if there is none or fresh draws disagree.

        The best is the most similar; with the sentence gate off, the one that leaves the label least probability.
        """
        flips = [one for one in tried if one.answer.label != self.label]
        flips.sort(key=lambda one: one.probabilities[self.label])
        flips.sort(key=lambda one: -one.candidate.similarity if one.candidate.similarity is not None else 0.0)
        for one in flips[: self.config.confirm_tries]:
            text = self.draft.with_word(index, one.candidate.word)
            if (yield from self.confirmed(index, one.candidate.word, text)):
                yield from self.accept(index, one)
                raise Halt("success", "The answer flipped.")

    def confirmed(self, index: int, word: str, text: str) -> Generator[Query | FlipChecked, Answers | None, bool]:
        """Whether to stop at ``text``, which flips: a deterministic classifier means it, one that draws is asked again.

        ``index`` and ``word`` name the last replacement in it.
        """
        if not self.victim.randomised:
            return True
        self._checks += 1
        draws = self.config.confirm_draws
        seeds = tuple(derived_seed(self.config.seed, "check", self._checks, draw) for draw in range(draws))
        example = self.task.with_text(self.example, text)
        found = verdict_of((yield from self.asker.fresh(example, seeds)), self.label)
        yield FlipChecked(index, word, found.wrong, found.draws, found.broken)
        return found.broken

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

    # Beginning and end

    def begin(self) -> Steps:
        """Ask for the original. Raises Halt if the classifier is wrong already."""
        if self.victim.randomised:
            self._take(verdict_of((yield from self._fresh(self.example, ORIGINAL)), self.given))
            self.asker.start_clock()
        answers = yield from self.asker.ask([self.example])
        if not self.victim.randomised:
            self._take(verdict_of(answers, self.given))
        self.first = answers[0]
        self.before = self.now = self.first.probabilities
        self.predicted_before = self.predicted = answers[0].label
        if self.verdict.broken:
            raise Halt("skipped", "The classifier was wrong from the start.")
        self.paper_queries = 1
        yield self._started()

    def end(self, halt: Halt) -> Steps:
        """The outcome: where the search ended, as the verdict has it. Who was stopped or wrong before has no other."""
        status, reason = halt.status, halt.reason
        if status in ("success", "failed", "exhausted") and self.draft.swaps:
            text = self.task.with_text(self.example, self.draft.text)
            self.verdict = NONE
            if self.victim.randomised:
                self.verdict = verdict_of((yield from self._fresh(text, FINAL)), self.label)
                self.predicted = self.verdict.answer
            else:
                self.verdict = Verdict(self.label, int(self.predicted != self.label), 1, self.predicted)
            status, reason = self._ruled(status, reason)
        elif status == "stopped" and self.victim.randomised:
            self.verdict = NONE
        yield self.finished(status, reason)

    def _take(self, verdict: Verdict) -> None:
        """The verdict on the original, which also says what is right if nobody did."""
        self.verdict_before = self.verdict = verdict
        self.label = verdict.label

    def _fresh(self, example: Example, judged: str) -> Generator[Query, Answers | None, list[Prediction]]:
        """The draws of a verdict."""
        return (
            yield from self.asker.fresh(example, verdict_seeds(self.config.seed, judged, self.config.verdict_draws))
        )

    def _ruled(self, status: str, reason: str) -> tuple[str, str]:
        """What the verdict on a changed text makes of the search's outcome."""
        found, count = self.verdict, len(self.draft.swaps)
        words = f"{count} changed word{'s' * (count != 1)}"
        if found.broken:
            return "success", f"{words} made the classifier answer {self.task.labels[self.predicted]}."
        if status == "success":
            return "failed", f"The search stopped at {words}, believing in a success that fresh draws do not confirm."
        return status, reason

    def finished(self, status: str, reason: str) -> AttackFinished:
        """The outcome as an event."""
        label, asker = self.label, self.asker
        refused = self.gates.refused
        return AttackFinished(
            _status(status), reason, self.draft.text, label, self.predicted_before, self.predicted,
            self.before[label] if self.before else 0.0, self.now[label] if self.now else 0.0,
            tuple(self.draft.swaps), len(self.draft.words), 0 if status == "skipped" else asker.queries,
            self.paper_queries, asker.model_rows, self.gates.state,
            (refused["word"], refused["part_of_speech"], refused["sentence"]), self.single_draw,
            self.verdict.wrong, self.verdict.draws, self.verdict_before.wrong, self.verdict_before.draws,
            asker.fresh_draws, asker.fresh_rows,
        )  # fmt: skip

    def _started(self) -> AttackStarted:
        config, lexicon = self.config, self.lexicon
        other = "text_b" if self.task.perturb == "text_a" else "text_a"
        return AttackStarted(
            config.method, config.preset, config.overrides, config.seed, lexicon.encoder.name, self.gates.calibration,
            lexicon.tagger.name, lexicon.neighbors.name, self.victim.name, self.victim.randomised, self.task.name,
            self.task.labels, self.label, self.draft.text, getattr(self.example, other) or "",
            tuple((word.start, word.end, word.text) for word in self.draft.spans), len(self.read), self.gates.state,
            self.gates.note, self.before, self.predicted, self.asker.queries,
        )  # fmt: skip


def _status(name: str) -> Status:
    return name  # type: ignore[return-value]  # every Halt says one of these
