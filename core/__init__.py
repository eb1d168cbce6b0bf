"""FireBERT Lab's library: attack, defend, explain, evaluate and co-tune BERT-family classifiers.

The stages follow the way of the data (see the README's map): ``language`` finds words and neighbours,
``models`` answers and explains, ``perturbation`` makes alternative texts, ``defenses`` vote over them,
``attacks`` search for a text that fools, ``evaluation`` and ``training`` measure and co-tune.
Importing ``core`` is cheap: torch, transformers and friends load with the module that needs them.
"""
