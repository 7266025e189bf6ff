"""What the processor can do at most: the rate of a large product of matrices."""

from __future__ import annotations

import torch

from agents.bench.clock import Clock, Rate

_SIDES = {"cpu": 2048, "cuda": 8192}
_TIMES = 8


def sgemm_peak(device: torch.device) -> Rate:
    """FLOP per second of the product of two square float32 matrices, the best of several, by each clock.

    It has the threads that torch has now; by the processor's clock it is the rate of one of them. A product of n x n
    matrices counts as 2 n^3, a multiplication and an addition for each pair of factors.
    """
    side = _SIDES.get(device.type, _SIDES["cuda"])
    left, right, product = (torch.randn(side, side, device=device) for _ in range(3))
    torch.mm(left, right, out=product)
    rates = []
    for _ in range(_TIMES):
        began = Clock.now()
        torch.mm(left, right, out=product)
        rates.append((Clock.now() - began).rate(2.0 * side**3))
    return Rate(max(rate.wall for rate in rates), max(rate.cpu for rate in rates))
