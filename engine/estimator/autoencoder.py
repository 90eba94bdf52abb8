"""An autoencoder as an estimator of scikit-learn: features, reconstructions, anomalies, new items."""

from __future__ import annotations

import numbers
import os
import warnings
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, OutlierMixin, TransformerMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from engine.datasets.own.given import Given, known
from engine.errors import counted
from engine.estimator import forms, recipes, training
from engine.estimator.fitted import Fitted
from engine.estimator.recipes import told
from engine.estimator.shared import Shared
from engine.runs.jobs import Job, ResumeJob, TrainJob


class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, OutlierMixin, Fitted):
    """An autoencoder: `fit` trains a run of the run store, everything else asks it.

    X has 2 axes (rows of numbers, NaN where one is not known; normalised as fitted to what is trained on) or 3 or 4
    (images: bytes, or floats from 0 to 1; windows of series, (items, steps, channels), for models that learn from such
    or with kind="windows"). What is given back is in the units of X.

    Parameters:
        variant: as `aetui variants` lists them.
        preset: its settings to begin with; None: those that suit such data.
        epochs, batch_size, learning_rate, patience: as `aetui variants VARIANT` tells; None: as in the preset.
        validation: share of X held out, by which the best epoch is chosen and the threshold is set.
        random_state: the seed; None: that of the preset, so that the same call gives the same model.
        normalise: of numbers that are no images: "standard", "minmax" or "none".
        kind: "auto", or what X is: "vectors", "windows", "image".
        contamination: share of items like those that were held out (trained on, where none were) that are beyond the
            threshold; as `aetui detect` has it unless it is told otherwise.
        name: of the run; one that is taken gets a number behind it.
        store: keep run and data for other processes and later; False: they go with this process.
        runs_dir: where runs are kept; None: $AETUI_RUNS, else the user's data folder.
        device: "auto", "cpu", "gpu" or "gpu:N"; "gpu:0,1" or "gpu:all" for several.
        verbose: 1 shows a bar of epochs, 0 nothing.
        settings: all others that the variant has: latent_dim=8, hidden_dim=64, schedule="constant" …

    Attributes:
        run_id_: of the run, for `aetui runs show`, `aetui open`, `load_run`.
        history_: losses by epoch, `history_["loss"]`, `history_["validation_loss"]` …
        metrics_: what `aetui runs show` tells of the end.
        offset_: what of `score_samples` is the threshold of `predict`.
        n_iter_: complete epochs. `n_features_in_`, `feature_names_in_`: as everywhere.
    """

    def __init__(
        self,
        variant: str = "vanilla",
        *,
        preset: str | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        patience: int | None = None,
        validation: float | None = None,
        random_state: Any = None,
        normalise: forms.Normalise = "standard",
        kind: Literal["auto", "vectors", "windows", "image"] = "auto",
        contamination: float = 0.01,
        name: str = "",
        store: bool = True,
        runs_dir: str | os.PathLike[str] | None = None,
        device: str = "auto",
        verbose: int = 1,
        **settings: Any,
    ) -> None:
        self.variant = variant
        self.preset = preset
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.validation = validation
        self.random_state = random_state
        self.normalise = normalise
        self.kind = kind
        self.contamination = contamination
        self.name = name
        self.store = store
        self.runs_dir = runs_dir
        self.device = device
        self.verbose = verbose
        self._take(settings)

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Train a new run on X; y, where it holds classes, is for pictures and for an even draw of the held-out items.

        Raises:
            ValueError: X or a setting is impossible.
            engine.errors.EngineError: the run failed, or cannot be kept.
        """
        with told():
            recipes.check(self)
            x = self._validated(X, reset=True)
            if x.dtype.kind == "f" and np.isnan(x).all():
                raise ValueError("X: expected known numbers to learn from, but all are NaN")
            labels, classes = forms.labelled(y, len(x))
            kind, preset, config = recipes.recipe(self, x)
            held = recipes.held_out(labels, config.validation)
            form = forms.FITTED[kind](x, self._names(), self.normalise, ~held)
            given = Given(kind, form.items(x), labels, held, classes, form.columns)
            engine = self._new_engine()
            settings = recipes.changed(self, validation=config.validation if held.any() else 0.0)
            with known(given, preset, keep=self.store) as dataset:
                self._train(engine, self._job(engine, dataset, preset, settings), config.epochs)
            self._form = form
            of = given.items[held] if held.any() else recipes.some(given.items)
            self.offset_ = recipes.offset(self._model().errors(of), self.contamination)
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """One epoch more, on X alone: the run begins with the first call, which fixes how numbers are normalised, and
        grows with every other. Nothing is held out, and X is not kept. y is ignored.

        Raises: as `fit`; also ValueError for a run whose learning rate has fallen to nothing, or that has stages.
        """
        del y
        with told():
            recipes.check(self)
            first = not self.__sklearn_is_fitted__()
            x = self._validated(X, reset=first)
            nobody = np.zeros(len(x), np.bool_)
            kind, preset, _ = recipes.recipe(self, x)
            form = forms.FITTED[kind](x, self._names(), self.normalise, ~nobody) if first else self._form
            labels, classes = forms.labelled(None, len(x))
            given = Given(kind, form.items(x), labels, nobody, classes, form.columns)
            engine = self._new_engine() if first else self._engine_to_go_on()
            before = 0 if first else self.n_iter_
            with known(given, preset, keep=False) as dataset:
                if first:
                    once = recipes.changed(self, epochs=1, validation=0.0, patience=0, schedule="constant")
                    job: Job = self._job(engine, dataset, preset, once)
                else:
                    job = ResumeJob(run_id=self._run[1], epochs=before + 1, dataset=dataset)
                self._train(engine, job, before + 1, before)
            self._form, self._weights = form, "last"
            self.offset_ = recipes.offset(self._model().errors(recipes.some(given.items)), self.contamination)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Codes of X, (items, numbers of a code); of a run on text, X is a list of sentences."""
        with told():
            check_is_fitted(self)
            if self._form.spoken:
                return self._model().codes_of_texts(forms.texts(X))
            return self._model().codes(self._items(X))

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Items for codes, in the units of what was fitted."""
        with told():
            check_is_fitted(self)
            codes = check_array(X, dtype=np.float32)
            return self._form.restored(self._model().decoded(codes))

    def reconstruct(self, X: ArrayLike) -> NDArray[Any]:
        """X as it comes back through the code, in its own units; what was NaN is filled in."""
        with told():
            check_is_fitted(self)
            return self._form.restored(self._model().outputs(self._items(X)))

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Minus the mean squared error of each item as the network sees it: the lower, the stranger."""
        with told():
            check_is_fitted(self)
            return -self._model().errors(self._items(X)).astype(np.float64)

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """`score_samples` less the threshold: below 0 are anomalies."""
        scores = self.score_samples(X)
        with told():
            return scores - self._threshold()

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """1 for items like those that were fitted, -1 for anomalies."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def score(self, X: ArrayLike, y: ArrayLike | None = None) -> float:
        """Minus the mean of all items' errors: the greater, the better. y is ignored."""
        del y
        return float(self.score_samples(X).mean())

    def sample(self, n: Any = 1, *, temperature: float = 1.0, random_state: Any = None) -> NDArray[Any]:
        """n new items from the prior of the codes. Raises ValueError for a variant without one."""
        with told():
            check_is_fitted(self)
            if isinstance(n, bool) or not isinstance(n, numbers.Integral) or n < 1:
                raise ValueError(f"n: expected a whole number of items from 1, got {n!r}")
            seed = int(check_random_state(random_state).randint(2**31 - 1))
            return self._form.restored(self._model().sampled(int(n), temperature, seed))

    def __sklearn_tags__(self) -> Tags:
        """Missing numbers are fine, images have more axes than two, codes are float32 whatever X is."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _validated(self, X: Any, *, reset: bool) -> NDArray[Any]:
        """X as numbers. Raises ValueError or TypeError where scikit-learn would."""
        forms.check_columns(X)
        if forms.axes(X) <= 2:
            rows: NDArray[Any] = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
            if empty := int(np.isnan(rows).all(axis=1).sum()):
                words = (
                    f"X: {counted(empty, 'row')} with no known number: what comes of such is a guess, its error is 0"
                )
                warnings.warn(words, stacklevel=3)
            return rows
        found: NDArray[Any] = check_array(X, dtype=None, allow_nd=True, ensure_all_finite="allow-nan", estimator=self)
        if reset:
            self.__dict__.pop("feature_names_in_", None)
            self.n_features_in_ = int(np.prod(found.shape[1:]))
        return found

    def _names(self) -> list[str] | None:
        names = getattr(self, "feature_names_in_", None)
        return None if names is None else [str(name) for name in names]

    def _items(self, X: ArrayLike) -> NDArray[Any]:
        return self._form.items(self._validated(X, reset=False) if self._form.numeric else X)

    def _job(self, engine: Shared, dataset: str, preset: str, settings: dict[str, Any]) -> TrainJob:
        name = recipes.free_name(self.name, engine.store)
        return TrainJob(variant=self.variant, dataset=dataset, preset=preset, config=settings, name=name)

    def _train(self, engine: Shared, job: Job, epochs: int, before: int = 0) -> None:
        run_id, _ = training.train(engine, job, epochs, before, bar=bool(self.verbose))
        self._trained(engine.store.find(run_id))
