"""The estimator and its runs, with a backend that trains nothing."""

from __future__ import annotations

import copy
import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Autoencoder, load_run
from engine.datasets import known
from engine.errors import EngineError
from engine.estimator import shared, training
from engine.estimator.training import Interrupted
from engine.runs.store import RunStore

pytestmark = pytest.mark.usefixtures("without_tensorflow")


def made(**params: Any) -> Autoencoder:
    return Autoencoder(**{"preset": "book", "output": "linear", "epochs": 2, "verbose": 0, **params})


def runs(root: Path) -> list[str]:
    return [run.name or run.id for run in RunStore(root).summaries()]


def test_a_fit_is_a_run_of_the_store_that_other_processes_know_the_data_of(x: Any, tmp_path: Path) -> None:
    fitted = made(name="mine").fit(x)
    record = RunStore(tmp_path / "runs").find("mine")
    assert (record.id, record.status, record.kind) == (fitted.run_id_, "completed", "vectors")
    assert known(record.dataset) is not None
    assert (fitted.n_iter_, fitted.history_["loss"]) == (2, [1.0, 0.5])


def test_codes_are_of_numbers_as_they_are_normalised_and_answers_in_the_units_of_x(x: Any) -> None:
    fitted = made().fit(x)
    normal = (x - x.mean(axis=0)) / x.std(axis=0)
    assert np.allclose(fitted.transform(x), normal[:, :3], atol=1e-5)
    assert np.allclose(fitted.inverse_transform(np.zeros((2, 3))), (x.mean(axis=0) + 0.5 * x.std(axis=0)))
    assert np.allclose(fitted.score_samples(x), -np.square(normal - 0.5).mean(axis=1), atol=1e-5)
    assert list(fitted.get_feature_names_out()) == ["autoencoder0", "autoencoder1", "autoencoder2"]


def test_the_share_beyond_the_threshold_is_that_which_was_asked_for(x: Any) -> None:
    fitted = made(contamination=0.25).fit(x)
    assert (fitted.predict(x) == -1).mean() == 0.25
    assert ((fitted.decision_function(x) < 0) == (fitted.predict(x) < 0)).all()


def test_a_name_that_is_taken_gets_a_number(x: Any, tmp_path: Path) -> None:
    one = made(name="mine")
    one.fit(x).fit(x)
    assert sorted(runs(tmp_path / "runs")) == ["mine", "mine-2"]


def test_what_is_not_to_be_kept_leaves_nothing(x: Any, tmp_path: Path) -> None:
    fitted = made(store=False).fit(x)
    assert not (tmp_path / "runs").exists()
    assert not (tmp_path / "cache" / "aetui" / "python").exists()
    assert fitted.transform(x).shape == (40, 3)


def test_a_pickle_answers_where_its_run_is_gone(x: Any, tmp_path: Path) -> None:
    fitted = made().fit(x)
    codes, packed = fitted.transform(x), pickle.dumps(fitted)
    shutil.rmtree(tmp_path / "runs")
    opened = pickle.loads(packed)
    assert np.array_equal(opened.transform(x), codes)
    assert opened.offset_ == fitted.offset_
    assert np.array_equal(pickle.loads(pickle.dumps(opened)).transform(x), codes)


def test_a_copy_asks_the_run_itself_while_it_is_the_same(x: Any, tmp_path: Path) -> None:
    copied = copy.deepcopy(made().fit(x))
    copied.transform(x)
    assert not (tmp_path / "passing").exists()


def test_part_by_part_one_run_grows_and_its_data_are_not_kept(x: Any, tmp_path: Path) -> None:
    growing = made()
    for part in (x[:20], x[20:], x):
        growing.partial_fit(part)
    [record] = RunStore(tmp_path / "runs").runs()
    assert (growing.n_iter_, record.epochs, record.id) == (3, 3, growing.run_id_)
    assert known(record.dataset) is None
    normal = (x - x[:20].mean(axis=0)) / x[:20].std(axis=0)
    assert np.allclose(growing.transform(x), normal[:, :3], atol=1e-5)


