"""``bench attack`` and ``bench overhead``: what an attack costs beside the model, and the program by itself."""

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import options as opt
from core.cli.attack import DefensePresetOption
from core.cli.attack_views import bench_view
from core.cli.attacked import SampleOptions, TogetherOption, attack_rows, attack_settings, usual
from core.cli.groups import grouped

if TYPE_CHECKING:
    from core.evaluation.overhead import Overhead


def register(app: typer.Typer) -> None:
    """Add both to the group ``bench``."""
    group = opt.group(app, "bench", opt.BENCH_HELP)
    group.command("attack")(bench_attack)
    group.command()(overhead)


@grouped
def bench_attack(
    *,
    task: opt.TaskOption = "imdb",
    input: opt.InputOption = None,
    n: Annotated[int, typer.Option("--n", min=4, help="Samples of the largest run.")] = 32,
    split: opt.SplitOption = "test",
    rules: opt.AttackOptions,
    model: opt.ModelOptions,
    defense: opt.DefenseOption = "plain",
    defense_preset: DefensePresetOption = "shipped",
    encoder: opt.EncoderOption = "use",
    together: TogetherOption = 0,
    machine: opt.MachineOptions = opt.MachineOptions(threads=1),
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """A batch attack against bare passes over the same rows, at a quarter, a half and all of the samples.

    Also counts the (rows, width) shapes that the same calls meet on a GPU, and what padding to them costs.
    """
    from core.attacks.attack import Attack
    from core.cli.defended import defense_settings, load_words
    from core.cli.output import emit, show
    from core.defenses.registry import build_defense
    from core.evaluation.attack_bench import bench_attack as measure

    config = attack_settings(rules, opt.find_task(task).name, seed)
    session = opt.session(task, model, machine)
    classifier = session.classifier()
    prepared = Attack(config, load_words(encoder, classifier.device))
    given = attack_rows(session, SampleOptions(input, n, split))
    rows = list(given.rows)
    sizes = sorted({max(1, len(rows) // 4), max(1, len(rows) // 2), len(rows)})
    settings = defense_settings(session, defense_preset, defense, (), classifier.embedding_std)
    defend = partial(build_defense, defense, lexicon=prepared.lexicon, seed=seed, settings=settings)
    found = list(measure(prepared, classifier, rows, usual(together, session), sizes, defend))
    if json:
        for one in found:
            emit({**asdict(one), "ratio": one.ratio, "cpu_ratio": one.cpu_ratio, "source": given.source})
        return None
    return show(*bench_view(found))


@grouped
def overhead(
    *,
    task: opt.TaskOption = "mnli",
    input: opt.InputOption = None,
    n: Annotated[int, typer.Option("--n", min=1, help="Rows attacked.")] = 32,
    split: opt.SplitOption = "test",
    defense: Annotated[str, typer.Option("--defense", "-d", help="plain, fuse, five, or all of them.")] = "all",
    rules: opt.AttackOptions,
    model: opt.ModelOptions,
    encoder: opt.EncoderOption = "use",
    together: TogetherOption = 0,
    machine: opt.MachineOptions = opt.MachineOptions(threads=1),
    seed: opt.SeedOption = 0,
    json: opt.JsonOption = False,
) -> None:
    """Processor time of an attack beside the models: the classifier's answers are recorded, then replayed for nothing.

    Split into the sentence encoder's passes, tokenizers, tags and candidates, noise, votes and search.
    """
    from dataclasses import replace

    from core.cli.defended import load_words
    from core.cli.output import emit, show
    from core.defenses.registry import defense_names
    from core.evaluation.overhead import bench_overhead
    from core.language.similarity import load_encoder

    config = attack_settings(rules, task, seed)
    session = opt.session(task, model, machine)
    classifier = session.classifier()
    words = load_words(encoder, classifier.device)
    given = attack_rows(session, SampleOptions(input, n, split))
    found = []
    for measured in bench_overhead(
        config,
        classifier,
        lambda: replace(words, encoder=load_encoder(encoder, str(classifier.device)).fresh()),
        list(given.rows),
        usual(together, session),
        defense_names() if defense == "all" else (defense,),
    ):
        found.append(measured)
        if json:
            derived = {"ms_per_row": measured.ms_per_row, "ms_per_answer": measured.ms_per_answer}
            emit({**asdict(measured), **derived, "classifier": classifier.name, "data": given.source})
    return None if json else show(*overhead_view(found))


def overhead_view(found: "list[Overhead]") -> list[Any]:
    """A row for each defence, then where its time goes."""
    from core.cli.output import table

    columns = ["", "rows", "answers", "model rows", "seconds", "own ms a row", "own ms an answer"]
    rows = [
        (o.defense, o.rows, o.answers, o.model_rows, round(o.seconds, 2), round(o.ms_per_row, 2),
         round(o.ms_per_answer, 3))
        for o in found
    ]  # fmt: skip
    parts = [
        (o.defense, part, round(1000 * seconds / max(1, o.rows), 2), round(1000 * seconds / max(1, o.answers), 3))
        for o in found
        for part, seconds in o.parts
    ]
    return [
        table("Processor time with the classifier's answers replayed", columns, rows),
        table("\nWhere it goes", ["", "part", "ms a row", "ms an answer"], parts),
        "own: beside the classifier's passes, which cost nothing here, and the sentence encoder's.",
    ]
