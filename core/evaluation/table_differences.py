"""What is not as in the paper where a number of ours stands beside one of its own: named, never guessed at."""

from core.evaluation.table_plan import RowPlan, TablePlan
from core.models.adapters import is_shipped
from core.tasks import about

PAPER_DATA = {
    1: "9,832 pairs of dev_mismatched",
    2: "5,000 reviews of its own split of 50,000",
    3: "TextFooler's 1,000 pairs of dev_matched",
}
PAPER_MODEL = "BERT-base (110 million weights)"
OURS = "MiniLM-L6 with adapters (23 million weights)"


def differences(plan: TablePlan, row: RowPlan) -> tuple[str, ...]:
    """Sentences without full stops, in the order model, data, settings, attack, metric."""
    return tuple(
        found for found in (_model(row), _data(plan), _settings(row), _attack(plan), _metric(plan, row)) if found
    )


def _model(row: RowPlan) -> str:
    name = row.recipe.model
    ours = f"{OURS}, '{name}'" if is_shipped(name) else f"'{name}'"
    return f"model: {ours}; the paper: {PAPER_MODEL}"


def _data(plan: TablePlan) -> str:
    asked = plan.asked
    where = asked.source.get("file") or asked.source.get("split") or about(asked.task).many
    return f"data: {len(asked.rows):,} rows of {where}; the paper: {PAPER_DATA[asked.number]}"


def _settings(row: RowPlan) -> str:
    if row.spec.defense == "plain":
        return ""
    if row.spec.preset == "shipped":
        return "settings: ours; the paper: its own"
    noted = "every piece of every chosen word is noised" if row.spec.defense == "five" else (
        "alternatives are made of the text that is asked about"
    )  # fmt: skip
    return f"settings: the paper's, but {noted} (its released code differs, METHODS 5 and 6)"


def _attack(plan: TablePlan) -> str:
    config = plan.asked.attack
    changed = "".join(f", {name}={value}" for name, value in config.overrides)
    how = f"attack: preset {config.preset}{changed}, {config.method}; the paper: TextFooler's own program"
    if plan.asked.number == 3:
        return how
    return f"{how}; it was made against our plain model, the paper's against its own"


def _metric(plan: TablePlan, row: RowPlan) -> str:
    if plan.asked.number == 3:
        draws = plan.asked.attack.verdict_draws
        return f"metric: majority of {draws} fresh draws; the paper: one draw" if row.spec.defense != "plain" else ""
    drawn = f"the majority of {plan.asked.draws} draws" if plan.asked.draws > 1 else "one draw"
    said = f"metric: over the whole set, {drawn}" if row.spec.defense != "plain" else "metric: over the whole set"
    return f"{said}; the paper: means over batches (compare its F1 with paper_f1)"
