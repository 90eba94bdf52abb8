"""The examples of docs/extending.md, run from the page."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
from textual.app import App, ComposeResult

PAGE = Path(__file__).parent.parent / "docs" / "extending.md"
BASELINE = "baseline_of_the_page"


def example(heading: str, number: int = 0) -> ModuleType:
    """The code below a heading, as a module."""
    [section] = [part for part in PAGE.read_text("utf-8").split("\n## ") if part.startswith(f"{heading}\n")]
    code = re.findall(r"```python\n(.*?)```", section, re.DOTALL)[number]
    module = ModuleType(f"example_{number}")
    exec(compile(code, f"{PAGE}: {heading}", "exec", dont_inherit=True), module.__dict__)
    return module


@pytest.fixture(scope="module")
def bars() -> Iterator[Any]:
    """The data set of the page, as a run sees it."""
    from engine.datasets import DATASETS
    from engine.datasets.cache import DatasetCache
    from engine.kinds.reading import Reading

    entry = example("A data set").entry
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(DATASETS, entry.key, entry)
        yield DatasetCache(None).load("bars", Reading(validation=0.1))


@pytest.fixture(scope="module")
def trained(bars: Any) -> Any:
    """Training and first epoch of the autoencoder of the page."""
    return first_epoch(example("An autoencoder").Smooth(), bars)


def first_epoch(variant: Any, data: Any, preset: str = "book") -> tuple[Any, Any]:
    from engine import params
    from engine.backend import EpochReport
    from engine.nn import runtime

    runtime.load("cpu")
    from engine.nn.tensorflow_backend import KerasBackend

    config = params.configure(variant.presets[preset], {"epochs": 1})
    training = KerasBackend("cpu").training(variant, config, data, None)
    report = next(report for report in training.run() if isinstance(report, EpochReport))
    assert set(report.event.validation) == {"loss", *variant.terms(config)}
    return training, report


def test_the_data_set_is_read_and_cut(bars: Any) -> None:
    assert [len(part.items) for part in (bars.train, bars.validation, bars.test)] == [216, 24, 60]


def test_the_autoencoder_trains_with_its_own_term_and_shows_its_view(trained: Any) -> None:
    _, report = trained
    assert {"loss", "reconstruction", "steps"} <= report.event.train.keys()
    assert report.samples.views["steps"].shape == (8, 7)


@pytest.mark.usefixtures("eagerly")
def test_the_discrete_code_trains_and_is_compared_with_one_of_as_many_bits(bars: Any, tmp_path: Path) -> None:
    from engine.analysis.baselines import Fitting, fitted, task_of
    from engine.datasets.data import silence

    words = example("An autoencoder with a discrete code").Words()
    training, report = first_epoch(words, bars)
    assert {"reconstruction", "codebook", "commitment"} <= report.event.train.keys()
    code = training.model.encode(bars.test.items[:20])
    assert len(np.unique(code.reshape(-1, 4), axis=0)) <= 64
    model = training.model
    assert (model.bits, task_of(model)) == (48, "compression")
    assert {"transform", "mean"} == fitted("compression", Fitting(bars, model, 32, tmp_path, silence)).keys()


@pytest.mark.usefixtures("eagerly")
def test_the_kind_of_data_is_read_and_learned_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from engine import kinds
    from engine.datasets import DATASETS
    from engine.datasets.cache import DatasetCache
    from engine.datasets.data import silence

    module = example("A kind of data")
    series, variant = module.Series(), module.VanillaSeries()
    for table, key, row in (
        (DATASETS, "waves", module.entry),
        (kinds.KINDS, series.key, series),
        (kinds.ORIGINS, series.key, series),
    ):
        monkeypatch.setitem(table, key, row)
    data = DatasetCache(None).load("waves", variant.reading(variant.presets["small"]))
    assert (data.kind, data.shape) == ("series", (32, 1, 1))
    training, report = first_epoch(variant, data, preset="small")
    assert report.samples.views["weights"].shape[1:] == data.shape
    assert series.comparison(data, training, tmp_path, silence).views(report.samples, report.codes)


def test_the_reader_makes_data_of_a_file_of_its_sort(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from engine.datasets import load
    from engine.datasets.own import adding
    from engine.datasets.own.readers import READERS

    monkeypatch.setitem(READERS, "letters", example("A reader of the user's own files").Letters())
    path = tmp_path / "crosses.letters"
    path.write_text("\n\n".join(["o.o\n.o.\no.o", "...\nooo\n..."] * 10), "utf-8")
    added = adding.add("crosses", path, options={"ink": "o", "split": "60/20/20"})
    assert (added.own.shape, added.own.items, added.because) == ((3, 3, 1), (12, 4, 4), "a file of drawings")
    data: Any = load("crosses", None)
    assert sorted({int(item.sum()) // 255 for item in data.train.items}) == [3, 5]


def test_the_alarm_goes_off_where_the_images_are_flat(trained: Any) -> None:
    from engine.analysis.alarms import History, raised

    smooth, condition = example("An autoencoder").Smooth, example("An alarm").condition
    settings = msgspec.to_builtins(smooth.presets["book"])
    ended = trained[1].event
    for steps, said in ((0.2, []), (0.004, ["the images are flat: their neighbouring pixels differ by 0.004"])):
        flat = msgspec.structs.replace(ended, validation={**ended.validation, "steps": steps})
        alarms = raised((condition, *smooth.alarms), History.of([flat]), settings)
        assert [alarm.text.split(";")[0] for alarm in alarms if alarm.key == "flat"] == said
    assert {advice.setting for advice in condition.advice} <= settings.keys()


async def test_the_panel_shows_the_view(trained: Any) -> None:
    from aetui.panels.table import View

    class Host(App[None]):
        def compose(self) -> ComposeResult:
            yield example("A panel").Steps()

    async with Host().run_test() as pilot:
        panel = pilot.app.query_one("Steps")
        panel.show(View(None, 1, trained[1].samples, ""))  # type: ignore[attr-defined]
        assert "mean step" in str(panel.visual)  # type: ignore[attr-defined]
        taken = panel.taken(View(None, 1, trained[1].samples, ""))  # type: ignore[attr-defined]
        assert taken.table.rows
    assert example("A panel", 1).row.key == "steps"


def test_the_baseline_stands_among_the_final_metrics(
    bars: Any, trained: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from engine.analysis import baselines
    from engine.datasets.data import silence
    from engine.kinds import KINDS

    module = example("A baseline")
    monkeypatch.setitem(sys.modules, BASELINE, module)
    monkeypatch.setattr(baselines, "BASELINES", (*baselines.BASELINES, module.row))
    training, _ = trained
    steps = KINDS["image"].comparison(bars, training, tmp_path, silence).metrics(training.model, tmp_path, "")
    metrics: dict[str, float] = {}
    while not metrics:
        try:
            next(steps)
        except StopIteration as end:
            metrics = end.value
    median = np.median(bars.train.items / 255, axis=0)
    assert metrics["median_mse"] == pytest.approx(np.square(bars.test.items / 255 - median).mean(), rel=1e-5)


def test_the_query_is_answered(bars: Any, trained: Any) -> None:
    module = example("A query")
    context = SimpleNamespace(data=lambda: bars, model=trained[0].model)
    answer = module.brightness(context, module.Brightness(run_id="run"))
    assert isinstance(answer, msgspec.Struct)
    assert 0 <= answer.mean <= 1  # type: ignore[attr-defined]
