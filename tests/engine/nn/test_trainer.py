from __future__ import annotations

from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from generators import outcome

from engine import events, params, registry
from engine.backend import Checkpoint, Diverged, EpochReport
from engine.errors import RunError
from engine.events import EpochEnded, Progress
from engine.nn.chunks import Pace
from engine.nn.digits_kept import kept_terms
from engine.nn.graph_cache import GraphCache
from engine.nn.order import Epoch, shuffled
from engine.nn.trainer import Trainer
from engine.runs.checkpoint import read_checkpoint, write_checkpoint
from engine.variants.vanilla import Vanilla


@pytest.fixture(autouse=True, scope="module")
def on_the_cpu() -> None:
    from engine.nn import runtime

    runtime.load("cpu")


KEPT = GraphCache()
"""What was compiled once serves every run like it, as in a program."""


def trainer(data: Any, checkpoint: Checkpoint | None = None, kept: GraphCache = KEPT, **settings: Any) -> Trainer:
    vanilla, base = registry.variant("vanilla"), registry.preset("vanilla", "book")
    # No short last batch where none is asked for: it is compiled for itself.
    config = params.configure(base, {"epochs": 3, "batch_size": 10, "hidden_dim": 8, **settings})
    graphs = kept.take(vanilla, config, data)
    training = Trainer(vanilla, config, data, checkpoint, graphs=graphs)
    kept.used(graphs, training)
    return training


def figures(training: Trainer) -> list[EpochEnded]:
    """The epochs to the end, without what depends on the clock."""
    reports = [report for report in training.run() if isinstance(report, EpochReport)]
    return [msgspec.structs.replace(report.event, seconds=0, samples_per_second=0) for report in reports]


