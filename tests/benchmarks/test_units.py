"""How soon any of 4,096 units has its dossier after one pass, and a key its picture while a unit is steered.

`pytest -m benchmark -s tests/benchmarks/test_units.py`; the keys are measured from outside, in a real pseudo-terminal:
from a key's byte going in until the value above the steered picture, which is written in the same frame, has come out.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from key_delays import LEFT, RIGHT, Delays, delay, environment, train_on_digits
from pseudo_terminal import Terminal
from unit_readings import ended

from aetui.render.steering import Steering, material
from engine.plain.layers import Dense, Reshape
from engine.plain.network import GIVEN, Network, Node
from engine.queries.messages import UnitsRead
from engine.units import onward
from engine.units.ablation import ITEMS, Ablation, Asked
from engine.units.collecting import Collector, chosen, room
from engine.units.dossier import dossier
from engine.units.table import tabulated

UNITS, ALL_ITEMS = 4_096, 10_000
DOSSIERS, KEYS = 60, 120

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]


def large() -> tuple[UnitsRead, float]:
    """4,096 rectified units of 28×28 images, of which one in ten is active; and how long the pass took, without the
    network."""
    random = np.random.default_rng(0)
    kernel = random.normal(0, 0.05, (UNITS, 784)).astype(np.float32)
    nodes = (
        Node("pixels", "Dense", Dense(kernel, np.zeros(784, np.float32), "sigmoid"), (GIVEN,), (784,)),
        Node("shape", "Reshape", Reshape((28, 28, 1)), (0,), (28, 28, 1)),
    )
    decoder = Network((UNITS,), nodes)
    labels = random.integers(0, 10, ALL_ITEMS)
    places = chosen(labels, room(UNITS))
    blocks = [
        np.maximum(random.standard_normal((min(512, len(places) - at), UNITS), np.float32) - np.float32(1.28), 0)
        for at in range(0, len(places), 512)
    ]
    began = time.perf_counter()
    collector = Collector(UNITS, len(places))
    for block in blocks:
        collector.add(block)
    activations = collector.finished(places, labels[places], tuple("0123456789"), ALL_ITEMS)
    table = ended(tabulated(activations))
    seconds = time.perf_counter() - began
    items = random.random((len(labels), 28, 28, 1)).astype(np.float32)
    positions = chosen(labels[places], ITEMS)
    answer = UnitsRead(
        layer="code",
        part="test",
        activations=activations,
        table=table,
        compared=Asked(positions=positions, targets=items[places[positions]]),
        onward=onward.of_code(decoder),
        look=lambda at: items[at],
        error=0.0,
        explained_variance=0.0,
        shrinkage=0.0,
        epoch=1,
    )
    return answer, seconds


def test_any_of_4096_units_has_its_dossier_within_100_ms() -> None:
    answer, seconds = large()
    began = time.perf_counter()
    assert answer.onward is not None
    ablation = Ablation(answer.activations, answer.table.mean, answer.onward, answer.compared)
    prepared = time.perf_counter() - began
    whole, told = [], []
    for unit in np.random.default_rng(1).choice(UNITS, DOSSIERS, replace=False).tolist():
        began = time.perf_counter()
        of = dossier(answer.activations, answer.table, unit)
        told.append(1000 * (time.perf_counter() - began))
        Steering(answer, material(answer, of), 0)
        ablation.without(unit)
        whole.append(1000 * (time.perf_counter() - began))
    print(
        f"\n{UNITS:,} units, {answer.activations.items:,} items: collecting and table {seconds:.1f} s, decoding once "
        f"{prepared:.2f} s; dossier of {DOSSIERS} units: median {median(whole):.1f} ms, worst {max(whole):.1f} ms, "
        f"of which histogram, items and correlations {median(told):.1f} ms"
    )
    assert median(whole) <= 100


def steered(terminal: Terminal, when: str) -> Delays:
    keys = ((LEFT, RIGHT)[at // 10 % 2] for at in range(KEYS))
    return Delays.told(f"steering key to picture {when}", [delay(terminal, key, "at ") for key in keys])


@pytest.mark.parametrize("model", ["sparse", "convolutional"])
def test_a_steered_unit_brings_its_picture_within_25_ms_and_seldom_later_than_60_while_a_run_trains(
    model: str, tmp_path: Path
) -> None:
    terminal = Terminal([sys.executable, "-m", "aetui"], environment(tmp_path))
    try:
        train_on_digits(terminal, model)
        terminal.until(lambda text: re.search(r"epoch [1-9]\d*/", text))
        terminal.press("U")
        terminal.until("correlated:")
        delays = steered(terminal, f"while {model} trains")
        terminal.press("\x1b")
        terminal.until("training")
        terminal.press("x")
        terminal.until("stopped")
        terminal.press("U")
        terminal.until("correlated:")
        steered(terminal, "at rest")
    finally:
        terminal.close()
    assert delays.middle <= 25
    assert delays.late <= 60
