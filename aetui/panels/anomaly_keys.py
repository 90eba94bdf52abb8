"""The keys of the anomalies: rows of the table of actions (`aetui.keymap`)."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

ANOMALIES: tuple[PanelKey, ...] = (
    PanelKey("lower", "left", "threshold", "the threshold lower", "threshold(-1)", 6, "lower"),
    PanelKey("higher", "right", "threshold", "the threshold higher", "threshold(1)", 6, "threshold higher"),
    PanelKey("much_lower", "shift+left", "much lower", "threshold ten columns down", "threshold(-10)"),
    PanelKey("much_higher", "shift+right", "much higher", "threshold ten columns up", "threshold(10)"),
    PanelKey("threshold", "0", "threshold", "the threshold of the validation items", "threshold_back"),
    PanelKey("baselines", "b", "baselines", "PCA and others score the same items", "baselines", 15),
    PanelKey("normal", "N", "normal", "take the next class for normal, all others for strange", "normal", 17),
    PanelKey("score_again", "u", "score again", "have the newest weights score the items", "score_again", 16),
)
