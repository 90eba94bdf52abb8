"""Data sets: what there is, where it lies, how it is read and fetched.

    all_sets(), dataset(key)         those that everybody has with the user's own, and one of them
    known(key)                       the same, None where there is none of that name
    locate(key, data_dir)            where it lies on this machine: no file is opened
    default(prefers, data_dir)       the first of several that needs no network
    load(key, data_dir)              the data, fetched first if need be
    fetch(key)                       into the cache
    statistics(data)                 what is in it
    own.adding, own.records          the user's own sets

Nothing here costs an import beyond msgspec: numpy, Pillow and pooch are loaded by the call that needs them.
"""

from __future__ import annotations

from engine.datasets.catalogue import DATASETS, DataSet, RemoteFile, all_sets, dataset, known
from engine.datasets.folders import Location, cache_dir, data_dir_from
from engine.datasets.loading import fetch, load, statistics
from engine.datasets.places import default, locate

__all__ = [
    "DATASETS",
    "DataSet",
    "Location",
    "RemoteFile",
    "all_sets",
    "cache_dir",
    "data_dir_from",
    "dataset",
    "default",
    "fetch",
    "known",
    "load",
    "locate",
    "statistics",
]
