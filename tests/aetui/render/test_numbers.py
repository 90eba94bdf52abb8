from __future__ import annotations

import pytest

from aetui.render import numbers


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.01185, "0.01185"),
        (0.0119, "0.01190"),
        (1.234e-5, "1.234e-05"),
        (229.3, "229.3"),
        (999.97, "1,000"),
        (12345.6, "12,346"),
        (3e7, "3.000e+07"),
        (-0.5, "-0.5000"),
        (0, "0"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (float("-inf"), "-inf"),
    ],
)
def test_a_loss_has_four_significant_digits(x: float, text: str) -> None:
    assert numbers.loss(x) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (208_134, "208,000 img/s"),
        (12.34, "12.3 img/s"),
        (999.6, "1,000 img/s"),
        (0, "– img/s"),
        (float("nan"), "– img/s"),
    ],
)
def test_a_rate_is_rounded_to_three_digits(x: float, text: str) -> None:
    assert numbers.rate(x, "img") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0.4 s"),
        (10.6, "11 s"),
        (59.7, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3599.6, "1 h 00 min"),
        (7500, "2 h 05 min"),
        (86_399, "1 d 00 h"),
        (float("inf"), "–"),
        (float("nan"), "–"),
    ],
)
def test_a_duration_is_rounded_before_it_is_split(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


def test_counts_and_sizes() -> None:
    assert numbers.count(60_000) == "60,000"
    assert [numbers.size(n) for n in (512, 999.7, 11_490_434, 80e9)] == ["512 B", "1.0 kB", "11.5 MB", "80.0 GB"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "now"),
        (-5, "now"),
        (59, "59 s ago"),
        (200, "3 min ago"),
        (86_399, "23 h ago"),
        (86_400, "1 day ago"),
        (20 * 86_400, "2 weeks ago"),
        (100 * 86_400, "3 months ago"),
        (1e12, "31,688 years ago"),
        (float("nan"), "–"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_that_fits(seconds: float, text: str) -> None:
    assert numbers.age(seconds) == text
