"""Units beside a plain NumPy computation of the same, and networks whose dead units are known."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import UsageError
from engine.plain.layers import Activation, Dense, Sum
from engine.plain.network import GIVEN, Network, Node
from engine.units import collecting, onward
from engine.units.ablation import Ablation, Asked, difference, steered
from engine.units.collecting import Activations, Collector, Fit, chosen
from engine.units.dossier import correlation, dossier
from engine.units.search import Known, found
from engine.units.table import UnitTable, tabulated

CLASSES = ("a", "b", "c")


def ended(steps: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def collected(values: NDArray[np.float32], labels: NDArray[np.int64], block: int = 7) -> Activations:
    """(items, units), as a pass brings them."""
    collector = Collector(values.shape[1], len(values))
    for start in range(0, len(values), block):
        collector.add(values[start : start + block])
    return collector.finished(np.arange(len(values)), labels, CLASSES, len(values))


def tabled(activations: Activations, above: float | None = None) -> UnitTable:
    table: UnitTable = ended(tabulated(activations, above))
    return table


def rectified(seed: int, units: int = 24, items: int = 200) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """A sparse code that knows something of the classes."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, items)
    likes = random.normal(0, 2, (3, units))
    return np.maximum(random.normal(0, 1, (items, units)) + likes[labels] - 0.5, 0).astype(np.float32), labels


def network(*layers: tuple[NDArray[np.float32], str], size: int) -> Network:
    nodes = [
        Node(f"dense{at}", "Dense", Dense(kernel, None, activation), (at - 1 if at else GIVEN,), (kernel.shape[1],))
        for at, (kernel, activation) in enumerate(layers)
    ]
    return Network((size,), tuple(nodes))


