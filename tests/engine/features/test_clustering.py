from __future__ import annotations

import numpy as np
import pytest
from generators import outcome

from engine.features.clustering import agreement, kmeans, nearest, silhouette


def test_clouds_are_found_whatever_the_seed() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 90)
    features = (random.normal(0, 0.1, (90, 2)) + np.array([[0, 0], [5, 0], [0, 5]])[labels]).astype(np.float32)
    features[0] = np.nan  # of a model that diverged
    found, distances = nearest(features, outcome(kmeans(features, 3, 5, 1)))
    same = agreement(found[1:], labels[1:])
    assert (same.nmi, same.ari, same.purity) == pytest.approx((1, 1, 1))
    assert distances.max() < 1
    assert silhouette(features, found) > 0.8


def test_clusters_that_say_nothing_of_the_classes_agree_by_chance_only() -> None:
    labels, clusters = np.tile([0, 1], 50), np.repeat([0, 1], 50)
    found = agreement(clusters, labels)
    assert found.nmi == pytest.approx(0, abs=1e-9)
    assert found.ari == pytest.approx(0, abs=0.05)
    assert found.purity == 0.5


def test_one_cluster_has_no_silhouette() -> None:
    assert np.isnan(silhouette(np.zeros((4, 2)), np.zeros(4, int)))
