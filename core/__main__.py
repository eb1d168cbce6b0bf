"""``python -m core``: the command line."""

import os

# Read by OpenMP and by the tokenizers when they load, so before torch: idle threads sleep instead of spinning, which on
# a shared machine is four times faster, and a fork of the process is not warned about.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from core.cli import main

if __name__ == "__main__":
    main()
