"""One word for one thing."""

from __future__ import annotations

from typing import Any

import pytest

from aetui.widgets import job_form
from engine.params import Param, parse
from engine.registry import VARIANTS
from engine.variants.variant import Variant


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=list(VARIANTS))
def test_what_an_alarm_advises_to_change_is_a_field_of_the_form_by_the_same_name(variant: Variant[Any]) -> None:
    fields = {param.name: param for param in job_form.of_preset(variant, None).fields}
    for condition in variant.alarms:
        for advice in condition.advice:
            assert {advice.setting, *advice.where} <= fields.keys()
            assert advice.setting in advice.text.split()
            if advice.value:
                assert parse(fields[advice.setting], advice.value) == advice.value


def test_the_form_has_no_other_word_for_a_setting_than_its_name() -> None:
    assert "label" not in Param.__struct_fields__
