from __future__ import annotations

import warnings

import numpy as np
import pytest
from generators import outcome

from engine.features.softmax import ABSENT, Softmax, fitted


def clusters(count: int, seed: int, scale: float = 1.0, apart: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Features (count, 4) in three clouds, and the clouds' numbers."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    features = random.normal(0, 0.1, (count, 4))
    features[np.arange(count), labels] += apart
    return (features * scale).astype(np.float32), labels


@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e6])
def test_clear_classes_are_told_apart_and_random_ones_are_not(scale: float) -> None:
    test, labels = clusters(60, 1, scale)
    found = outcome(fitted(*clusters(90, 0, scale), 3)).classifier.probabilities(test)
    assert (found.argmax(axis=1) == labels).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    assert (found.argmax(axis=1) == np.random.default_rng(2).permutation(labels)).mean() < 0.6


@pytest.mark.parametrize("strength", [0.01, 1.0])
def test_it_is_the_softmax_regression_of_scikit_learn(strength: float) -> None:
    from sklearn.linear_model import LogisticRegression

    (train, labels), (test, _) = clusters(120, 0, apart=0.2), clusters(30, 1, apart=0.2)
    ours = outcome(fitted(train, labels, 3, strength=strength)).classifier
    theirs = LogisticRegression(C=strength, tol=1e-8, max_iter=1_000).fit((train - ours.mean) * ours.scale, labels)
    expected = theirs.predict_proba((test - ours.mean) * ours.scale)
    np.testing.assert_allclose(ours.probabilities(test), expected, atol=2e-3)


def test_features_that_say_nothing_are_regularised_more_than_those_that_say_all() -> None:
    train, labels = clusters(100, 0, apart=3)
    noise = np.random.default_rng(3).permutation(train)
    clear, nothing = (outcome(fitted(features, labels, 3)).strength for features in (train, noise))
    assert nothing < clear


def test_odd_features_get_a_classifier_and_no_warning() -> None:
    (features, labels), (test, test_labels) = clusters(40, 0), clusters(20, 1)
    features[3], features[4] = np.nan, np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = outcome(fitted(features, labels, 3)).classifier.probabilities(test)
        assert (found.argmax(axis=1) == test_labels).mean() > 0.9
        assert np.isfinite(outcome(fitted(np.full_like(features, 0.3), labels, 3)).classifier.weights).all()


def test_a_class_without_items_is_never_named() -> None:
    features, labels = clusters(40, 0)
    found = outcome(fitted(features[labels < 2], labels[labels < 2], 3)).classifier
    assert found.bias[2] == ABSENT
    assert found.probabilities(features)[:, 2].max() < 1e-6
    only = outcome(fitted(features, np.ones(40, int), 3)).classifier
    assert (only.probabilities(features).argmax(axis=1) == 1).all()


def test_weights_for_features_as_they_are_give_the_same_answers() -> None:
    features, labels = clusters(60, 0, 7.0)
    found = outcome(fitted(features, labels, 3, strength=1.0)).classifier
    weights, bias = found.affine()
    plain = Softmax(np.zeros(4, np.float32), np.ones(4, np.float32), weights, bias)
    np.testing.assert_allclose(plain.probabilities(features), found.probabilities(features), atol=1e-5)
