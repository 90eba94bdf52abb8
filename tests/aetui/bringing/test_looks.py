from __future__ import annotations

from pathlib import Path

from aetui.bringing.looks import Wish, as_fields, look


def test_messages_call_options_as_the_form_calls_its_fields_and_leave_other_words_alone() -> None:
    said = "say it with --kind, name it with --label-array; `x --verbose` -- or a-b stay"
    assert as_fields(said) == "say it with kind, name it with label_array; `x --verbose` -- or a-b stay"


def test_what_is_wrong_at_a_path_is_said_with_the_name_of_the_field(tmp_path: Path) -> None:
    (tmp_path / "a.unknown").write_bytes(b"\0")
    found = look(Wish(str(tmp_path / "a.unknown")))
    assert "kind: " in found.wrong
    assert "--" not in found.wrong
