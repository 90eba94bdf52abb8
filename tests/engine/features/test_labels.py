from __future__ import annotations

import numpy as np

from engine.features.labels import draw, folds, splits

LABELS = np.repeat([0, 1, 2], [50, 30, 3])


def test_a_draw_has_of_each_class_its_share_and_at_least_one() -> None:
    for seed in range(3):
        chosen = draw(LABELS, 12, seed)
        assert np.bincount(LABELS[chosen]).tolist() in ([7, 4, 1], [6, 5, 1])
        assert (np.diff(chosen) > 0).all()
    assert not np.array_equal(draw(LABELS, 12, 0), draw(LABELS, 12, 1))
    assert np.array_equal(draw(LABELS, 12, 1), draw(LABELS, 12, 1))


def test_none_or_more_than_there_are_means_all_and_fewer_than_classes_still_gives_that_many() -> None:
    for count in (0, 83, 1_000):
        assert np.array_equal(draw(LABELS, count, 0), np.arange(83))
    assert len(draw(LABELS, 2, 0)) == 2
    assert [len(draw(LABELS, count, 0)) for count in range(1, 83)] == list(range(1, 83))


def test_folds_share_out_every_class() -> None:
    fold = folds(LABELS, 5, 0)
    assert [np.bincount(LABELS[fold == number], minlength=3)[:2].tolist() for number in range(5)] == [[10, 6]] * 5


def test_splits_draw_anew_or_with_all_labels_leave_out_one_fold_each() -> None:
    drawn = splits(LABELS, 12, 3, 0)
    assert [len(one) for one in drawn] == [12] * 3
    assert len({tuple(one) for one in drawn}) == 3
    left = splits(LABELS, 0, 5, 0)
    out = [np.setdiff1d(np.arange(83), one) for one in left]
    assert np.array_equal(np.sort(np.concatenate(out)), np.arange(83))
    assert np.array_equal(splits(LABELS, 0, 1, 0)[0], np.arange(83))
