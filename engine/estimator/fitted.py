"""A fitted estimator and its run: which engine answers, what is known of the run, what goes along in a pickle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.datasets import data_dir_from
from engine.estimator import carried, own_items, recipes, shared
from engine.estimator.asking import Model
from engine.estimator.settings import Settings
from engine.events import RunFinished, RunStarted, complete_epochs
from engine.queries.messages import Weights
from engine.runs.writer import new_run_id

if TYPE_CHECKING:
    from engine.estimator.forms import Form
    from engine.estimator.shared import Shared
    from engine.runs.store import RunRecord


class Fitted(Settings):
    """What is behind the methods of `engine.estimator.autoencoder.Autoencoder`."""

    name: str
    store: bool
    runs_dir: Any
    device: str
    contamination: float
    offset_: float
    history_: dict[str, list[float | None]]

    _form: Form
    _run: tuple[Path, str]
    """Where it is kept, and its id there."""
    _weights: Weights
    _carried: carried.Files
    """Of one that was pickled or copied."""
    _code_size: int

    def __sklearn_is_fitted__(self) -> bool:
        """Whether there is a run."""
        return hasattr(self, "_run")

    def __getstate__(self) -> dict[str, Any]:
        """With the files of the run that answers are made of."""
        state: dict[str, Any] = dict(super().__getstate__())
        if self.__sklearn_is_fitted__() and "_carried" not in state:
            state["_carried"] = carried.files(self._record().folder, self._weights)
        return state

    @property
    def _n_features_out(self) -> int:
        return self._code_size

    def _new_engine(self) -> Shared:
        """For a run to be made."""
        root = shared.root_of(self.runs_dir) if self.store else shared.passing_root()
        return shared.engine(root, self.device, data_dir_from(None))

    def _engine(self) -> Shared:
        """Of the run that there is."""
        if "_carried" in vars(self):
            self._run = carried.place_of(self._run[1], self._run[0], self._carried, self._weights)
        return shared.engine(self._run[0], self.device, data_dir_from(None))

    def _engine_to_go_on(self) -> Shared:
        """Likewise, of a run that nobody else's answers come from: a copy has one of its own from now on."""
        recipes.check_goes_on(self._record())
        if "_carried" not in vars(self):
            return self._engine()
        root = shared.root_of(self.runs_dir) if self.store else shared.passing_root()
        self._run = root, new_run_id(self._record().variant)
        carried.write(root / self._run[1], self._carried)
        del self._carried
        return self._engine()

    def _record(self) -> RunRecord:
        engine = self._engine()
        return engine.store.find(self._run[1])

    def _model(self) -> Model:
        return Model(self._engine(), self._run[1], self._weights)

    def _threshold(self) -> float:
        """As `fit` found it; of a run that was trained elsewhere, by the items that it was chosen by."""
        if not hasattr(self, "offset_"):
            errors = self._model().errors(own_items.chosen_by(self._record()))
            self.offset_ = recipes.offset(errors, self.contamination)
        return self.offset_

    def _trained(self, record: RunRecord) -> None:
        """Take over what `record` tells."""
        self.__dict__.pop("_carried", None)
        self._run, self.run_id_ = (record.folder.parent, record.id), record.id
        best = bool(record.config.get("validation")) and (record.folder / carried.WEIGHTS["best"]).exists()
        self._weights = "best" if best else "last"
        events = record.events()[0]
        epochs = complete_epochs(events)
        started = next((event for event in events if isinstance(event, RunStarted)), None)
        ends = [event for event in events if isinstance(event, RunFinished)]
        self._code_size = started.code_size if started else 0
        self.n_iter_ = epochs[-1].epoch if epochs else 0
        self.metrics_ = dict(ends[-1].metrics) if ends else {}
        told = [
            {**ended.train, **{f"validation_{name}": at for name, at in ended.validation.items()}} for ended in epochs
        ]
        before = epochs[0].epoch - 1 if epochs else 0  # of a copy that goes on: its run has no others
        earlier: dict[str, list[float | None]] = getattr(self, "history_", {}) if before else {}
        self.history_ = {
            name: [*earlier.get(name, [None] * before)[:before], *(terms.get(name) for terms in told)]
            for name in sorted({name for terms in told for name in terms})
        }
