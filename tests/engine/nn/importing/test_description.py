"""What a description may name; no TensorFlow is needed to refuse one."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import RunError, UsageError
from engine.nn.importing.description import check, packed, unpacked


def part(name: str, module: Any = "keras.layers", registered: Any = None, /, **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": name, "config": config, "registered_name": registered}


def network(*layers: dict[str, Any]) -> dict[str, Any]:
    return part("Sequential", "keras", layers=list(layers))


GLOROT = part("GlorotUniform", "keras.initializers", seed=None)
DENSE = part("Dense", units=3, dtype=part("DTypePolicy", "keras", name="float32"), kernel_initializer=GLOROT)


def test_standard_layers_come_back_as_they_went() -> None:
    check(network(DENSE, part("Bidirectional", layer=part("LSTM", units=2))))
    assert unpacked(packed(network(DENSE), network(DENSE))) == (network(DENSE), network(DENSE))


@pytest.mark.parametrize(
    "strange",
    [
        part("Lambda", function="gibberish"),
        part("TFSMLayer", filepath="/etc"),
        part("Mine", "my.layers"),
        part("Mine", None, "evil>Mine"),
        part("Dense", "keras.layers", "evil>Dense"),
        part("system", "os"),
        part("run", "subprocess"),
        part("function", "builtins", config="system"),
        part("get_file", "keras.utils"),
        part("enable_unsafe_deserialization", "keras.config"),
        part("load_model", "keras"),
        part("__lambda__"),
        part("_private"),
        part("a.b"),
        part("Dense", ["keras.layers"]),
        {"class_name": ["Dense"], "module": "keras.layers"},
        {"class_name": "Dense"},
    ],
)
def test_anything_else_is_refused_however_deep_it_lies(strange: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="standard layers"):
        check(network(DENSE, part("TimeDistributed", layer=part("Dense", activation=[{"x": strange}]))))


def test_what_is_nested_without_end_is_refused() -> None:
    node: Any = DENSE
    for _ in range(200):
        node = [node]
    with pytest.raises(UsageError, match="without end"):
        check(node)


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b"\xff", b'"x"', b"[" * 10_000, b'{"format": 9, "encoder": 1, "decoder": 2}']
)
def test_texts_that_are_no_networks_are_refused(text: bytes) -> None:
    with pytest.raises(RunError):
        unpacked(text)
