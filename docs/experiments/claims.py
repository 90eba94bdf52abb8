"""What the pages claim, each with the runs that are to show it. `claims.json` keeps what came out; a row without an
entry there was not measured yet, and stands on no page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import measures
import pictures
from measures import Measure, health, term
from numpy.typing import NDArray
from trained import Setting, Trained

SEEDS = (11, 12, 13)


class Figure(NamedTuple):
    """A number of a run, and where it goes from the first setting to the last."""

    words: str
    measure: Measure
    goes: Literal["up", "down", "stays", "any"]
    """Up or down counts where the ranges over the seeds do not meet; to stay they have to meet; any: all are shown."""


class Claim(NamedTuple):
    """A row of the table. `says` is what stands on the page if all figures go as they are said to."""

    key: str
    page: str
    says: str
    settings: tuple[Setting, ...]
    figures: tuple[Figure, ...]
    picture: Callable[[Trained], NDArray[Any]] | None = pictures.answers
    seeds: tuple[int, ...] = SEEDS
    on: str = "the bundled digits"

    @property
    def common(self) -> str:
        """Preset and settings that all sides have, as they are typed."""
        first = self.settings[0]
        same = {
            name: value
            for name, value in first.config.items()
            if all(each.config.get(name) == value for each in self.settings)
        }
        preset = f"preset {first.preset}" if len({each.preset for each in self.settings}) == 1 else ""
        return ", ".join([*filter(None, [preset]), *(f"{name}={value}" for name, value in same.items())])

    @property
    def before(self) -> str:
        """The picture of what the models were given; "" where there is none."""
        return {pictures.answers: "digits", pictures.cleaned: "digits-noisy"}.get(self.picture, "")


def _varied(
    variant: str, name: str, *values: Any, preset: str = "small", dataset: str = "digits", **config: Any
) -> tuple[Setting, ...]:
    """The same settings with one that differs."""
    return tuple(Setting(f"{name}={value}", variant, preset, {**config, name: value}, dataset) for value in values)


ERROR = measures.error
STACK_16, STACK_2 = (
    Setting(f"layers={layers}", "stacked", "small", {"layers": layers, "epochs": 20}) for layers in ("256-16", "256-2")
)
DEEP = {"layers": "128-64-8", "epochs": 12, "pretrain_epochs": 1, "learning_rate": 0.003}
SMALL_TEXT = {
    "bag_of_words": 0.0,
    "epochs": 6,
    "units": 32,
    "length": 10,
    "vocabulary": 300,
    "dimensions": 16,
    "vectors": "corpus",
}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "vanilla-hidden_dim",
        "vanilla",
        "A larger `hidden_dim` keeps more of the picture.",
        _varied("vanilla", "hidden_dim", 4, 16, epochs=12),
        (Figure("error on the test part", ERROR, "down"),),
    ),
    Claim(
        "variational-beta",
        "variational",
        "A larger `beta` blurs: answers drift to the mean of their like.",
        _varied("variational", "beta", 0.5, 8.0, epochs=15),
        (
            Figure("error on the test part", ERROR, "up"),
            Figure("steepness of the answers, as a share of the images'", measures.sharpness, "down"),
        ),
    ),
    Claim(
        "sparse-beta",
        "sparse",
        "A larger `beta` holds the mean activation nearer to `rho`, here 0.05, and costs error.",
        _varied("sparse", "beta", 0.005, 1.0, epochs=12, learning_rate=0.01),
        (
            Figure("mean activation", health("mean_activation"), "down"),
            Figure("error on the test part", ERROR, "up"),
        ),
    ),
    Claim(
        "denoising-noise_std",
        "denoising",
        "A model is best at the noise that it learned from: with more of it, it cleans noisy images better and answers "
        "clean ones worse.",
        _varied("denoising", "noise_std", 0.1, 1.0, epochs=12),
        (
            Figure("error on test images with noise of 1.0", measures.error_of_noisy, "down"),
            Figure("error on clean test images", measures.error_of_clean, "up"),
        ),
        pictures.cleaned,
    ),
    Claim(
        "stacked-layers",
        "stacked",
        "Fewer numbers in the code make answers more alike: with two, each class has about one picture.",
        (STACK_16, STACK_2),
        (Figure("error on the test part", ERROR, "up"),),
    ),
    Claim(
        "stacked-pca",
        "stacked",
        "Two numbers are no better a map by themselves: of so few digits, after so short a run, the plane of two "
        "principal components tells the classes apart better.",
        (STACK_2,),
        (
            Figure("rightly classified by 15 nearest neighbours in PCA's plane", measures.pca_votes, "any"),
            Figure("in that of the codes", measures.votes, "any"),
        ),
        None,
    ),
    Claim(
        "contractive-saturated",
        "contractive",
        "A code can be still because it is dead: at this rate, and without `contraction`, sigmoid units saturate. Then "
        "‖J‖² is 0, and every answer is the mean image.",
        (
            Setting(
                "contraction=0.0",
                "contractive",
                "small",
                {"epochs": 12, "activation": "sigmoid", "learning_rate": 0.01, "contraction": 0.0},
            ),
        ),
        (
            Figure("‖J‖² on validation images", term("contraction"), "any"),
            Figure("error on the test part", ERROR, "any"),
        ),
    ),
    Claim(
        "autorec-weight_penalty",
        "autorec",
        "Without `weight_penalty` it learns ratings by heart.",
        _varied("autorec", "weight_penalty", 0.0, 2.0, preset="tuned", dataset="made-ratings"),
        (
            Figure("validation error, in training errors", measures.gap, "down"),
            Figure("RMSE on the test ratings, in stars", measures.rmse, "any"),
        ),
        pictures.table,
        on="made ratings",
    ),
    Claim(
        "convolutional-code_filters",
        "convolutional",
        "More `code_filters` keep more of the picture.",
        _varied("convolutional", "code_filters", 1, 8, epochs=4),
        (Figure("error on noisy test images", ERROR, "down"),),
        pictures.cleaned,
    ),
    Claim(
        "recurrent-hidden_dim",
        "recurrent",
        "A larger `hidden_dim` keeps more of the series, here of the rows of an image.",
        _varied("recurrent", "hidden_dim", 2, 16, epochs=10),
        (Figure("error on the test part", ERROR, "down"),),
    ),
    Claim(
        "vq-entries",
        "vq",
        "More `entries` say more, where a run gets going at all: with either number, the second of three seeds stayed "
        "at the mean image for all of its eight epochs.",
        _varied("vq", "entries", 4, 64, epochs=8),
        (Figure("error on the test part", ERROR, "any"),),
    ),
    Claim(
        "sentence-finding",
        "sentence",
        "Finding is easier than saying again: the ten nearest are all of the same matter, while few words come back "
        "from the code.",
        (Setting("bag_of_words=0.0", "sentence", "small", SMALL_TEXT, "made-sentences"),),
        (
            Figure("share of the ten nearest that are of the same matter", measures.same_matter, "any"),
            Figure("share of the words that are read back", measures.read_back, "any"),
        ),
        pictures.likeness,
        on="3,000 made sentences of six matters",
    ),
    Claim(
        "variational-samples",
        "variational",
        "With hardly any `beta` reconstructions are best and new images are worst: no codes lie where the prior is.",
        _varied("variational", "beta", 0.001, 0.5, epochs=15),
        (
            Figure("error on the test part", ERROR, "up"),
            Figure("distance of new images to the nearest training image", measures.strangeness, "down"),
        ),
        pictures.drawn,
    ),
    Claim(
        "autorec-flat",
        "autorec",
        "With far too much of it answers are flat: nearly the same to everybody.",
        _varied("autorec", "weight_penalty", 2.0, 200.0, preset="tuned", dataset="made-ratings"),
        (
            Figure("standard deviation of the answers, in that of the ratings", measures.flatness, "down"),
            Figure("RMSE on the test ratings, in stars", measures.rmse, "up"),
        ),
        pictures.table,
        on="made ratings",
    ),
    # Answers.
    Claim(
        "pca-first",
        "why-pca",
        "A first run with the published settings loses to PCA by far. Preset `small` has come nearer after as many "
        "epochs, and is still behind: it is made for a hundred.",
        (
            Setting("preset=book, 16 numbers", "vanilla", "book", {"hidden_dim": 16, "epochs": 12, "validation": 0.1}),
            Setting("preset=small", "vanilla", "small", {"hidden_dim": 16, "epochs": 12}),
        ),
        (
            Figure("error on the test part", ERROR, "down"),
            Figure("of PCA", measures.pca_error, "stays"),
            Figure("dead units of 16", health("dead"), "down"),
        ),
    ),
    *(
        Claim(
            f"pretraining-{activation}",
            "pretraining",
            f"With `activation={activation}`:",
            tuple(
                Setting(f"training={how}", "stacked", "small", {**DEEP, "activation": activation, "training": how})
                for how in ("end_to_end", "greedy")
            ),
            (Figure("error on the test part", ERROR, "any"),),
        )
        for activation in ("sigmoid", "gelu")
    ),
    Claim(
        "seeds",
        "tune-on",
        "Eight seeds of one recipe:",
        (Setting("preset=small", "vanilla", "small", {"hidden_dim": 16, "epochs": 12}),),
        (
            Figure("loss on the test part", measures.test_loss, "any"),
            Figure("lowest validation loss", measures.lowest_loss, "any"),
        ),
        None,
        tuple(range(11, 19)),
    ),
    Claim(
        "vanilla-output",
        "vanilla",
        "With `output=relu` pixels die: they stay black whatever the item.",
        _varied("vanilla", "output", "sigmoid", "relu", epochs=12, reconstruction="mse", learning_rate=0.01),
        (Figure("share of dead outputs", measures.dead_share, "up"), Figure("error on the test part", ERROR, "up")),
    ),
    Claim(
        "sparse-k",
        "sparse",
        "With `penalty=topk`, the more units may speak the less each of them stands for: strokes in the place of whole "
        "digits.",
        _varied("sparse", "k", 2, 40, preset="topk", epochs=12, hidden_dim=100, batch_size=32),
        (
            Figure("share of the pixels that hold half of what a unit adds", measures.spread_of_units, "down"),
            Figure("error on the test part", ERROR, "down"),
        ),
        pictures.units,
    ),
)
