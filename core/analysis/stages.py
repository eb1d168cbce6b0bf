"""The analysis of one text as a stream of stages: the answer first, then why, then how the ensembles vote.

Used by the Analyse tab and the ``analyse`` endpoint. Cost: one gradient pass, 1 + alternatives + noised copies rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.analysis.request import AnalysisRequest
from core.defenses.ballot import Ballot
from core.defenses.five import Five
from core.defenses.fuse import Fuse
from core.errors import ConfigError, UnknownNameError
from core.language.lexicon import Lexicon
from core.language.text import UNSPACED, is_unspaced
from core.models.classifier import Prediction
from core.models.gradients import GradientClassifier
from core.models.importance import Importances, word_importance
from core.models.remembering import RememberingClassifier
from core.perturbation.switch import Switch, SwitchResult


@dataclass(frozen=True)
class Sources:
    """Who answered: named beside every result."""

    classifier: str
    labels: tuple[str, ...]
    embedding_std: float
    neighbors: str
    encoder: str
    tagger: str


@dataclass(frozen=True)
class Analysis:
    """What is known so far; a stage fills one more field. All are filled at the end."""

    request: AnalysisRequest
    sources: Sources
    plain: Prediction
    importances: Importances | None = None
    switch: SwitchResult | None = None
    fuse: Ballot | None = None
    five: Ballot | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        """Everything a reader should know beside the answers, each once."""
        ballots = [ballot for ballot in (self.fuse, self.five) if ballot is not None]
        words = [UNSPACED] if is_unspaced(self.request.text) else []
        voted = [flag for ballot in ballots for flag in ballot.prediction.flags]
        return tuple(dict.fromkeys([*self.plain.flags, *words, *voted]))


def analyse(classifier: GradientClassifier, lexicon: Lexicon, request: AnalysisRequest) -> Iterator[Analysis]:
    """Four stages: the plain answer, the importance of its words, FuSE over SWITCH's alternatives, FIVE.

    Guarantees: the answers are those of :func:`core.defenses.registry.build_defense` with the same settings and seed.
    """
    if classifier.task.name != request.task:
        raise ConfigError(f"The classifier is for task '{classifier.task.name}', the request for '{request.task}'.")
    shared, settings, examples = RememberingClassifier(classifier), request.settings, [request.example]
    known = Analysis(request, sources_of(classifier, lexicon), shared.predict(examples)[0])
    yield known
    known = replace(known, importances=word_importance(shared, examples, settings.switch.importance)[0])
    yield known
    known = _with_fuse(shared, lexicon, known)
    yield known
    yield _with_five(shared, lexicon, known)


def vote(classifier: GradientClassifier, lexicon: Lexicon, request: AnalysisRequest, defense: str) -> Analysis:
    """The plain answer and one defence's, ``fuse`` or ``five``: what :func:`analyse` would say of them, no more.

    Raises UnknownNameError for another defence.
    """
    parts = {"fuse": _with_fuse, "five": _with_five}
    if defense not in parts:
        raise UnknownNameError("defence with a vote to show", defense, parts)
    shared = RememberingClassifier(classifier)
    known = Analysis(request, sources_of(classifier, lexicon), shared.predict([request.example])[0])
    return parts[defense](shared, lexicon, known)


def _with_fuse(shared: GradientClassifier, lexicon: Lexicon, known: Analysis) -> Analysis:
    request = known.request
    switch = Switch(shared, lexicon, request.settings.switch)
    ((ballot, found),) = Fuse(shared, switch, replace(request.settings.fuse, seed=request.seed)).explain(
        [request.example]
    )
    return replace(known, fuse=ballot, switch=found)


def _with_five(shared: GradientClassifier, lexicon: Lexicon, known: Analysis) -> Analysis:
    request = known.request
    five = Five(shared, lexicon, replace(request.settings.five, seed=request.seed))
    return replace(known, five=five.ballots([request.example])[0])


def sources_of(classifier: GradientClassifier, lexicon: Lexicon) -> Sources:
    """Who will answer."""
    names = lexicon.neighbors.name, lexicon.encoder.name, lexicon.tagger.name
    return Sources(classifier.name, classifier.task.labels, classifier.embedding_std, *names)
