"""The sentence autoencoder: a recurrent network reads a sentence into one code, another says it again from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from engine.analysis.alarms import Advice, advised
from engine.errors import SettingError
from engine.kinds.reading import TextReading
from engine.params import COURSE, HELD_OUT, LOSS, TrainingConfig
from engine.variants.variant import Curve, Published, Repeats, Variant

if TYPE_CHECKING:
    from engine.nn.autoencoder import Autoencoder
    from engine.nn.layers import Blocks, Tensor
    from engine.nn.networks import Batch, Networks, Weighted


class SentenceConfig(TrainingConfig, frozen=True, kw_only=True):
    """Settings of the sentence autoencoder."""

    units: Annotated[int, Meta(ge=1, le=4096, description="units of the encoder, numbers in the code")]
    cell: Annotated[Literal["lstm", "gru"], Meta(description="kind of recurrent layer, in encoder and decoder")] = (
        "lstm"
    )
    directions: Annotated[
        Literal["both", "forward"],
        Meta(description="whether sentences are read from both ends (outputs are summed)"),
    ] = "both"
    pooling: Annotated[
        Literal["last", "mean", "attention"],
        Meta(
            description="the code: outputs after the last word, their mean over the words, or one with learned weights",
        ),
    ] = "last"
    masked: Annotated[
        bool, Meta(description="whether the encoder stops at the last word, or reads the padding too")
    ] = False
    decoder_units: Annotated[
        int, Meta(ge=0, le=4096, description="units of the decoder; 0: as many as a word vector has")
    ] = 0
    loss_over: Annotated[
        Literal["places", "words"],
        Meta(description="all places of a sentence, padding included, or its words only"),
    ] = "places"
    weighting: Annotated[
        Literal["uniform", "frequency", "idf"],
        Meta(
            description="how much each word counts in the loss: all the same, or rare ones more, by either formula",
        ),
    ] = "uniform"
    bag_of_words: Annotated[
        float,
        Meta(
            ge=0,
            le=100,
            description="weight of predicting from the code which words a sentence has, in no order; 0: none",
            extra=LOSS,
        ),
    ] = 0.0
    word_dropout: Annotated[
        float, Meta(ge=0, lt=1, description="share of the words that the encoder does not get to see", extra=COURSE)
    ] = 0.0
    vocabulary: Annotated[
        int, Meta(ge=10, le=1_000_000, description="most frequent words; the others are one word")
    ] = 5_000
    length: Annotated[int, Meta(ge=2, le=1_000, description="words of a sentence; longer ones are cut")] = 50
    ids: Annotated[
        Literal["tokens", "split"],
        Meta(
            description="words by the vocabulary's tokeniser, padded right; or, as published, white space, padded left",
        ),
    ] = "tokens"
    vectors: Annotated[
        str,
        Meta(
            description="auto: GloVe if it is here and knows half of the text, else trained on the corpus; glove; "
            "corpus; or a file of vectors",
        ),
    ] = "auto"
    dimensions: Annotated[
        int, Meta(ge=2, le=1_000, description="numbers in a word vector; GloVe: 50, 100, 200, 300")
    ] = 50


FINDING = SentenceConfig(
    epochs=5,
    batch_size=128,
    learning_rate=3e-3,
    schedule="cosine",
    seed=11,
    units=256,
    cell="gru",
    precision="auto",
    pooling="attention",
    masked=True,
    decoder_units=64,
    loss_over="words",
    weighting="idf",
    bag_of_words=1.0,
    word_dropout=0.1,
    validation=HELD_OUT,
)
"""For codes that find sentences of the same matter."""


class Sentence(Variant[SentenceConfig]):
    """x → embedded words (length, dimensions) → z → x̂ of the same shape. Loss: mean squared error of the vectors."""

    key = "sentence"
    label = "Sentence"
    summary = "Reads a sentence word by word into one code and says it again; like sentences get like codes."
    reference = "Sutskever, Vinyals & Le, Sequence to sequence learning, arXiv:1409.3215"
    accepts = ("text",)
    prefers = ("reuters", "pydocs")
    alarms = advised(Variant.alarms, overfitting=Advice("units", "lower"), code_large=Advice("units", "lower"))
    former_names = {"guessing": "bag_of_words"}
    panels = ("sentences", "latent", "worst", "health", "parameters", "log")
    xla = False
    block = 100
    default_preset = "small"
    presets = {
        "book": SentenceConfig(
            epochs=20, batch_size=64, learning_rate=1e-3, seed=11, units=512, ids="split", precision="auto"
        ),
        "tuned": FINDING,
        "small": msgspec.structs.replace(FINDING, epochs=4, batch_size=32, units=128, length=30, precision="float32"),
    }
    published = Published(
        source="published run of this recipe on Reuters-21578",
        dataset="reuters",
        curves=(
            Curve(part="train", term="with_padding", values={1: 0.1842, 20: 0.1367}),
            Curve(part="validation", term="with_padding", values={1: 0.1721, 2: 0.1655, 20: 0.1389}),
            Curve(part="test", term="cosine_mean", values={20: (0.9765, 0.9877)}),
        ),
        metadata={"vectors": "GloVe 6B"},
        plan=(Repeats(seeds=3, epochs=1), Repeats(seeds=1, epochs=20)),
        note="loss over all places of a sentence, padding included; cosine of a code and that of its reconstruction: "
        "published of eleven test sentences, ours the mean of 500",
        errata=(
            "The published program made the vocabulary with one tokeniser (NLTK's words) and the ids with another "
            "(white space), so that more words were unknown and the loss lower.",
            "The published program padded on the left and kept the last 50 words.",
            "The published run computed in float32; precision auto may compute products in bfloat16.",
        ),
    )

    def check(self, config: SentenceConfig) -> None:
        """Raises SettingError for weighted words in a loss over places, and for masked where padding comes first."""
        if config.weighting != "uniform" and config.loss_over == "places":
            raise SettingError(
                "weighting", f"{config.weighting} weighs words, the loss is over all places; set loss_over to words"
            )
        if config.masked and config.ids == "split":
            raise SettingError(
                "masked", "the encoder can stop at the last word only; with ids split, padding comes first"
            )

    def check_change(self, before: SentenceConfig, after: SentenceConfig) -> None:
        """Raises SettingError where the head that predicts words comes or goes."""
        if bool(before.bag_of_words) != bool(after.bag_of_words):
            told = "its head can neither come nor go while a run trains"
            raise SettingError("bag_of_words", f"{told}; expected a weight above 0 in the place of one, 0 else")

    def networks(self, config: SentenceConfig, shape: tuple[int, ...], blocks: Blocks) -> Networks:
        """(batch, words, dimensions) → (batch, units) → (batch, words, dimensions).

        With `bag_of_words` also a head: (batch, units) → (batch, vocabulary), logarithms of probabilities.
        """
        words, dimensions = shape
        both, pooled = config.directions == "both", config.pooling != "last"
        read = [blocks.recurrent(config.cell, config.units, both=both, sequences=pooled, name="reader")]
        if config.masked:
            read.insert(0, blocks.until_last_word())
        if config.pooling == "mean":
            read.append(blocks.mean_over_steps(name="code"))
        elif config.pooling == "attention":
            read.append(blocks.attention_over_steps(name="code"))
        encoder = blocks.encoder(shape, read)
        units = config.decoder_units or dimensions
        say = [blocks.repeat(words), blocks.recurrent(config.cell, units, both=both, sequences=True, name="speaker")]
        if config.decoder_units:
            say.append(blocks.dense(dimensions, "linear", name="vectors"))
        head = blocks.bag_of_words_head(encoder, config.vocabulary) if config.bag_of_words else None
        return blocks.networks(encoder, blocks.decoder(encoder, say, "linear"), head)

    def loss_terms(self, model: Autoencoder[SentenceConfig], batch: Batch) -> dict[str, Weighted]:
        """Vectors (batch, words, dimensions) → scalars: `words`, `with_padding` and, with a head, `bag_of_words`.

        `words` leaves the padding out, `with_padding` counts it (the published way); one of the two is minimised.

        In validation `words` and `bag_of_words` are means over blocks of 100 sentences of the means over their words.
        """
        ops, blocks, config = model.ops, model.blocks, model.config
        codes = model.encode(self._seen(model, batch))
        errors = ops.mean(ops.square(batch.target - model.decode(codes)), axis=-1)
        over_words = float(config.loss_over == "words")
        terms = {
            "words": blocks.weighted(blocks.weighted_mean(errors, batch.weights), over_words),
            "with_padding": blocks.weighted(ops.mean(errors), 1 - over_words),
        }
        if model.networks.head is not None:
            found = ops.take_along_axis(model.networks.head(codes), batch.items, axis=1)
            terms["bag_of_words"] = blocks.weighted(-blocks.weighted_mean(found, batch.weights), config.bag_of_words)
        return terms

    def terms(self, config: SentenceConfig) -> tuple[str, ...]:
        """Both ways to count the padding, and the head where it counts."""
        return ("words", "with_padding", *(("bag_of_words",) if config.bag_of_words else ()))

    def _seen(self, model: Autoencoder[SentenceConfig], batch: Batch) -> Tensor:
        """The words that the encoder gets to see: in training a share of them is dropped, in validation none."""
        if not model.config.word_dropout:
            return batch.input
        ops = model.ops
        drawn = model.blocks.uniform(batch.input[..., 0], batch.noise_keys)
        kept = (drawn >= model.config.word_dropout) | ~ops.isfinite(batch.epochs)
        return batch.input * ops.cast(kept, "float32")[..., None]

    def reading(self, config: SentenceConfig) -> TextReading:
        """All settings that decide which ids and which vectors a sentence has."""
        return TextReading(
            vocabulary=config.vocabulary,
            length=config.length,
            vectors=config.vectors,
            dimensions=config.dimensions,
            weighting=config.weighting,
            loss_over=config.loss_over,
            ids=config.ids,
            validation=config.validation,
            seed=config.seed,
        )
