from __future__ import annotations

import pytest
from fake_answers import answer, detection

from aetui.panels.scored import Scored
from aetui.render.detected import lines
from engine.queries.messages import Detect


@pytest.mark.parametrize("size", [(78, 12), (78, 6), (38, 10), (150, 20), (82, 8)])
@pytest.mark.parametrize("blocks", [True, False])
def test_figures_and_strips_fit_and_no_figure_is_cut_where_it_can_be_whole(size: tuple[int, int], blocks: bool) -> None:
    compared = answer(Detect(run_id="", baselines=("pca",)))
    for found in (detection(), compared, detection(strange=None, labels=None, classes=(), normal="")):
        drawn = [line.plain for line in lines(Scored(found), ["told"], size, blocks=blocks)]
        assert len(drawn) <= size[1]
        assert max(map(len, drawn)) <= size[0]
        assert size[0] < 78 or "…" not in "".join(drawn)
        assert "score error" in drawn[0]


def test_the_best_of_model_and_baselines_stands_first() -> None:
    compared = answer(Detect(run_id="", baselines=("pca",)))
    text = "\n".join(line.plain for line in lines(Scored(compared), [], (78, 12)))
    assert "AUROC/AP: the model 0.9700/0.9900 · PCA error 0.9000/0.9500" in text


def test_where_no_class_is_known_to_be_normal_baselines_say_what_is_missing() -> None:
    beside = answer(Detect(run_id="", baselines=("pca",))).baselines
    found = detection(strange=None, normal="", baselines=beside)
    text = "\n".join(line.plain for line in lines(Scored(found), [], (78, 12)))
    assert "baselines: no item is known to be an anomaly; N takes a class as normal" in text
