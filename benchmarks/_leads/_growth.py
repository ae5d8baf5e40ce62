"""How time grows with the amount of work."""

from math import log
from typing import Any


def exponent(small: tuple[int, float], large: tuple[int, float]) -> float:
    """k in seconds ~ n^k, from (n, seconds) of a small and a large run: 1 is linear."""
    return round(log(large[1] / small[1]) / log(large[0] / small[0]), 2)


def best_of(times: int, work: Any) -> tuple[float, Any]:
    """The shortest of several runs in seconds, and the result of the last: what else the machine does only adds."""
    from benchmarks._harness import timed

    found = [timed(work) for _ in range(times)]
    return min(seconds for seconds, _result in found), found[-1][1]
