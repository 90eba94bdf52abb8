from __future__ import annotations

from aetui.render.metrics import achieved, concluded, of_sentences, outcome


def test_metrics_of_images_stand_beside_those_of_all_baselines_that_there_are() -> None:
    assert achieved({}) == []
    metrics = {"test_mse": 0.1, "pca_mse": 0.2, "mean_mse": 0.3, "knn": 0.5}
    assert achieved(metrics) == [
        ("test MSE", "0.1000 (PCA of the same size: 0.2000, the mean item: 0.3000)"),
        ("15-NN accuracy", "0.5000"),
    ]
    assert achieved({"test_mse": 0.02, "linear_mse": 0.01, "knn": 0.5, "pca_knn": 0.4, "raw_knn": 0.9}) == [
        ("test MSE", "0.02000 (a linear map of the same rank: 0.01000)"),
        ("15-NN accuracy", "0.5000 (PCA of the same size: 0.4000, raw pixels: 0.9000)"),
    ]


def test_losses_on_a_part_that_played_no_role_are_named_and_not_said_twice() -> None:
    assert achieved({"test_loss": 0.1, "test_reconstruction": 0.1}) == [("test loss", "0.1000")]
    assert achieved({"test_loss": 0.3, "test_reconstruction": 0.1, "test_kl": 0.2}) == [
        ("test loss", "0.3000"),
        ("test reconstruction", "0.1000"),
        ("test kl", "0.2000"),
    ]


def test_the_end_of_a_run_says_whose_weights_were_tested_and_whether_they_were_beaten() -> None:
    metrics = {"test_mse": 0.02, "pca_mse": 0.01}
    tested, mse, beaten = concluded(metrics, "best", 27, "vanilla", "digits", {})
    assert tested == ("tested", "with the weights of epoch 27, the best by validation loss")
    assert mse[0] == "test MSE"
    assert beaten[0] == "beaten"
    assert "loses to PCA of the same size" in beaten[1]
    assert concluded({"test_mse": 0.01}, "last", 3, "vanilla", "digits", {})[0] == (
        "tested",
        "with the weights of epoch 3",
    )
    assert concluded({}, "last", 0, "vanilla", "digits", {}) == []


def test_the_outcome_tells_of_epochs_that_were_not_needed() -> None:
    assert outcome("completed", 10, 30) == "completed, stopped early in epoch 10 of 30"
    assert outcome("completed", 30, 30) == "completed, 30 epochs"
    assert outcome("stopped", 10, 30) == "stopped, 10 epochs"


def test_metrics_of_text_stand_beside_those_of_averaged_vectors() -> None:
    metrics = {
        "cosine_mean": 0.987,
        "cosine_q1": 0.985,
        "cosine_median": 0.988,
        "cosine_q3": 0.99,
        "precision_at_10": 0.71,
        "average_precision_at_10": 0.69,
        "word_order": 0.9987,
        "average_word_order": 1.0,
        "new": 3.0,
    }
    assert achieved(metrics) == [
        ("reconstruction cosine", "0.9870 (quartiles 0.9850, 0.9880, 0.9900)"),
        ("topic precision@10", "0.7100 (averaged word vectors: 0.6900)"),
        ("word order", "0.998700 (averaged word vectors: 1.000000)"),
        ("new", "3.000"),
    ]
    beside = metrics | {"sif_precision_at_10": 0.7, "tfidf_precision_at_10": 0.72}
    chosen = achieved(metrics | {"validation_precision_at_10": 0.7})
    assert ("topic precision@10", "0.7100 (averaged word vectors: 0.6900, on the validation part: 0.7000)") in chosen
    told = "0.7100 (tf-idf: 0.7200, SIF averages: 0.7000, averaged word vectors: 0.6900)"
    assert ("topic precision@10", told) in achieved(beside)
    assert of_sentences(beside)[-1] == ("", "the codes find no better than tf-idf")
    assert concluded(beside, "last", 1, "sentence", "digits", {})[-1][0] == "beaten"
    assert achieved({"cosine_mean": 0.9}) == [("reconstruction cosine", "0.9000")]


def test_what_is_left_of_the_variance_is_told_with_both_errors() -> None:
    assert achieved({"variance_left": 0.5, "target_variance": 0.3}) == [
        ("variance left", "50.0% (squared error 0.1500, of the mean vector 0.3000)")
    ]
