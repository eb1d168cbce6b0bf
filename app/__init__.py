"""The page: layout and wiring over :mod:`core`. Nothing here computes; nothing in ``core`` knows this package.

Two settings must stand before gradio and torch are imported: gradio's server stays silent, and torch's threads sleep
rather than spin while another job uses the processor. Values that are already set win.
"""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
