"""Several seeds on the screen: queued as a group, and each run beside the others of its group."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import FakeRun, fake_store, loss
from pilots import Make, ready, until

from aetui.follow.group import read_others
from aetui.widgets.param_form import ParamForm
from engine.runs import groups
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return fake_store(tmp_path / "runs")


def test_the_others_are_the_mean_and_scatter_of_what_they_have_of_each_epoch(store: RunStore) -> None:
    group = groups.begin(TrainJob(variant="vanilla", dataset="digits", config={"epochs": 3}), 3, store)
    for member, epochs in zip(group.members, (3, 3, 2), strict=True):
        run = FakeRun(store, member.run_id, member.job)
        for event in (run.started(), *(run.epoch(number) for number in range(1, epochs + 1))):
            run.stamp(event)
        if epochs == 3:
            run.stamp(run.finished("completed", 3))
    first, *_ = group.members
    read = read_others(store, first.run_id, group.id)
    assert read.others is not None
    assert (read.others.runs, read.others.epochs) == (2, (1, 2, 3))
    assert read.others.mean == pytest.approx([1.05 * loss(epoch) for epoch in (1, 2, 3)])
    assert read.others.sd == (0, 0, 0)
    assert read.reached == "mean ± sd of 2 seeds, 3 epochs: training 0.02867, validation 0.03010"
    assert read_others(store, first.run_id, "another").others is None


@pytest.mark.parametrize("size", [(80, 24), (150, 40)])
async def test_seeds_in_the_form_queue_so_many_runs_whose_chart_shows_the_others(
    make_app: Make, store: RunStore, size: tuple[int, int]
) -> None:
    async with make_app().run_test(size=size) as pilot:
        engine = await ready(pilot)
        form = pilot.app.screen.query_one(ParamForm)
        form.values |= {"seeds": 3, "dataset": "digits", "epochs": 2}
        await pilot.press("t")
        adopted = [order for call, order in engine.calls if call == "adopt"]
        assert [order.job.config["seed"] for order in adopted] == [11, 12, 13]
        assert len(pilot.app.state.waiting) == 2
        assert groups.find(store, adopted[0].job.group) is not None
        for order in adopted:
            run = engine.runs[order.run_id]
            for event in (run.started(), run.epoch(1), run.epoch(2), run.finished("completed", 2)):
                engine.emit(run.stamp(event))
            await pilot.pause()
        desk = pilot.app.desk
        await until(pilot, lambda: desk.run_shown and desk.run_shown.others and desk.run_shown.others.runs == 2)
        assert any("mean ± sd of 3 seeds" in line.text for line in desk.run_shown.log)
        await until(pilot, lambda: "other" in desk._chart.render_line(0).text)


async def test_one_seed_is_a_run_of_its_own(make_app: Make, store: RunStore) -> None:
    async with make_app().run_test() as pilot:
        engine = await ready(pilot)
        await pilot.press("t")
        assert [call for call, _ in engine.calls if call in ("submit", "adopt")] == ["submit"]
        assert not (store.root / "groups").exists()
