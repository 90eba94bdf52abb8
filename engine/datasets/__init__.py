"""Data sets: what there is, where it lies, how it is read and fetched.

    DATASETS, dataset(key)           the table, and one row of it
    locate(key, data_dir)            where it lies on this machine: no file is opened
    default(prefers, data_dir)       the first of several that needs no network
    load(key, data_dir)              the data, fetched first if need be
    fetch(key)                       into the cache
    add(key, path, data_dir)         the user's own, to be found from now on
    statistics(data)                 what is in it

Nothing here costs an import beyond msgspec: numpy, Pillow and pooch are loaded by the call that needs them.
"""

from __future__ import annotations

from engine.datasets.catalogue import DATASETS, DataSet, RemoteFile, dataset
from engine.datasets.folders import Location, cache_dir, data_dir_from
from engine.datasets.loading import add, fetch, load, statistics
from engine.datasets.places import default, locate

__all__ = [
    "DATASETS",
    "DataSet",
    "Location",
    "RemoteFile",
    "add",
    "cache_dir",
    "data_dir_from",
    "dataset",
    "default",
    "fetch",
    "load",
    "locate",
    "statistics",
]
