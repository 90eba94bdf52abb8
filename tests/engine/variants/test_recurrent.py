"""The recurrent autoencoder: its networks in every form, what their codes depend on, and that it learns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import params
from engine.datasets.catalogue import DataSet
from engine.errors import SettingError
from engine.nn import runtime
from engine.registry import VARIANTS

RECURRENT = VARIANTS["recurrent"]
FORMS: dict[str, dict[str, Any]] = {
    "lstm": {"cell": "lstm", "directions": "forward"},
    "gru from both ends": {"cell": "gru", "directions": "both"},
    "two layers, reversed": {"cell": "gru", "depth": 2, "order": "reversed"},
    "the state is the code": {"hidden_dim": 0},
}


def networks(shape: tuple[int, ...], **settings: Any) -> Any:
    runtime.load("cpu")
    from engine.nn.layers import Blocks

    config = params.configure(RECURRENT.presets["series"], {"units": 6, "hidden_dim": 3, **settings})
    return RECURRENT.networks(config, shape, Blocks(1, "float32"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", [(7, 2), (5, 4, 3)])
def test_every_form_reads_windows_and_rows_of_images_and_answers_in_their_shape(
    form: str, shape: tuple[int, ...]
) -> None:
    found = networks(shape, **FORMS[form])
    items = np.random.default_rng(0).normal(size=(3, *shape)).astype(np.float32)
    codes = np.asarray(found.encode(items))
    assert codes.shape == (3, 6 if form == "the state is the code" else 3)
    assert np.asarray(found.decode(codes)).shape == (3, *shape)
    first, last = items.copy(), items.copy()
    first[:, 0] += 1
    last[:, -1] += 1
    assert (np.abs(found.encode(first) - codes).max(axis=1) > 1e-6).all()
    assert (np.abs(found.encode(last) - codes).max(axis=1) > 1e-6).all()


def test_a_reversed_decoder_says_the_same_steps_last_one_first() -> None:
    codes = np.random.default_rng(0).normal(size=(3, 3)).astype(np.float32)
    forward, backward = (
        np.asarray(networks((7, 2), directions="forward", order=order).decode(codes))
        for order in ("forward", "reversed")
    )
    np.testing.assert_allclose(backward, forward[:, ::-1], rtol=1e-5)


def test_outputs_that_cannot_reach_the_numbers_of_a_series_are_refused_and_series_get_others() -> None:
    unbounded = DataSet(key="log", title="", kind="windows", source="", licence="", bounded=False)
    with pytest.raises(SettingError, match="output to linear"):
        RECURRENT.check_data(RECURRENT.presets["small"], unbounded)
    for name in ("series", "book"):
        RECURRENT.check_data(RECURRENT.presets[name], unbounded)
    with pytest.raises(SettingError, match="sigmoid"):
        RECURRENT.check(params.configure(RECURRENT.presets["series"], {"reconstruction": "bce"}))


def test_xla_compiles_its_steps_where_no_gpu_has_a_loop_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime.load("cpu")
    from engine.nn import chunks

    for gpu in (False, True):
        monkeypatch.setattr(chunks, "on_gpu", lambda gpu=gpu: gpu)
        assert chunks._by_xla(RECURRENT.xla) is not gpu
        assert chunks._by_xla(True)
        assert not chunks._by_xla(False)


@pytest.mark.parametrize("simple", [False, True])
def test_networks_of_standard_layers_answer_the_same(simple: bool) -> None:
    found = networks((5, 2), cell="lstm", order="reversed", directions="both")
    from engine.nn.exporting.standard import standard

    items = np.random.default_rng(0).normal(size=(3, 5, 2)).astype(np.float32)
    codes = found.encode(items)
    np.testing.assert_allclose(standard(found.encoder, simple=simple)(items), codes, atol=1e-5)
    np.testing.assert_allclose(standard(found.decoder, simple=simple)(codes), found.decode(codes), atol=1e-5)
