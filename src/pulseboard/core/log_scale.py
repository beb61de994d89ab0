"""
One scale for everything measured: whole numbers whose steps are 4 % apart.

A value becomes its *code*, a code becomes the value in the middle of its step, at
most 2 % from what was measured. Codes keep the order of values, so ranks can be
taken on codes, and the same value has the same code in samples, hours and days.

The mapping is that of DDSketch (Masson, Rim, Lee, 2019), counted from a billionth
instead of 1, so that a sign is all it takes for negative values.
"""

from __future__ import annotations

import functools
import math
import sys

RELATIVE_ERROR = 0.02

#: Values closer to zero than this are zero: a nanosecond, a billionth of a ratio.
SMALLEST = 1e-9

_LOG_GAMMA = math.log((1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR))
_LOG_SMALLEST = math.log(SMALLEST)
# The middle of a step lies this much below its upper edge, as a logarithm.
_LOG_MIDDLE = _LOG_SMALLEST + math.log(1 - RELATIVE_ERROR)
_LOG_LARGEST = math.log(sys.float_info.max)


def code_of(value: float) -> int:
    """
    Return the code of *value*, about ±18,000 at most.

    Raises:
        ValueError: *value* is not finite.
    """
    size = abs(value)
    if not math.isfinite(size):
        raise ValueError(f"expected a finite number, got {value}")
    if size <= SMALLEST:
        return 0
    code = math.ceil((math.log(size) - _LOG_SMALLEST) / _LOG_GAMMA)
    return code if value > 0 else -code


@functools.lru_cache(maxsize=40_000)
def value_of(code: int) -> float:
    """Return the value that stands for *code*, at most 2 % from what was measured."""
    if code == 0:
        return 0.0
    size = math.exp(min(abs(code) * _LOG_GAMMA + _LOG_MIDDLE, _LOG_LARGEST))
    return size if code > 0 else -size
