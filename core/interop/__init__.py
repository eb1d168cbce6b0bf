"""Ways to other programs: TextAttack's model and its results, and a classifier served over HTTP."""
