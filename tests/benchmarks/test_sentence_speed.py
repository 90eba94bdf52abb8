"""Seconds per step of the published sentence network, as ratios against the same network in `keras.Model.fit`.

Run with `pytest -m benchmark -s tests/benchmarks/test_sentence_speed.py`: 512 units, both directions, 50 words of 50
numbers, 40 batches of 64 an epoch. Both sides begin with the same weights; ours looks the words' vectors up, `fit` gets
them. `fit` does without XLA here, by its own choice, and many steps a call would not help steps this long.
`benchmarks.clocks` says how the sides take turns.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from benchmarks import clocks, sides

from engine import params, registry
from engine.datasets.data import Part
from engine.params import TrainingConfig
from engine.text.corpus import Corpus
from engine.text.cut import TEST_SHARE
from engine.text.lexicon import Lexicon
from engine.text.text_data import TextData

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

ROUNDS, EPOCHS = int(os.environ.get("AETUI_ROUNDS", "2")), 3
"""Fewer than of images: an epoch takes a quarter of a minute."""
STEPS, BATCH, TEST = 40, 64, 10
RATE = 1e-3
"""Of Adam, half the recipe's: with a small one rounding stays rounding, and the losses can be compared."""
WORDS, LENGTH, DIMENSIONS = 5_000, 50, 50


def random_sentences(count: int) -> TextData:
    """`count` for training, of 8 to 49 words; as few for testing as the images of the other benchmarks."""
    random = np.random.default_rng(0)
    sentences = round(count / (1 - TEST_SHARE))
    lengths = random.integers(8, LENGTH, sentences)
    tokens = random.integers(0, WORDS, lengths.sum()).astype(np.int32)
    words = tuple(f"w{place:04}" for place in range(WORDS))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    text = np.frombuffer(" ".join(words[place] for place in tokens).encode(), np.uint8)
    corpus = Corpus(
        key="random",
        path=None,
        words=words,
        counts=np.bincount(tokens, minlength=WORDS),
        tokens=tokens,
        starts=starts,
        text=text,
        text_starts=starts * 6,
        document=np.zeros(sentences, np.int32),
        documents=("random",),
        topics=(),
        document_topics=((),),
        splitter="none",
    )
    vectors = random.normal(0, 0.6, (WORDS, DIMENSIONS)).astype(np.float32)
    data = TextData(corpus, Lexicon.assembled(words, vectors, "drawn at random", 0), LENGTH, "uniform", {})
    data.test = data.validation = Part(*(part[:TEST] for part in data.test))
    data.test_places = data.validation_places = data.test_places[:TEST]
    return data


def keras_model(config: TrainingConfig) -> Any:
    """The same network out of Keras's own layers, with the weights that ours begins with."""
    import keras

    from engine.nn.layers import Blocks

    layers, precision = keras.layers, config.precision
    model = keras.Sequential(
        [
            keras.Input((LENGTH, DIMENSIONS)),
            layers.Bidirectional(layers.LSTM(512, dtype=precision), merge_mode="sum", dtype=precision),
            layers.RepeatVector(LENGTH),
            layers.Bidirectional(
                layers.LSTM(DIMENSIONS, return_sequences=True, dtype=precision), merge_mode="sum", dtype=precision
            ),
        ]
    )
    twin = registry.variant("sentence").networks(config, (LENGTH, DIMENSIONS), Blocks(config.seed, "float32"))
    model.set_weights([*twin.encoder.get_weights(), *twin.decoder.get_weights()])
    model.compile(keras.optimizers.Adam(RATE), "mse")
    return model


@pytest.mark.parametrize(("precision", "least"), [("float32", 1.1), ("mixed_bfloat16", 0.8)])
def test_a_step_takes_little_time_beside_fit_at_the_same_loss(precision: str, least: float) -> None:
    sides.skip_without(precision)
    variant, data = registry.variant("sentence"), random_sentences(clocks.items(STEPS * BATCH))
    settings = {"precision": precision, "learning_rate": RATE, "epochs": 10_000}
    config = params.configure(registry.preset("sentence", "book"), settings)
    ours = sides.run(variant, config, data)
    vectors = data.as_floats(data.train.items)
    peer = sides.fit(keras_model(config), vectors, vectors, BATCH)
    found = clocks.race(ours, {"fit": peer}, ROUNDS, EPOCHS)
    steps = -(-len(vectors) // BATCH)
    print("", *clocks.rows(f"sentence, {BATCH}, {precision}", found, steps), sep="\n")
    assert clocks.last_losses(found)["fit"] == pytest.approx(1, abs=0.01)
    clocks.held(found["fit"], least)
