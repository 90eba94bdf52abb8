from __future__ import annotations

from typing import Any

import pytest

from engine import params, registry
from engine.backend import EpochReport, Training
from engine.errors import EngineError
from engine.nn.tensorflow_backend import KerasBackend

pytestmark = pytest.mark.slow


def training(data: Any) -> Training:
    config = params.configure(registry.preset("vanilla", "book"), {"epochs": 2, "batch_size": 16, "hidden_dim": 8})
    return KerasBackend("cpu").training(registry.variant("vanilla"), config, data, None)


def test_a_tensor_there_is_no_room_for_is_said_in_our_words() -> None:
    import tensorflow as tf

    from engine.nn.memory import enough_memory

    config = registry.preset("vanilla", "book")
    with pytest.raises(EngineError, match=r"batch_size \(now 256\)") as caught, enough_memory(config):
        tf.zeros([1 << 46])  # more than there are addresses
    assert caught.value.title == "Out of memory"
    with pytest.raises(tf.errors.InvalidArgumentError), enough_memory(config):
        tf.zeros([2, 3]) @ tf.zeros([2, 3])


@pytest.mark.parametrize("kind", ["ResourceExhaustedError", "InternalError"])
def test_a_step_without_room_ends_the_run_and_the_next_one_trains(
    kind: str, small_data: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    short = training(small_data())
    reports = short.run()
    next(report for report in reports if isinstance(report, EpochReport))
    kept = short.checkpoint()
    errors = {
        "ResourceExhaustedError": tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor"),
        "InternalError": tf.errors.InternalError(None, None, "CUBLAS_STATUS_ALLOC_FAILED"),
    }

    def full(*arguments: Any, **settings: Any) -> Any:
        raise errors[kind]

    with monkeypatch.context() as patch:
        patch.setattr("engine.nn.chunks.Chunks.run", full)
        with pytest.raises(EngineError, match="Out of memory"):
            list(reports)
    assert short.checkpoint().position == kept.position
    assert len([report for report in training(small_data()).run() if isinstance(report, EpochReport)]) == 2
