"""The arithmetic of answers: means, shares, paired shifts, and their confidence intervals.

SciPy is imported when an interval is first computed, because it is large and most processes never need it.
"""

import math
import statistics
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

CONFIDENCE = 0.95


class ConfidenceInterval(NamedTuple):
    """The ends of a 95 % confidence interval, in the unit of the estimate."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PairedShift:
    """The change within people who answered both times; `mean` and `interval` are in points of the scale.

    `mean` is None without a pair, `interval` below two pairs, and `effect` where `effect_size` gives none.
    """

    before: int
    """People who answered before."""
    after: int
    """People who answered after."""
    pairs: int
    """People who answered both times."""
    before_total: float
    """Sum of the answers before, over the pairs."""
    after_total: float
    """Sum of the answers after, over the pairs."""
    mean: float | None
    interval: ConfidenceInterval | None
    effect: float | None


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean; None when there are no values."""
    return math.fsum(values) / len(values) if values else None


def median(values: Sequence[float]) -> float | None:
    """The middle value, or the mean of the two middle values; None when there are no values."""
    return statistics.median(values) if values else None


def share(part: int, whole: int) -> float | None:
    """The share of `part` in `whole`, 0 to 1; None when `whole` is 0."""
    return part / whole if whole else None


def paired_shift(before: Mapping[K, float], after: Mapping[K, float]) -> PairedShift:
    """The paired shift, after − before, over the keys (people) in both mappings."""
    pairs = sorted(before.keys() & after.keys(), key=str)
    shifts = [after[person] - before[person] for person in pairs]
    return PairedShift(
        before=len(before),
        after=len(after),
        pairs=len(pairs),
        before_total=math.fsum(before[person] for person in pairs),
        after_total=math.fsum(after[person] for person in pairs),
        mean=mean(shifts),
        interval=mean_interval(shifts),
        effect=effect_size(shifts),
    )


def mean_interval(values: Sequence[float]) -> ConfidenceInterval | None:
    """The 95 % confidence interval of a mean by Student's t, n − 1 degrees of freedom; None below two values.

    Source: Student, "The probable error of a mean", Biometrika 6 (1908).
    """
    if len(values) < 2:
        return None
    from scipy.stats import t

    middle = math.fsum(values) / len(values)
    reach = float(t.ppf((1 + CONFIDENCE) / 2, len(values) - 1)) * statistics.stdev(values) / math.sqrt(len(values))
    return ConfidenceInterval(middle - reach, middle + reach)


def share_interval(part: int, whole: int) -> ConfidenceInterval | None:
    """The 95 % confidence interval of a share by Wilson's score; it lies within 0 to 1. None when `whole` is 0.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927).
    """
    if not whole:
        return None
    z = statistics.NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    observed = part / whole
    scale = 1 + z**2 / whole
    middle = (observed + z**2 / (2 * whole)) / scale
    reach = z * math.sqrt(observed * (1 - observed) / whole + z**2 / (4 * whole**2)) / scale
    return ConfidenceInterval(max(0.0, middle - reach), min(1.0, middle + reach))


def effect_size(shifts: Sequence[float]) -> float | None:
    """Cohen's d_z of the shifts with Hedges' correction: mean ÷ standard deviation × J(n − 1).

    None below two pairs, and when every shift is the same, because the standard deviation is then 0.
    Sources: D. Lakens, "Calculating and reporting effect sizes", Frontiers in Psychology 4:863 (2013), eq. 7;
    L. V. Hedges, "Distribution theory for Glass's estimator", Journal of Educational Statistics 6 (1981).
    """
    if len(shifts) < 2:
        return None
    deviation = statistics.stdev(shifts)
    if not deviation:
        return None
    return math.fsum(shifts) / len(shifts) / deviation * _hedges_correction(len(shifts) - 1)


def _hedges_correction(freedom: int) -> float:
    """Hedges' exact J for m degrees of freedom, Γ(m/2) ÷ (√(m/2) Γ((m−1)/2)); 1 (no correction) below two."""
    if freedom < 2:
        return 1.0
    return math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom - 1) / 2)) / math.sqrt(freedom / 2)
