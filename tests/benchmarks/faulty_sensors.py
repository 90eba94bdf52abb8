"""Readings of four sensors of one machine, with faults whose place and kind are known."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

CHANNELS = ("temperature", "pressure", "vibration", "flow")
FAULTS = ("spikes", "drift", "stuck", "phase")
NORMAL = "normal"
EVERY, LASTS = 400, 48
"""Steps from the beginning of one fault to that of the next, and steps of a fault."""
PERIOD = 40


def readings(steps: int, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """(steps, 4) numbers, and what is wrong at each step.

    The machine runs in cycles of about 40 steps under a load that changes slowly; each sensor follows the cycle with a
    delay of its own, and has noise. Faults follow each other in turn, each in one channel, drawn:

    - spikes: single steps that are off by 3 to 5 standard deviations of the channel, one in six
    - drift: grows to 2 standard deviations
    - stuck: the last value stays, with the noise
    - phase: the channel follows the cycle by a third of a period too late
    """
    random = np.random.default_rng(seed)
    place = np.arange(steps)
    angle = 2 * np.pi * np.cumsum(1 + 0.05 * np.sin(2 * np.pi * place / 3_000)) / PERIOD
    load = 1 + 0.3 * np.sin(2 * np.pi * place / 1_700)
    delays = np.array([0.0, 0.6, 1.3, 2.4])

    def channel(number: int, late: float = 0.0) -> np.ndarray:
        inner = angle - delays[number] - late
        return load * (np.sin(inner) + 0.4 * np.sin((number + 2) * inner))

    clean = np.stack([channel(number) for number in range(4)], axis=1)
    noise = 0.08 * random.standard_normal(clean.shape)
    labels = [NORMAL] * steps
    deviation = clean.std(axis=0)
    for turn, first in enumerate(range(EVERY // 2, steps - LASTS, EVERY)):
        fault, number = FAULTS[turn % len(FAULTS)], int(random.integers(4))
        there = slice(first, first + LASTS)
        labels[there] = [fault] * LASTS
        if fault == "spikes":
            where = random.random(LASTS) < 1 / 6
            size = random.uniform(3, 5, LASTS) * random.choice([-1, 1], LASTS)
            clean[there, number] += np.where(where, size, 0) * deviation[number]
        elif fault == "drift":
            clean[there, number] += np.linspace(0, 2, LASTS) * random.choice([-1, 1]) * deviation[number]
        elif fault == "stuck":
            clean[there, number] = clean[first - 1, number]
        else:
            clean[there, number] = channel(number, 2 * np.pi / 3)[there]
    return clean + noise, labels


def write(path: Path, steps: int = 40_000, seed: int = 0) -> Path:
    """As a CSV file with a column for each sensor, and `state`."""
    numbers, labels = readings(steps, seed)
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow([*CHANNELS, "state"])
        table.writerows([*(f"{value:.4f}" for value in row), label] for row, label in zip(numbers, labels, strict=True))
    return path
