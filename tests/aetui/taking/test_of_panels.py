"""What panels give beyond what every run has."""

from __future__ import annotations

import numpy as np
import pytest
from fake_answers import answer
from fakes import pictures, readings

from aetui.panels.codebook import Codebook
from aetui.panels.jacobian import Jacobian
from aetui.panels.latent import Latent
from aetui.panels.samples import PriorSamples
from aetui.panels.sentence_queries import Answers, queries
from aetui.panels.table import View
from aetui.panels.weights import Weights
from aetui.state.run_state import RunState
from aetui.taking import formats, of_pictures, of_words
from engine.runs.snapshots import Samples

RUN = RunState("20260101-run", variant="variational", dataset="digits", code_size=2)


def view(samples: Samples | None = None) -> View:
    return View(RUN, 3, samples or pictures(3), "")


def test_points_have_their_classes_and_the_baselines_beside_them() -> None:
    taken = Latent().taken(view())
    assert taken.table is not None
    assert taken.table.columns == ("class", "points x", "points y", "baseline_points x", "baseline_points y")
    assert [row[0] for row in taken.table.rows[:3]] == ["0", "1", "2"]
    assert np.allclose([row[1:3] for row in taken.table.rows], pictures(3).views["points"])
    assert [len(plot.series) for plot in taken.plots] == [10, 10]
    assert formats.fitting(taken) == ["csv", "png", "svg", "npz"]


def test_codes_of_one_number_and_points_without_classes_can_be_taken() -> None:
    samples = pictures(3).with_views(points=np.zeros((5, 1), np.float32), baseline_points=None, point_labels=None)
    taken = Latent().taken(view(samples))
    assert taken.table is not None
    assert taken.table.columns == ("points x",)
    assert formats.fitting(taken) == ["csv", "npy"]


def test_weights_are_exact_as_numbers_and_signed_as_pictures() -> None:
    weights = np.zeros((20, 8, 8, 3), np.float32)
    weights[0, 0, 0], weights[0, 0, 1] = -1, 1
    taken = of_pictures.weights(view(pictures(3).with_views(weights=weights)), {"another": weights[:2] * 2})
    assert np.array_equal(taken.arrays["weights"], weights)
    own, beside = taken.pictures
    assert (len(own.images), len(beside.images)) == (20, 2)
    assert own.images[0, 0, 0, 0] < own.images[0, 5, 5, 0] < own.images[0, 0, 1, 0]
    assert Weights().taken(view()).table is not None


def test_draws_from_the_prior_go_with_what_each_dimension_carries() -> None:
    taken = PriorSamples().taken(view())
    assert taken.table is not None
    assert [row[0] for row in taken.table.rows] == list(range(1, 11))
    assert formats.fitting(taken) == ["csv", "png", "npz"]
    alone = PriorSamples().taken(view(pictures(3).with_views(kl=None)))
    assert formats.text(alone) == ""
    assert formats.fitting(alone) == ["png", "npy"]


@pytest.mark.parametrize(("panel", "name"), [(Codebook, "usage"), (Jacobian, "spectrum")])
def test_ranked_numbers_stand_by_size(panel: type[Codebook | Jacobian], name: str) -> None:
    taken = panel().taken(view(pictures(3).with_views(**{name: np.float32([0.1, 0.6, 0.3])})))
    assert taken.table is not None
    assert [row[-1] for row in taken.table.rows] == [np.float32(value) for value in (0.6, 0.3, 0.1)]
    if panel is Codebook:
        assert [row[1] for row in taken.table.rows] == [2, 3, 1]
    missing = panel().taken(view())
    assert missing.empty
    assert missing.missing


def test_sentences_give_the_answers_and_before_any_the_readings() -> None:
    before = of_words.sentences(view(readings(3)), [])
    assert before.table is not None
    assert before.table.rows[0] == ("the dog bit the man", "the dog bit the man read after 3")
    assert formats.fitting(before) == ["csv", "npy"]
    asked = Answers("x", "this run", pair=True)
    for query in queries("x", "oil fell", "oil rose"):
        asked = asked.with_answer(query, answer(query))
    after = of_words.sentences(view(readings(3)), [asked])
    assert after.table is not None
    assert after.table.rows[0][:3] == ("oil fell | oil rose", "this run", "cosine of the codes")
    nearest = [row for row in after.table.rows if row[2] == "nearest by the codes"]
    assert [row[3] for row in nearest] == list(range(1, 11))


def test_without_samples_it_is_said_why() -> None:
    nothing = View(RUN, 0, None, "it is being read")
    for panel in (Latent, Weights, PriorSamples):
        taken = panel().taken(nothing)
        assert taken.empty
        assert taken.missing == "it is being read"
