"""Where one stands among codes: what keys change, and what is nearest."""

from __future__ import annotations

import fake_codes
import msgspec
import numpy as np
import pytest

from aetui.panels.exploring.maps import Embedded
from aetui.panels.exploring.place import Place
from engine.queries.messages import Explore, Explored


def found(codes: np.ndarray | None = None, **changed: object) -> Explored:
    answer = fake_codes.explored(Explore(run_id="run"), 3)
    if codes is not None:
        changed |= {"codes": codes, "beside": codes}
    return msgspec.structs.replace(answer, **changed)


def test_moving_on_the_plane_changes_what_it_shows_of_a_code_and_leaves_the_rest() -> None:
    place = Place(found())
    place.to_item(5)
    before, (x, y) = place.code.copy(), place.point
    assert place.move(x + 1, y - 2)
    np.testing.assert_allclose(place.map.place(place.code, (0, 0)), (x + 1, y - 2), atol=1e-5)
    place.move(x, y)
    np.testing.assert_allclose(place.code, before, atol=1e-5)
    assert not place.move(x, y)


def test_codes_of_two_numbers_are_the_plane_and_of_one_lie_in_bands_of_their_class() -> None:
    two = Place(found(fake_codes.CODES[:, :2]))
    two.move(1.5, -2.5)
    np.testing.assert_allclose(two.code, [1.5, -2.5], atol=1e-6)
    one = Place(found(fake_codes.CODES[:, :1]))
    one.move(0.5, -1.2)
    np.testing.assert_allclose(one.code, [0.5])
    one.set(2)
    assert one.point == (2, -1.2)
    bands = [one.map.points[np.arange(fake_codes.ITEMS) % 3 == label, 1] for label in range(3)]
    assert bands[0].min() > bands[1].max() > bands[1].min() > bands[2].max()


def test_a_number_takes_exact_values_and_goes_by_its_spread() -> None:
    place = Place(found())
    assert place.choose(2)
    assert not place.choose(fake_codes.CODE)
    before = place.code.copy()
    place.set(1.25)
    assert place.code[2] == 1.25
    np.testing.assert_array_equal(np.delete(place.code, 2), np.delete(before, 2))
    np.testing.assert_allclose(place.point, place.map.place(place.code, (0, 0)))
    place.slide(-2)
    assert place.code[2] == pytest.approx(1.25 - 2 * fake_codes.CODES[:, 2].std(), abs=1e-5)


def test_for_twenty_pins_the_nearest_item_is_the_one_that_measuring_all_finds() -> None:
    place, random = Place(found()), np.random.default_rng(1)
    for _ in range(20):
        place.pins.clear()
        place.go(random.normal(0, 2, fake_codes.CODE))
        place.pin()
        apart = np.linalg.norm(fake_codes.CODES.astype(np.float64) - place.pins[0].code, axis=1)
        near = place.near(3)
        assert near.items == np.argsort(apart, kind="stable")[:3].tolist()
        np.testing.assert_allclose(near.distances, np.sort(apart)[:3])


def test_pins_know_their_item_are_taken_back_and_make_ways() -> None:
    place = Place(found())
    place.to_item(7)
    assert place.pin() == "pin 1: item 8"
    assert place.pins[0].item == 7
    place.move(0, 0)
    assert place.pin() == "pin 2: this code"
    assert place.pins[1].item is None
    np.testing.assert_allclose(place.between(5)[[0, 4]], [pin.code for pin in place.pins], atol=1e-6)
    place.to_item(9)
    place.pin()
    assert place.among(4, 3).shape == (3, 4, fake_codes.CODE)
    place.to_item(10)
    assert "backspace" in place.pin()
    place.to_item(7)
    assert place.pin() == "pin 1 is gone"
    assert [pin.item for pin in place.pins] == [None, 9]


def test_where_codes_lie_round_0_a_way_keeps_their_distance_from_it() -> None:
    place = Place(found(spherical=True))
    for code in ([2, 0, 0, 0], [0, 2, 0, 0]):
        place.go(np.float32(code))
        place.pin()
    np.testing.assert_allclose(np.linalg.norm(place.between(7), axis=1), 2, rtol=1e-6)


def test_a_rectangle_has_the_items_within_its_borders() -> None:
    place = Place(found())
    points = np.array([[0, 0], [1, 1], [2, 2], [1, 3]], np.float64)
    assert place.mark(points, (0.5, 0.5, 2, 2)) == 2
    assert place.marked is not None
    assert place.marked.tolist() == [1, 2]


def test_with_other_weights_pins_of_items_go_along_and_the_mark_stays_where_items_are_the_same() -> None:
    place = Place(found())
    place.to_item(3)
    place.pin()
    place.marked = np.array([1, 2])
    later = place.again(found(fake_codes.CODES + 1))
    np.testing.assert_array_equal(later.pins[0].code, fake_codes.CODES[3] + 1)
    np.testing.assert_array_equal(later.marked, [1, 2])
    other = place.again(found(part="train"))
    assert other.marked is None
    np.testing.assert_array_equal(other.pins[0].code, fake_codes.CODES[3])
    narrower = place.again(found(fake_codes.CODES[:, :2]))
    assert not narrower.pins


def test_a_map_without_a_way_back_has_the_codes_of_its_items_and_what_lies_between_them() -> None:
    points = np.array([[0, 0], [1, 0], [0, 1], [9, 9]], np.float32)
    codes = np.array([[0.0], [2.0], [4.0], [100.0]], np.float32)
    map = Embedded(points, codes, "t-SNE")
    np.testing.assert_array_equal(map.code((1, 0), codes[0]), [2])
    between = map.code((0.5, 0.5), codes[0])
    assert between[0] == pytest.approx(2, abs=1e-6)  # the three are as far away as each other
    x, y = map.place(np.float32([4.0]), (0, 0))
    assert (x, y) == (0, 1)
    assert "interpolated" in map.told


def test_on_the_map_beside_one_goes_to_the_item_that_lies_there() -> None:
    place = Place(found())
    x, y = place.beside.points[11].tolist()
    place.to_beside(x + 1e-3, y)
    np.testing.assert_array_equal(place.code, fake_codes.CODES[11])
