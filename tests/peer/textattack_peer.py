"""Runs TextAttack's TextFooler offline on our neighbours, tagger and encoder, and compares its results with ours.

Runs in TextAttack's own environment, see README.md beside this file; ``compare`` needs nothing but Python.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEIGHBOURS = 50
ANGULAR_FLOOR = 0.840845057


def read_samples(path):
    """The rows of a .jsonl file with ``text`` and ``label``."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def sha(text):
    """What stands for a text in a result, so that no text is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def build_attack(model_folder, pad, device):
    """TextAttack's recipe with local neighbours, tagger and encoder in place of its downloads."""
    folder = tempfile.mkdtemp()
    (Path(folder) / "corpora" / "stopwords").mkdir(parents=True)
    (Path(folder) / "corpora" / "stopwords" / "english").write_text("the\n")  # asked for at import, not used here
    import nltk

    nltk.data.path.insert(0, folder)
    import textattack
    import torch
    from textattack import Attack
    from textattack.attack_recipes import TextFoolerJin2019
    from textattack.constraints.grammaticality import PartOfSpeech
    from textattack.constraints.semantics import WordEmbeddingDistance
    from textattack.constraints.semantics.sentence_encoders import SentenceEncoder
    from textattack.models.wrappers import HuggingFaceModelWrapper
    from textattack.shared import AbstractWordEmbedding, WordEmbedding
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from core.language.neighbors import load_neighbors
    from core.language.similarity import load_encoder
    from core.language.tagging import load_tagger

    textattack.shared.utils.device = torch.device(device)
    table, tagger, encoder = load_neighbors(), load_tagger(), load_encoder("use", device)
    words = sorted(table.words())
    numbers = {word: i for i, word in enumerate(words)}

    class TableEmbedding(AbstractWordEmbedding):
        """Our neighbour table behind TextAttack's interface."""

        def __getitem__(self, index):
            raise KeyError(index)

        def get_mse_dist(self, a, b):
            raise KeyError((a, b))

        def get_cos_sim(self, a, b):
            near = {n.word: n.cosine for n in table.neighbors(words[a], 100)}
            return near.get(words[b], 0.0)

        def word2index(self, word):
            return numbers[word]

        def index2word(self, index):
            return words[index]

        def nearest_neighbours(self, index, topn):
            return [numbers[n.word] for n in table.neighbors(words[index], topn)]

    class LocalEncoder(SentenceEncoder):
        """The numpy Universal Sentence Encoder; distinct texts of a call once."""

        def encode(self, sentences):
            distinct = list(dict.fromkeys(sentences))
            rows = dict(zip(distinct, encoder.encode(distinct), strict=True))
            return torch.tensor([rows[s].tolist() for s in sentences])

    class LocalTags(PartOfSpeech):
        """TextAttack's constraint, its window, cache and noun/verb rule, with our tagger."""

        def _get_pos(self, before_ctx, word, after_ctx):
            context = [*before_ctx, word, *after_ctx]
            key = " ".join(context)
            if key not in self._pos_tag_cache:
                self._pos_tag_cache[key] = tagger.tag(context, "universal")
            return self._pos_tag_cache[key][len(before_ctx)]

    class Dynamic(HuggingFaceModelWrapper):
        """TextAttack's wrapper, padding to the longest text of the batch."""

        def __call__(self, texts):
            inputs = self.tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
            with torch.no_grad():
                return self.model(**inputs).logits

    embedding = TableEmbedding()
    WordEmbedding.counterfitted_GLOVE_embedding = staticmethod(lambda: embedding)
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    tokenizer.model_max_length = min(tokenizer.model_max_length, 512)
    model = AutoModelForSequenceClassification.from_pretrained(model_folder).eval()
    wrapper = (Dynamic if pad == "dynamic" else HuggingFaceModelWrapper)(model, tokenizer)
    recipe = TextFoolerJin2019.build(wrapper)
    gates = [c for c in recipe.constraints if not isinstance(c, SentenceEncoder | PartOfSpeech)]
    assert any(isinstance(c, WordEmbeddingDistance) for c in gates)
    gates.append(LocalTags(allow_verb_noun_swap=True))
    gates.append(
        LocalEncoder(
            threshold=ANGULAR_FLOOR,
            metric="angular",
            compare_against_original=False,
            window_size=15,
            skip_text_shorter_than_window=True,
        )
    )
    gates += recipe.pre_transformation_constraints
    attack = Attack(recipe.goal_function, gates, recipe.transformation, recipe.search_method)
    attack.goal_function.batch_size = 32
    return attack


