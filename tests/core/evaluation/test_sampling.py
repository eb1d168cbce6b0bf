"""The sampler: processor time goes to the part that used it, in whatever thread; sleep costs nothing."""

import threading
import time

import numpy as np

from core.evaluation.sampling import Sampler


def spin(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(100))


def multiply(seconds: float) -> None:
    end, square = time.thread_time() + seconds, np.ones((200, 200))
    while time.thread_time() < end:
        square @ square


def test_each_part_gets_its_time() -> None:
    parts = {f"{__name__}:spin": "spinning", f"{__name__}:multiply": "multiplying"}
    with Sampler(parts, "rest") as sampler:
        spin(0.2)
        multiply(0.4)
        time.sleep(0.2)
        thread = threading.Thread(target=spin, args=(0.2,))
        thread.start()
        thread.join()
    assert abs(sampler.seconds["spinning"] - 0.4) < 0.1
    assert abs(sampler.seconds["multiplying"] - 0.4) < 0.1
    assert sampler.seconds["rest"] < 0.19, "less than the sleep"


def test_a_module_claims_all_of_its_functions() -> None:
    with Sampler({__name__: "here"}, "rest") as sampler:
        spin(0.05)
    assert sampler.seconds["here"] > 0.03