def value(steps: Generator[Any, None, Any]) -> Any:
    """What a generator returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


class DenseBeforeFlatten(Vanilla):
    """Its first layer sees one pixel at a time."""

    def networks(self, config: Any, shape: tuple[int, ...], blocks: Any) -> Any:
        code = blocks.dense(config.hidden_dim, config.activation, name="code")
        encoder = blocks.encoder(shape, [blocks.dense(3, "relu", name="pixelwise"), blocks.flatten(), code])
        pixels = blocks.dense(blocks.size(shape), "linear", name="pixels")
        return blocks.networks(encoder, blocks.decoder(encoder, [pixels, blocks.reshape(shape)], config.output))


@pytest.mark.usefixtures("eagerly")
def test_a_dense_layer_before_the_items_are_flattened_trains_and_has_no_tiles(small_data: Any) -> None:
    config = params.configure(registry.preset("vanilla", "book"), {"epochs": 1, "batch_size": 16, "hidden_dim": 8})
    (report,) = (
        report
        for report in Trainer(DenseBeforeFlatten(), config, small_data()).run()
        if isinstance(report, EpochReport)
    )
    assert "weights" not in report.samples.views
    (usual,) = (report for report in trainer(small_data(), epochs=1).run() if isinstance(report, EpochReport))
    assert usual.samples.views["weights"].shape == (8, 4, 4, 1)


def test_every_item_is_used_once_per_epoch_and_the_last_batch_is_short(small_data: Any) -> None:
    assert sorted(shuffled(40, Epoch(11, 0, 1))) == list(range(40))
    assert [event.steps for event in figures(trainer(small_data(items=40), shuffle=True, batch_size=16))] == [3, 3, 3]


def test_the_loss_falls(small_data: Any) -> None:
    losses = [event.train["loss"] for event in figures(trainer(small_data(), epochs=20))]
    assert losses[-1] < 0.7 * losses[0]


def test_the_same_seed_gives_the_same_figures_and_another_seed_others(small_data: Any) -> None:
    data = small_data()
    expected = figures(trainer(data))
    assert figures(trainer(data, kept=GraphCache())) == expected
    assert figures(trainer(data, seed=12)) != expected


def test_a_run_cut_anywhere_goes_on_bit_for_bit(small_data: Any, tmp_path: Path) -> None:
    data = small_data(items=100)
    uneven = partial(trainer, data, batch_size=16)
    whole = uneven()
    expected, end = figures(whole), whole.checkpoint().arrays
    del whole  # what it was compiled to is free for the next
    cut = uneven()
    steps = cut.run()
    for number in range(6):
        next(steps)
        write_checkpoint(tmp_path / f"{number}.safetensors", cut.checkpoint())
    del cut, steps
    met = set()
    for path in sorted(tmp_path.iterdir())[::2]:
        rest = uneven(read_checkpoint(path), kept=KEPT if met else GraphCache())
        met.add((rest.position.epoch, rest.position.step))
        continued = figures(rest)
        assert continued == expected[-len(continued) :]
        arrays = rest.checkpoint().arrays
        for name, array in end.items():
            np.testing.assert_array_equal(arrays[name], array, err_msg=name)
        del rest
    assert (1, 1) in met  # inside an epoch
    assert len(met) == 3


def test_every_step_is_told_once_with_the_losses_that_make_the_epochs_mean(small_data: Any) -> None:
    told, means = [], []
    for report in trainer(small_data(items=100), learning_rate=2e-3, batch_size=16).run():
        if isinstance(report, Progress):
            told += report.batches
            assert report.learning_rate == 2e-3
        else:
            means.append(report.event.train["loss"])
    assert [point.epoch for point in told] == pytest.approx(np.arange(1, 22) / 7)
    assert np.reshape([point.mean for point in told], (3, 7)).mean(axis=1) == pytest.approx(means)
    assert all(point.low == point.mean == point.high for point in told)
    assert (np.diff([point.seconds for point in told]) > 0).all()


@pytest.mark.usefixtures("eagerly")
def test_an_epoch_takes_at_most_400_bytes_late_in_the_longest_run(small_data: Any) -> None:
    [ended] = figures(trainer(small_data(), epochs=1))
    late = msgspec.structs.replace(
        ended,
        run_id="20260101T000000Z-convolutional-0001",
        seq=123_456,
        at=1_767_225_600.123,
        epoch=99_999,
        seconds=0.1234,
        samples_per_second=12_340,
        samples=True,
    )
    assert len(events.encode(late)) < 400
    assert (ended.train, ended.validation) == (kept_terms(ended.train), kept_terms(ended.validation))


def test_validation_is_the_mean_over_all_items_whatever_the_batches(small_data: Any) -> None:
    data = small_data(items=50)  # 25 test items
    training = trainer(data, epochs=1)
    [event] = figures(training)
    outputs = training.model.decode(training.model.encode(data.test.items))
    assert event.validation["loss"] == pytest.approx(np.square(outputs - data.test.items / 255).mean(), rel=1e-5)


@pytest.mark.usefixtures("eagerly")
def test_a_test_part_of_many_chunks_is_judged_when_there_is_nothing_left_to_train(
    small_data: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Vanilla, "block", 4)
    monkeypatch.setattr(Pace, "steps", lambda _: 1)
    data = small_data(items=50).with_validation(0.2)
    training = trainer(data, epochs=1)
    figures(training)
    terms = outcome(training.judged())
    outputs = training.model.decode(training.model.encode(data.test.items))
    assert terms["loss"] == pytest.approx(np.square(outputs - data.test.items / 255).mean(), rel=1e-5)


@pytest.mark.usefixtures("eagerly")
def test_the_best_weights_are_those_of_the_lowest_validation_loss(small_data: Any) -> None:
    training = trainer(small_data(), epochs=8)
    events = figures(training)
    best = training.new_best()
    assert training.new_best() is None
    assert best is not None
    assert best.best is not None
    assert best.best.loss == min(event.validation["loss"] for event in events)
    assert not any(name.startswith("optimizer") for name in best.arrays)


@pytest.mark.usefixtures("eagerly")
def test_with_held_out_data_choices_never_see_the_test_part(small_data: Any) -> None:
    data = small_data(items=40).with_validation(0.25)
    other = small_data(items=40).with_validation(0.25)
    other.test.items[:] = 255 - other.test.items
    first, second = trainer(data), trainer(other)
    assert figures(first) == figures(second)
    assert first.best == second.best
    assert value(first.judged()) != value(second.judged())


@pytest.mark.usefixtures("eagerly")
def test_judging_is_the_loss_over_the_test_part_with_the_weights_in_use(small_data: Any) -> None:
    data = small_data(items=40).with_validation(0.25)
    training = trainer(data, epochs=4)
    figures(training)
    best = training.new_best()
    assert best is not None
    assert training.weights == "last"
    training.use(best)
    assert training.weights == "best"
    assert training.model.epoch == best.best.epoch  # type: ignore[union-attr]
    copy = training.checkpoint()  # a long question is answered by it
    assert copy.position == best.position
    assert all(np.array_equal(copy.arrays[name], best.arrays[name]) for name in best.arrays)
    outputs = training.model.decode(training.model.encode(data.test.items))
    assert value(training.judged())["loss"] == pytest.approx(
        np.square(outputs - data.test.items / 255).mean(), rel=1e-5
    )


@pytest.mark.usefixtures("eagerly")
def test_training_ends_when_it_has_been_no_better_for_as_long_as_patience_lasts(small_data: Any) -> None:
    training = trainer(small_data(), epochs=60, learning_rate=0.3, patience=3)
    events = figures(training)
    best = min(events, key=lambda event: event.validation["loss"])
    assert len(events) == best.epoch + 3 < 60
    assert training.stopped_early
    kept = training.checkpoint()
    assert figures(trainer(small_data(), kept, epochs=60, patience=3)) == []
    longer = figures(trainer(small_data(), kept, epochs=61, learning_rate=0.3, patience=3))
    assert len(longer) >= 3  # its patience begins anew


@pytest.mark.usefixtures("eagerly")
def test_unshuffled_items_come_in_the_order_of_the_data(small_data: Any) -> None:
    def order(shuffle: bool) -> list[int]:
        held = trainer(small_data(), shuffle=shuffle)._train.held(Epoch(11, 0, 3), 0)
        assert held is not None
        return held.numbers.numpy().tolist()

    assert order(False) == list(range(40))
    assert order(True) != list(range(40))


@pytest.mark.usefixtures("eagerly")
def test_a_loss_that_is_not_finite_ends_the_training(small_data: Any) -> None:
    class Exploding(Vanilla):
        def loss_terms(self, model: Any, batch: Any) -> Any:
            terms = super().loss_terms(model, batch)
            return {name: term / (term - term) for name, term in terms.items()}

    config = params.configure(registry.preset("vanilla", "book"), {"hidden_dim": 8, "batch_size": 16})
    with pytest.raises(Diverged) as diverged:
        figures(Trainer(Exploding(), config, small_data()))
    assert diverged.value.args == (1, 1)


@pytest.mark.usefixtures("eagerly")
def test_a_validation_loss_that_is_not_finite_does_too(small_data: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    training = trainer(small_data())
    chunks = training._stage.chunks
    run = chunks.run

    def broken(*arguments: Any, learn: bool) -> Any:
        found = run(*arguments, learn=learn)
        return found if learn else found._replace(terms=found.terms * np.inf)

    monkeypatch.setattr(chunks, "run", broken)
    with pytest.raises(Diverged):
        figures(training)


def test_after_a_divergence_the_weights_of_the_last_whole_epoch_are_at_hand(small_data: Any) -> None:
    training = trainer(small_data(), learning_rate=1e-3)
    reports = training.run()
    next(report for report in reports if isinstance(report, EpochReport))
    good = training.checkpoint()
    for variable in training._networks.trainable_variables:
        variable.assign(variable * np.nan)
    with pytest.raises(Diverged):
        list(reports)
    kept = training.last_good()
    assert (kept.position.epoch, kept.position.step) == (2, 0)
    for name, array in good.arrays.items():
        np.testing.assert_array_equal(kept.arrays[name], array, err_msg=name)


@pytest.mark.usefixtures("eagerly")
def test_samples_of_the_probe_set_come_with_each_epoch(small_data: Any) -> None:
    data = small_data()
    report = next(report for report in trainer(data).run() if isinstance(report, EpochReport))
    np.testing.assert_allclose(report.samples.targets, data.test.items[:10] / 255, atol=1e-6)
    assert report.samples.outputs.shape == (10, 4, 4, 1)
    assert report.samples.codes.shape == (10, 8)


class Means(Vanilla):
    """Shows how bright each item is that it is handed."""

    def views(self, model: Any, items: Any) -> Any:
        return {"means": items.mean(axis=(1, 2, 3))}


class Odd(Vanilla):
    """Shows a number that has no dimension."""

    def views(self, model: Any, items: Any) -> Any:
        return {"odd": items.mean()}


@pytest.mark.usefixtures("eagerly")
def test_a_view_that_could_not_be_read_again_ends_the_run_and_is_named(small_data: Any) -> None:
    config = params.configure(registry.preset("vanilla", "book"), {"epochs": 1, "batch_size": 16, "hidden_dim": 8})
    with pytest.raises(RunError, match="view 'odd' is"):
        list(Trainer(Odd(), config, small_data()).run())


@pytest.mark.usefixtures("eagerly")
def test_a_variant_is_shown_the_items_that_its_health_is_told_by(small_data: Any) -> None:
    data = small_data(items=50)
    config = params.configure(registry.preset("vanilla", "book"), {"epochs": 1, "batch_size": 16, "hidden_dim": 8})
    reports = Trainer(Means(), config, data).run()
    shown = next(report for report in reports if isinstance(report, EpochReport)).samples.views["means"]
    seen = data.validation.items[: data.health_items]
    assert len(seen) == 25
    np.testing.assert_allclose(shown, seen.mean(axis=(1, 2, 3)) / 255, atol=1e-6)


def test_reduced_precision_trains_too(small_data: Any) -> None:
    events = figures(trainer(small_data(), precision="mixed_bfloat16"))
    assert np.isfinite(events[-1].train["loss"])
