"""Queries to a trained model, answered on the engine thread, between two chunks of a training if one runs."""

from __future__ import annotations

from engine.queries.messages.cases import Look, Looked, Measure, Measured, Measurement
from engine.queries.messages.detection import Beside, Detect, Detection
from engine.queries.messages.explore import Explore, Explored
from engine.queries.messages.export import Export, Exported
from engine.queries.messages.features import (
    Accuracies,
    Classified,
    Classify,
    Cluster,
    Clusters,
    FineTune,
    FineTuned,
    Probe,
)
from engine.queries.messages.fidelity import Fidelities, Fidelity
from engine.queries.messages.items import (
    Codes,
    Corrupt,
    Corrupted,
    Decode,
    Encode,
    Images,
    Reconstruct,
    Reconstruction,
    Sample,
    Spoil,
)
from engine.queries.messages.message import PartName, Weights
from engine.queries.messages.plain import Networks, PlainNetworks
from engine.queries.messages.ratings import Rated, Recommend, Recommendations, Suggestion
from engine.queries.messages.restoring import Restoration, Restore, Restored
from engine.queries.messages.text import (
    Agreed,
    Cosine,
    Judge,
    Judged,
    Nearest,
    Neighbour,
    Neighbours,
    Pair,
    Read,
    Reading,
    Similarity,
    Stop,
    Walk,
    Walked,
    Words,
)
from engine.queries.messages.units import Units, UnitsRead

Query = (
    Reconstruct
    | Corrupt
    | Encode
    | Decode
    | Sample
    | Probe
    | Detect
    | Similarity
    | Read
    | Neighbours
    | Walk
    | Judge
    | Recommend
    | Export
    | Cluster
    | Classify
    | FineTune
    | Networks
    | Units
    | Explore
    | Measure
    | Look
    | Restore
    | Fidelity
)
Answer = (
    Reconstruction
    | Corrupted
    | Codes
    | Images
    | Accuracies
    | Detection
    | Cosine
    | Reading
    | Nearest
    | Walked
    | Judged
    | Recommendations
    | Exported
    | Clusters
    | FineTuned
    | PlainNetworks
    | UnitsRead
    | Explored
    | Measured
    | Looked
    | Restored
    | Fidelities
)

__all__ = [
    "Accuracies",
    "Agreed",
    "Answer",
    "Beside",
    "Classified",
    "Classify",
    "Cluster",
    "Clusters",
    "Codes",
    "Corrupt",
    "Corrupted",
    "Cosine",
    "Decode",
    "Detect",
    "Detection",
    "Encode",
    "Explore",
    "Explored",
    "Export",
    "Exported",
    "Fidelities",
    "Fidelity",
    "FineTune",
    "FineTuned",
    "Images",
    "Judge",
    "Judged",
    "Look",
    "Looked",
    "Measure",
    "Measured",
    "Measurement",
    "Nearest",
    "Neighbour",
    "Neighbours",
    "Networks",
    "Pair",
    "PartName",
    "PlainNetworks",
    "Probe",
    "Query",
    "Rated",
    "Read",
    "Reading",
    "Recommend",
    "Recommendations",
    "Reconstruct",
    "Reconstruction",
    "Restoration",
    "Restore",
    "Restored",
    "Sample",
    "Similarity",
    "Spoil",
    "Stop",
    "Suggestion",
    "Units",
    "UnitsRead",
    "Walk",
    "Walked",
    "Weights",
    "Words",
]
