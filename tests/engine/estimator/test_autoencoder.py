"""The estimator and its runs, with a backend that trains nothing."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest

from engine import Autoencoder, load_run
from engine.datasets import known
from engine.errors import EngineError
from engine.estimator import shared, training
from engine.estimator.training import Interrupted
from engine.events import EpochEnded
from engine.runs.store import RunStore

pytestmark = pytest.mark.usefixtures("without_tensorflow")


def made(**params: Any) -> Autoencoder:
    return Autoencoder(**{"preset": "book", "output": "linear", "epochs": 2, "verbose": 0, **params})


def test_a_fit_is_a_run_that_is_asked_loaded_pickled_and_copied(x: Any, tmp_path: Path) -> None:
    fitted = made(name="mine", contamination=0.25, hidden_dim=7).fit(x)
    store = RunStore(tmp_path / "runs")
    record = store.find("mine")
    assert (record.id, record.status, record.kind) == (fitted.run_id_, "completed", "vectors")
    assert known(record.dataset) is not None  # other processes know what it learned from
    assert (fitted.n_iter_, fitted.history_["loss"]) == (2, [1.0, 0.5])

    normal = (x - x.mean(axis=0)) / x.std(axis=0)
    codes = fitted.transform(x)
    assert np.allclose(codes, normal[:, :3], atol=1e-5)
    assert np.allclose(fitted.inverse_transform(np.zeros((2, 3))), x.mean(axis=0) + 0.5 * x.std(axis=0))
    assert np.allclose(fitted.score_samples(x), -np.square(normal - 0.5).mean(axis=1), atol=1e-5)
    assert (fitted.predict(x) == -1).sum() == 9  # at most a quarter of others like them
    assert list(fitted.get_feature_names_out()) == ["autoencoder0", "autoencoder1", "autoencoder2"]

    loaded = load_run("mine")
    assert loaded.get_params()["hidden_dim"] == 7
    assert np.array_equal(loaded.transform(x), codes)
    assert np.array_equal(loaded.set_params(contamination=0.25).predict(x), fitted.predict(x))

    assert np.array_equal(copy.deepcopy(fitted).transform(x), codes)
    assert not (tmp_path / "passing").exists()  # a copy asks the run itself while it is the same

    packed, verdicts = pickle.dumps(fitted), fitted.predict(x)
    (tmp_path / "runs").rename(tmp_path / "elsewhere")
    opened = pickle.loads(packed)
    assert np.array_equal(opened.transform(x), codes)
    assert np.array_equal(pickle.loads(pickle.dumps(opened)).predict(x), verdicts)


def test_a_loaded_run_whose_data_are_gone_has_codes_and_says_why_it_has_no_threshold(x: Any, tmp_path: Path) -> None:
    made(name="mine").fit(x)
    (tmp_path / "cache").rename(tmp_path / "elsewhere")
    loaded = load_run()
    assert loaded.transform(x).shape == (40, 3)
    with pytest.raises(EngineError, match="came from a Python program"):
        loaded.predict(x)


def test_what_is_not_to_be_kept_leaves_nothing_and_fits_again(x: Any, tmp_path: Path) -> None:
    fitted = made(store=False, name="mine").fit(x).fit(x)
    assert not (tmp_path / "runs").exists()
    assert not (tmp_path / "cache" / "aetui" / "python").exists()
    assert fitted.transform(x).shape == (40, 3)
    assert sorted(run.name for run in RunStore(tmp_path / "passing").summaries()) == ["mine", "mine-2"]


def test_part_by_part_one_run_grows_and_a_copy_goes_on_by_itself(x: Any, tmp_path: Path) -> None:
    growing = made()
    for part in (x[:20], x[20:]):
        growing.partial_fit(part)
    [record] = RunStore(tmp_path / "runs").runs()
    assert (growing.n_iter_, record.epochs, record.id) == (2, 2, growing.run_id_)
    assert known(record.dataset) is None
    normal = (x - x[:20].mean(axis=0)) / x[:20].std(axis=0)
    assert np.allclose(growing.transform(x), normal[:, :3], atol=1e-5)
    other = copy.deepcopy(growing).partial_fit(x)
    assert (growing.n_iter_, other.n_iter_) == (2, 3)
    assert other.history_["loss"] == pytest.approx([1, 1 / 2, 1 / 3])
    assert RunStore(tmp_path / "runs").find(growing.run_id_).epochs == 2


def test_what_has_learned_to_its_end_does_not_go_on(x: Any) -> None:
    with pytest.raises(ValueError, match="fallen to 0 along a cosine"):
        made(schedule="cosine").fit(x).partial_fit(x)


def test_an_unknown_run_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="none yet"):
        load_run()


class InterruptedQueue:
    """Events, and after the first epoch so many interrupts."""

    def __init__(self, times: int) -> None:
        self._queue: SimpleQueue[Any] = SimpleQueue()
        self._times = times
        self._begun = False
        self.put = self._queue.put

    def get(self, timeout: float) -> Any:
        if self._begun and self._times:
            self._times -= 1
            raise KeyboardInterrupt
        event = self._queue.get(timeout=timeout)
        self._begun |= isinstance(event, EpochEnded)
        return event


def test_the_first_interrupt_keeps_the_weights_and_the_second_is_one(x: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SimpleQueue", lambda: InterruptedQueue(1))
    with pytest.warns(Interrupted, match="weights are kept"):
        stopped = made(epochs=500).fit(x)
    assert 1 <= stopped.n_iter_ < 500
    assert stopped.transform(x).shape == (40, 3)
    monkeypatch.setattr(training, "SimpleQueue", lambda: InterruptedQueue(2))
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


def test_what_a_process_left_that_was_ended_goes_with_the_next_and_what_is_in_use_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "_PASSING", [])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left, other = tmp_path / f"{shared.PREFIX}left", tmp_path / f"{shared.PREFIX}other"
    left.mkdir()
    other.mkdir()
    (left / shared.LOCK).touch()
    first = shared.passing_root()
    monkeypatch.setattr(shared, "_PASSING", [])
    second = shared.passing_root()
    assert sorted(tmp_path.iterdir()) == sorted([other, first, second])


def test_rows_without_a_number_are_warned_of_and_such_alone_are_refused(x: Any) -> None:
    fitted = made().fit(x)
    x[1] = np.nan
    with pytest.warns(UserWarning, match="1 row with no known number"):
        fitted.score_samples(x)
    with pytest.warns(UserWarning, match="9 rows"), pytest.raises(ValueError, match="all are NaN"):
        made().fit(np.full((9, 5), np.nan))
    with pytest.raises(ValueError, match="n: expected a whole number"):
        fitted.sample(-1)
