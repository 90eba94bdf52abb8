"""The steps of the tour: what is said, and what has to have happened before the next one is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from aetui import keymap

ENOUGH = 8
"""Epochs after which the pictures have changed for everybody to see."""


class Seen(NamedTuple):
    """What the user has before them."""

    dialog: str = ""
    """The dialog above the workbench, by the name of its class; empty where there is none."""
    mode: str = "workbench"
    run: str = ""
    """The run shown, where this process trains or trained it."""
    epochs: int = 0
    """That are over."""
    going: bool = False
    cursor: int | None = None
    """The epoch that the time machine is at; None at the newest."""
    panel: str = ""


History = Sequence[Seen]
"""What was seen since a step began, the newest last; never empty."""


class Step(NamedTuple):
    """A row of the tour. In `text` names of actions stand in braces, in whose place their keys are shown."""

    title: str
    text: str
    done: Callable[[History], bool]

    def told(self, overrides: Mapping[str, str]) -> str:
        """The text with the user's keys; those between backticks."""
        return re.sub(r"{(\w+)}", lambda name: f"`{keymap.first_key(keymap.BY_ID[name[1]], overrides)}`", self.text)


def _opened(panel: str) -> Callable[[History], bool]:
    return lambda history: history[-1].panel == panel and any(seen.panel != panel for seen in history)


def _and_back(where: Callable[[Seen], bool]) -> Callable[[History], bool]:
    return lambda history: any(map(where, history)) and not where(history[-1])


def _dialog(name: str) -> Callable[[History], bool]:
    return _and_back(lambda seen: seen.dialog == name)


STEPS: tuple[Step, ...] = (
    Step(
        "Train",
        "{train} trains the chosen model with the settings on the left: it has to say each digit in 16 numbers, and "
        "to make the digit again from those.",
        lambda history: bool(history[-1].run),
    ),
    Step(
        "Watch",
        "The curve is the loss: how far what comes out is from what went in. The digits below it are none that it "
        "learns from; the second row is what comes out. {pause} holds the run still.",
        lambda history: history[-1].epochs >= ENOUGH or bool(history[-1].run and not history[-1].going),
    ),
    Step(
        "Go back in time",
        "{epoch_back} goes back an epoch, {epochs_back} ten, {first} to the first, also while it trains: the pictures "
        "go along.",
        lambda history: history[-1].cursor is not None,
    ),
    Step("And return", "{live} returns to the newest epoch.", lambda history: history[-1].cursor is None),
    Step(
        "What units look for",
        "{panel_weights} opens the weights: a tile for each of the 16 numbers. Light is what raises it, dark what "
        "lowers it.",
        _opened("weights"),
    ),
    Step(
        "Where the codes lie",
        "{panel_latent} shows the codes by class, beside principal components of the same digits.",
        _opened("latent"),
    ),
    Step(
        "Beside PCA",
        "{panel_digits} shows the digits again. The last row is PCA with as many numbers: what any autoencoder has to "
        "beat. {zoom} gives the panel all the room.",
        _opened("digits"),
    ),
    Step(
        "The figures",
        "{panel_health} says how the model is, and at the end of the run what it and the baselines reach on the test "
        "part. A model that loses is told so.",
        _opened("health"),
    ),
    Step(
        "The page of the model",
        "{explain} opens the page that explains the chosen model with your settings; {close} closes it.",
        _dialog("ExplainScreen"),
    ),
    Step(
        "Take it away",
        "{export} writes what the chart or the panel shows to a file: CSV, PNG, SVG; {no_file} writes nothing.",
        _dialog("ExportDialog"),
    ),
    Step(
        "All runs",
        "Every run is kept with its weights: {runs} lists them, {workbench} leads back.",
        _and_back(lambda seen: seen.mode == "runs"),
    ),
    Step(
        "That was it",
        "{models} chooses another model, {settings} changes settings, {help} lists all keys, {quit} leaves. `aetui "
        "explain why-pca` and its like answer what comes next.",
        lambda history: False,
    ),
)