def run(args):
    """Attack every sample; one JSON line each as it comes."""
    import torch

    torch.set_num_threads(1)
    attack = build_attack(args.model, args.pad, args.device)
    from textattack.attack_results import SkippedAttackResult, SuccessfulAttackResult

    attack.attack("a warm and funny little film", 1)
    with open(args.out, "w", encoding="utf-8") as out:
        for i, row in enumerate(read_samples(args.samples)[: args.n]):
            began = time.process_time()
            result = attack.attack(row["text"], int(row["label"]))
            seconds = time.process_time() - began
            before, after = result.original_result.attacked_text.words, result.perturbed_result.attacked_text.words
            skipped, success = isinstance(result, SkippedAttackResult), isinstance(result, SuccessfulAttackResult)
            record = {
                "i": i, "text_sha": sha(row["text"]), "label": int(row["label"]), "seconds": seconds,
                "status": "skip" if skipped else "success" if success else "fail",
                "queries": int(result.num_queries), "words": len(before),
                "changed_words": sum(a != b for a, b in zip(before, after, strict=True)),
                "perturbed_sha": sha(result.perturbed_text()),
            }  # fmt: skip
            out.write(json.dumps(record) + "\n")
            out.flush()


def compare(args):
    """Speed ratio and agreement over the same samples; each difference on a line of its own."""
    theirs = {r["text_sha"]: r for r in map(json.loads, open(args.theirs, encoding="utf-8"))}
    run = json.load(open(args.ours, encoding="utf-8"))
    ours = {r["text_sha"]: r for r in run["rows"]}
    if set(theirs) != set(ours):
        sys.exit("The two files hold different samples, so their times do not compare. Attack the same ones in both.")
    both = list(theirs)
    attacked = [key for key in both if theirs[key]["status"] != "skip"]
    different = [key for key in both if theirs[key]["status"] != ours[key]["status"]]
    slow = sum(theirs[key]["seconds"] for key in attacked) / max(1, len(attacked))
    fast = run["summary"]["cpu_s"] / max(1, run["summary"]["attacked"])
    for key in different:
        a, b = theirs[key], ours[key]
        print(f"row {a['i']}: theirs {a['status']} ({a['queries']} queries), ours {b['status']} ({b['queries']})")
    same = len(both) - len(different)
    print(f"{len(both)} samples, {len(attacked)} attacked, same outcome {same} ({100 * same / len(both):.1f} %)")
    print(f"processor seconds an attack: theirs {slow:.3f}, ours {fast:.3f}, ratio {slow / fast:.2f}")
    queries = [sum(rows[k]["queries"] for k in attacked) / max(1, len(attacked)) for rows in (theirs, ours)]
    print(f"queries an attack: theirs {queries[0]:.1f}, ours {queries[1]:.1f}")


def main():
    """Two commands: attack, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("attack")
    one.add_argument("--model", required=True)
    one.add_argument("--samples", required=True)
    one.add_argument("--pad", choices=["shipped", "dynamic"], required=True)
    one.add_argument("--n", type=int, default=10**9)
    one.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N, of the model and of the sentence encoder")
    one.add_argument("--out", required=True)
    one.set_defaults(run=run)
    two = commands.add_parser("compare")
    two.add_argument("theirs")
    two.add_argument("ours")
    two.set_defaults(run=compare)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", OMP_WAIT_POLICY="passive")
    sys.path.insert(0, str(ROOT))
    main()
