"""Runs a recipe of TextAttack's against a classifier or defence of ours that ``python -m core serve`` answers for.

Runs in TextAttack's own environment, see README.md beside this file. Writes TextAttack's own CSV.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main():
    """Attack every row of a .jsonl file with ``text`` and ``label``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8900/")
    parser.add_argument("--recipe", default="DeepWordBugGao2018", help="a class of textattack.attack_recipes")
    parser.add_argument("--task", default="imdb")
    parser.add_argument("--samples", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT))

    folder = Path(tempfile.mkdtemp())
    (folder / "corpora" / "stopwords").mkdir(parents=True)
    (folder / "corpora" / "stopwords" / "english").write_text("a\nan\nand\nin\nof\nthe\nto\n")  # else a download
    import nltk

    nltk.data.path.insert(0, str(folder))
    from textattack import AttackArgs, Attacker, attack_recipes
    from textattack.datasets import Dataset

    from core.interop.textattack import TextAttackModel
    from core.models.remote import HttpClassifier
    from core.tasks import get_task

    model = TextAttackModel(HttpClassifier(args.address, get_task(args.task)))
    attack = getattr(attack_recipes, args.recipe).build(model)
    lines = Path(args.samples).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    data = Dataset([(row["text"], int(row["label"])) for row in rows])
    told = AttackArgs(num_examples=len(rows), log_to_csv=args.out, csv_coloring_style="file", disable_stdout=True)
    Attacker(attack, data, told).attack_dataset()


if __name__ == "__main__":
    main()