def test_a_copy_that_goes_on_leaves_the_first_as_it_is(x: Any, tmp_path: Path) -> None:
    first = made().partial_fit(x)
    second = copy.deepcopy(first).partial_fit(x)
    assert first.run_id_ != second.run_id_
    assert (first.n_iter_, second.n_iter_) == (1, 2)
    assert RunStore(tmp_path / "runs").find(first.run_id_).epochs == 1


def test_what_has_learned_to_its_end_does_not_go_on(x: Any) -> None:
    with pytest.raises(ValueError, match="fallen to 0 along a cosine"):
        made(schedule="cosine").fit(x).partial_fit(x)


def test_a_run_is_loaded_with_its_settings_and_its_threshold(x: Any) -> None:
    fitted = made(hidden_dim=7, name="mine").fit(x)
    loaded = load_run("mine")
    assert loaded.get_params()["hidden_dim"] == 7
    assert np.array_equal(loaded.transform(x), fitted.transform(x))
    assert loaded.decision_function(x) == pytest.approx(fitted.decision_function(x))


def test_a_loaded_run_whose_data_are_gone_has_codes_and_says_that_there_is_no_threshold(x: Any, tmp_path: Path) -> None:
    made().fit(x)
    shutil.rmtree(tmp_path / "cache")
    loaded = load_run()
    assert loaded.transform(x).shape == (40, 3)
    with pytest.raises(EngineError, match="came from a Python program"):
        loaded.predict(x)


def test_an_unknown_run_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="none yet"):
        load_run()


def test_the_first_interrupt_keeps_the_weights(x: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SimpleQueue", lambda: Interrupting((4,)))
    with pytest.warns(Interrupted, match="weights are kept"):
        stopped = made(epochs=500).fit(x)
    assert stopped.n_iter_ < 500
    assert stopped.transform(x).shape == (40, 3)


def test_the_second_interrupt_is_one(x: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SimpleQueue", lambda: Interrupting((4, 5)))
    with pytest.raises(KeyboardInterrupt):
        made(epochs=500).fit(x)


def test_a_run_that_fails_is_an_error_with_its_reason(x: Any, without_tensorflow: Any) -> None:
    without_tensorflow.fault = RuntimeError("the disk melted")
    with pytest.raises(EngineError, match="the disk melted"):
        made().fit(x)


def test_a_bar_of_epochs_is_shown_unless_it_is_not_wanted(x: Any, capfd: pytest.CaptureFixture[str]) -> None:
    made().fit(x)
    assert capfd.readouterr() == ("", "")
    made(verbose=1).fit(x)
    shown = capfd.readouterr().err
    assert "vanilla: 100%" in shown
    assert "validation=0.5" in shown


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"contamination": 0.7}, "contamination: expected a share"),
        ({"normalise": "log"}, "normalise: expected standard"),
        ({"variant": "varnish"}, "not an autoencoder here"),
        ({"hidden_dim": 0}, "hidden_dim"),
        ({"output": "sigmoid"}, "set output to linear"),
    ],
)
def test_what_is_impossible_is_a_value_error(x: Any, params: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        made(**params).fit(x)


def test_a_child_of_a_fork_is_told_to_start_anew(x: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "_FORKED", True)
    with pytest.raises(RuntimeError, match="loky"):
        made().fit(x)


class Interrupting:
    """A queue of events that is interrupted, as by Ctrl-C, when it is asked for the so-and-so-manieth time."""

    def __init__(self, at: tuple[int, ...]) -> None:
        from queue import SimpleQueue

        self._queue: Any = SimpleQueue()
        self._at = at
        self._asked = 0
        self.put = self._queue.put

    def get(self, timeout: float) -> Any:
        self._asked += 1
        if self._asked in self._at:
            raise KeyboardInterrupt
        return self._queue.get(timeout=timeout)