def test_the_table_is_what_plain_numpy_makes_of_the_codes() -> None:
    codes, labels = rectified(1)
    table = tabled(collected(codes, labels))
    wide = codes.astype(np.float64)
    assert table.above == 0
    np.testing.assert_allclose(table.density, (wide > 0).mean(axis=0))
    np.testing.assert_allclose(table.mean, wide.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(table.deviation, wide.std(axis=0), rtol=1e-6)
    assert table.l0 == pytest.approx((wide > 0).sum(axis=1).mean())
    for unit in range(codes.shape[1]):
        means = [wide[labels == each, unit].mean() for each in range(3)]
        best = int(np.argmax(means))
        rest = wide[labels != best, unit].mean()
        assert table.preferred[unit] == best
        assert table.selectivity[unit] == pytest.approx((means[best] - rest) / (means[best] + rest))
        for each in range(3):
            r = np.corrcoef(wide[:, unit], labels == each)[0, 1]
            assert table.class_correlation[unit, each] == pytest.approx(r, abs=1e-9)


def test_a_dossier_is_what_plain_numpy_makes_of_the_codes() -> None:
    codes, labels = rectified(2)
    activations = collected(codes, labels)
    table = tabled(activations)
    every = np.corrcoef(codes.astype(np.float64).T)
    for unit in range(codes.shape[1]):
        of, values = dossier(activations, table, unit, bins=8), codes[:, unit].astype(np.float64)
        shown = values != 0 if (values == 0).mean() > 0.5 else np.ones(len(values), bool)
        assert of.resting == (~shown).sum()
        for each in range(3):
            counts, edges = np.histogram(values[shown & (labels == each)], 8, (values[shown].min(), values.max()))
            np.testing.assert_allclose(of.edges, edges)
            assert of.counts[each].tolist() == counts.tolist()
        wanted = np.quantile(values[shown], np.linspace(1, 0, 10), method="nearest")
        np.testing.assert_allclose(values[of.examples[:, 0]], wanted)
        others = np.delete(every[unit], unit)
        np.testing.assert_allclose(np.abs(of.correlations), np.sort(np.abs(others))[::-1][:8], atol=1e-5)
        np.testing.assert_allclose(of.correlations, every[unit, of.alike], atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_every_dead_unit_of_a_network_is_found_and_no_other(seed: int) -> None:
    random = np.random.default_rng(seed)
    items, kernel = random.random((300, 20)).astype(np.float32), random.normal(0, 1, (20, 60)).astype(np.float32)
    bias = np.zeros(60, np.float32)
    dead = random.choice(60, 12, replace=False)
    bias[dead[:6]] = -1e3  # never above 0
    kernel[:, dead[6:]] = 0  # says the same to everything
    bias[dead[6:]] = 0.5
    layer = Dense(kernel, bias, "relu")
    encoder = Network((20,), (Node("code", "Dense", layer, (GIVEN,), (60,)),))
    codes = encoder(items)
    alive = np.ptp(codes, axis=0) > 1e-6
    table = tabled(collected(codes, random.integers(0, 3, 300)))
    assert set(dead) <= set(np.flatnonzero(table.dead))
    assert np.array_equal(table.dead, ~alive)


def test_rarely_active_units_are_told_from_dead_ones() -> None:
    codes = np.zeros((3_000, 3), np.float32)
    codes[0, 0], codes[:, 1] = 5, np.arange(3_000) % 2
    table = tabled(collected(codes, np.zeros(3_000, np.int64)))
    assert table.rare.tolist() == [True, False, False]
    assert table.dead.tolist() == [False, False, True]
    assert np.isnan(table.selectivity).all()
    assert (table.preferred == -1).all()


def test_a_code_without_zeros_is_active_above_a_tenth_of_its_largest_number() -> None:
    codes = np.array([[0.2, -2.0], [0.1, 1.0], [0.3, 0.15]], np.float32)
    table = tabled(collected(codes, np.array([0, 1, 2])))
    assert table.above == pytest.approx(0.2)
    np.testing.assert_allclose(table.density, [1 / 3, 2 / 3])


def test_items_without_finite_codes_are_left_out_and_units_without_any_are_broken() -> None:
    codes, labels = rectified(3)
    broken = codes.copy()
    broken[:, 5], broken[4, 2], broken[9, 7] = np.nan, np.inf, np.nan
    activations = collected(broken, labels)
    assert (activations.left_out, activations.items) == (2, 198)
    assert activations.places.tolist() == [at for at in range(200) if at not in (4, 9)]
    table = tabled(activations)
    assert table.dead[5]
    kept = np.delete(codes, (4, 9), axis=0)
    other = np.arange(24) != 5
    np.testing.assert_allclose(table.mean[other], kept[:, other].mean(axis=0, dtype=np.float64), rtol=1e-6)
    assert np.isnan(correlation(activations, table, 5)).all()
    assert len(dossier(activations, table, 5).edges) == 0


def test_one_unit_one_item_and_one_class_have_a_dossier(monkeypatch: pytest.MonkeyPatch) -> None:
    activations = collected(np.array([[0.5]], np.float32), np.array([0]))
    of = dossier(activations, tabled(activations), 0, each=3)
    assert activations.labels is None
    assert (len(of.alike), of.examples.tolist(), of.counts.shape) == (0, [[0, 0, 0]], (1, 0))


def test_of_many_items_each_class_has_its_share() -> None:
    labels = np.repeat([0, 1, 2], [600, 300, 100])
    places = chosen(np.random.default_rng(0).permutation(labels), 100)
    labels = np.random.default_rng(0).permutation(labels)
    assert np.bincount(labels[places]).tolist() == [60, 30, 10]
    assert (np.diff(places) > 0).all()
    assert chosen(labels, 1_000).tolist() == list(range(1_000))
    assert collecting.room(4_096) == 16_384
    assert collecting.room(4_096, 50) == 50


def test_the_fit_over_blocks_is_that_of_all_at_once() -> None:
    random = np.random.default_rng(4)
    x, y = random.random((50, 3, 2)).astype(np.float32), random.random((50, 3, 2)).astype(np.float32)
    known = random.random(x.shape) < 0.8
    fit = Fit()
    for block in (slice(20), slice(20, 50)):
        fit.add(x[block], y[block], known[block])
    wide, other = x.astype(np.float64), y.astype(np.float64)
    mean = np.where(known, wide, 0).sum(axis=0) / known.sum(axis=0)
    squares = np.square(wide - other)[known].sum()
    assert fit.error == pytest.approx(squares / known.sum())
    assert fit.explained_variance == pytest.approx(1 - squares / np.square(wide - mean)[known].sum())
    assert fit.shrinkage == pytest.approx(1 - np.square(other)[known].sum() / (wide * other)[known].sum())


def halves(seed: int, deep: bool) -> tuple[Activations, UnitTable, Network, Asked]:
    codes, labels = rectified(seed, units=12)
    random = np.random.default_rng(seed)
    kernel = random.normal(0, 0.3, (12, 9)).astype(np.float32)
    layers = [(kernel, "sigmoid")]
    if deep:
        layers = [(random.normal(0, 0.3, (12, 5)).astype(np.float32), "tanh"), (kernel[:5], "sigmoid")]
    decoder = network(*layers, size=12)
    activations = collected(codes, labels)
    positions = np.arange(0, 200, 2)
    asked = Asked(positions=positions, targets=random.random((100, 9)).astype(np.float32))
    return activations, tabled(activations), decoder, asked


@pytest.mark.parametrize("deep", [False, True])
def test_what_is_lost_without_a_unit_is_the_error_of_decoding_without_it(deep: bool) -> None:
    activations, table, decoder, asked = halves(5, deep)
    ablation = Ablation(activations, table.mean, onward.of_code(decoder), asked)
    codes, labels = activations.values.T[asked.positions], activations.labels
    assert labels is not None
    variance = np.square(asked.targets - asked.targets.mean(axis=0)).sum()
    whole = np.square(decoder(codes) - asked.targets).mean(axis=1)
    added = ended(ablation.added(items=100))
    for unit in range(12):
        without, told = ablation.without(unit), []
        for value in (0, table.mean[unit]):
            changed = codes.copy()
            changed[:, unit] = value
            told.append(np.square(decoder(changed) - asked.targets).mean(axis=1))
        assert without.kept.all == pytest.approx(whole.mean(), rel=1e-4)
        assert without.zero.all == pytest.approx(told[0].mean(), rel=1e-4)
        assert without.mean.all == pytest.approx(told[1].mean(), rel=1e-4)
        for each in range(3):
            of_class = labels[asked.positions] == each
            assert without.zero.by_class[each] == pytest.approx(told[0][of_class].mean(), rel=1e-4)
        assert added[unit] == pytest.approx(9 * (told[1].sum() - whole.sum()) / variance, abs=1e-5)


def test_numbers_that_are_not_known_do_not_count_in_what_is_lost() -> None:
    activations, table, decoder, asked = halves(6, deep=False)
    known = np.random.default_rng(0).random(asked.targets.shape) < 0.7
    asked = Asked(positions=asked.positions, targets=np.where(known, asked.targets, np.nan), known=known)
    without = Ablation(activations, table.mean, onward.of_code(decoder), asked).without(3)
    squares = np.square(decoder(activations.values.T[asked.positions]) - asked.targets)
    assert without.kept.all == pytest.approx(np.nanmean(squares, axis=1).mean(), rel=1e-4)


def test_a_decoder_of_one_layer_tells_what_each_unit_adds_and_a_deep_one_by_difference() -> None:
    _, table, shallow, _ = halves(7, deep=False)
    adds = onward.of_code(shallow).adds
    assert adds is not None
    assert adds.shape == (12, 9)
    _, table, deep, _ = halves(7, deep=True)
    further = onward.of_code(deep)
    assert further.adds is None
    means = np.tile(table.mean, (2, 1)).astype(np.float32)
    means[:, 4] = 0, 3
    low, high = deep(means)
    np.testing.assert_allclose(difference(further, table.mean, 4, 0, 3), high - low, atol=1e-6)
    np.testing.assert_allclose(steered(further, means[0], 4, [3, 0]), [high, low], atol=1e-6)


def test_the_first_layer_is_told_where_it_is_not_the_code() -> None:
    random = np.random.default_rng(8)
    kernels = [random.normal(0, 0.5, shape).astype(np.float32) for shape in ((9, 6), (6, 4), (4, 9))]
    assert onward.first_layer(network((kernels[0], "relu"), size=9)) is None
    first = Node("hidden", "Dense", Dense(kernels[0]), (GIVEN,), (6,))
    relu = Node("relu", "Activation", Activation("relu"), (0,), (6,))
    encoder = Network((9,), (first, relu, Node("code", "Dense", Dense(kernels[1]), (1,), (4,))))
    name = onward.first_layer(encoder)
    assert name == "relu"
    decoder = network((kernels[2], "sigmoid"), size=4)
    items = random.random((10, 9)).astype(np.float32)
    further = onward.of_layer(encoder, name, decoder)
    assert further.entry is not None
    np.testing.assert_allclose(further.run(encoder.through(items, name)), decoder(encoder(items)), rtol=1e-5)
    sums = further.entry.sums(encoder.through(items, name))
    np.testing.assert_allclose(further.entry.output(sums), decoder(encoder(items)), rtol=1e-5)


def test_units_are_found_by_what_is_known_of_them() -> None:
    codes, labels = rectified(9)
    codes[:, 3] = 0
    activations = collected(codes, labels)
    table = tabled(activations)
    known = Known(activations, table, np.arange(24.0))
    assert found(known).units.tolist() == list(range(24))
    assert found(known, "dead").units.tolist() == [3]
    assert 3 not in found(known, "alive density<0.9").units
    assert (table.density[found(known, "density<0.4").units] < 0.4).all()
    assert found(known, "5").units.tolist() == [4]
    by_density = table.density[found(known, order="density").units]
    assert (np.diff(by_density) <= 0).all()
    assert found(known, order="adds", reverse=True).units[0] == 0
    of_b = found(known, "class=b")
    assert of_b.of == "b"
    assert (np.diff(np.abs(of_b.r[of_b.units])) <= 0).all()
    like = found(known, "like=8")
    assert 7 not in like.units
    assert like.units[0] == dossier(activations, table, 7).alike[0]


@pytest.mark.parametrize("text", ["colour>3", "density<few", "class=z", "like=99", "like=0", "fast", "like>3"])
def test_what_units_cannot_be_asked_for_is_said(text: str) -> None:
    codes, labels = rectified(10)
    activations = collected(codes, labels)
    with pytest.raises(UsageError):
        found(Known(activations, tabled(activations)), text)


def test_a_layer_that_something_goes_around_is_none_to_be_asked_about() -> None:
    random = np.random.default_rng(11)
    kernels = [random.normal(0, 0.5, (4, 4)).astype(np.float32) for _ in range(2)]
    first = Node("hidden", "Dense", Dense(kernels[0]), (GIVEN,), (4,))
    second = Node("code", "Dense", Dense(kernels[1]), (0,), (4,))
    around = Node("sum", "Add", Sum(), (1, GIVEN), (4,))
    assert onward.first_layer(Network((4,), (first, second))) == "hidden"
    assert onward.first_layer(Network((4,), (first, second, around))) is None
