"""The sentences panel in the app: typing, asking, waiting, being answered late or not at all, two runs side by side."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from fake_answers import UNKNOWN
from fakes import FakeEngine
from pilots import Make, bar, engine_desk, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels import sentence_queries
from aetui.panels import sentences as panel
from aetui.panels.parameters import Parameters
from aetui.panels.sentence_overview import SentenceOverview
from aetui.panels.sentences import SentenceField, Sentences
from aetui.render.status import progress_view
from aetui.screens.command_line import CommandLine
from aetui.widgets.loss_chart import LossChart
from aetui.widgets.scroller import Scroller
from engine.errors import RunError
from engine.events import DataProgress, EngineLoading, EngineReady, Event
from engine.queries.messages import Cluster, Judge, Neighbours, Read, Similarity, Walk
from engine.runs.jobs import TrainJob

TYPED = "the dog"


async def sentence_desk(pilot: Pilot[None]) -> FakeEngine:
    """The app with the sentence model chosen."""
    await until(pilot, lambda: pilot.app.engine and pilot.app.state.engine == "ready" and engine_desk(pilot)._chart)
    engine_desk(pilot)._models.choose("sentence")
    await until(pilot, lambda: engine_desk(pilot).query(Sentences))
    engine = pilot.app.engine
    assert isinstance(engine, FakeEngine)
    return engine


async def train(pilot: Pilot[None], epochs: int = 3) -> FakeEngine:
    """The app with a run of text that has come so far, its newest samples shown."""
    engine = await sentence_desk(pilot)
    await pilot.press("t")
    engine.play(engine.run.started())
    engine.play_epochs(1, epochs)
    await until(pilot, lambda: epochs == 0 or f"read after {epochs}" in overview(pilot))
    return engine


def text(pilot: Pilot[None]) -> str:
    return engine_desk(pilot).query_one(Sentences).query_one(Scroller).query_one(Static).render().plain


def overview(pilot: Pilot[None]) -> str:
    return engine_desk(pilot).query_one(SentenceOverview).render().plain


def complaint(pilot: Pilot[None]) -> str:
    return engine_desk(pilot).query_one("#complaint", Static).render().plain


async def ask(pilot: Pilot[None], *words: str) -> None:
    """Type a sentence into the field in hand, and ask."""
    for word in words:
        await pilot.press(*(("space" if c == " " else "slash" if c == "/" else c) for c in word))
    await pilot.press("enter")


@pytest.mark.parametrize("size", [(120, 40), (40, 20), (240, 70)])
async def test_a_typed_sentence_is_answered_and_every_letter_reaches_the_field(
    make_app: Make, size: tuple[int, int]
) -> None:
    async with make_app().run_test(size=size) as pilot:
        engine = await train(pilot)
        await pilot.press("slash")
        await ask(pilot, "dogs t/m q")
        assert engine_desk(pilot).query_one("#first", SentenceField).value == "dogs t/m q"
        await until(pilot, lambda: "near 1" in text(pilot))
        assert "dogs t/m q again" in text(pilot)
        assert "averaged word vectors" in text(pilot)
        assert not any(isinstance(job, TrainJob) for name, job in engine.calls[2:] if name == "submit")
        field = engine_desk(pilot).query_one("#first")
        assert pilot.app.screen.region.contains_region(field.region)


async def test_escape_gives_the_keys_their_meaning_back(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot)
        await pilot.press("L", "slash", "x", "escape", "p")
        desk = engine_desk(pilot)
        assert desk._tabs.open_key == "parameters"
        assert desk.query_one("#first", SentenceField).value == "x"
        await until(pilot, lambda: desk.query_one(LossChart).has_focus)


async def test_two_sentences_are_compared_beside_the_baseline(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        await pilot.press("slash", "a", "tab", "b", "enter")
        await until(pilot, lambda: "0.999812" in text(pilot))
        assert "1.000000" in text(pilot)
        [query] = [asked for name, asked in engine.calls if name == "query" and isinstance(asked, Similarity)]
        assert (query.first, query.second) == ("a", "b")


async def test_an_empty_sentence_or_one_of_unknown_words_is_refused_at_the_field(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        engine = await train(pilot)
        await pilot.press("slash", "enter")
        await until(pilot, lambda: sentence_queries.EMPTY in complaint(pilot))
        assert "query" not in [name for name, _ in engine.calls]
        await ask(pilot, UNKNOWN)
        await until(pilot, lambda: "a word of the vocabulary" in complaint(pilot))
        assert "vocabulary" not in text(pilot)
        await pilot.press("ctrl+u")
        await ask(pilot, TYPED)
        await until(pilot, lambda: "near 1" in text(pilot))
        assert complaint(pilot) == ""


async def test_a_run_without_weights_says_so_in_its_column(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        engine.wrong = RunError("No weights yet", "the run has no checkpoint")
        await pilot.press("slash")
        await ask(pilot, TYPED)
        await until(pilot, lambda: "✕ No weights yet: the run has no checkpoint" in text(pilot))
        assert complaint(pilot) == ""


async def test_while_the_corpus_is_encoded_there_is_a_bar_and_late_answers_to_old_questions_go(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        engine = await train(pilot)
        engine.late = True
        await pilot.press("slash")
        await ask(pilot, "old")
        old = [question for question in engine.asked if isinstance(question[0], Neighbours)]
        old[0][1].set_running_or_notify_cancel()  # too late to be taken back
        await until(pilot, lambda: "asking" in text(pilot))
        for at, done in ((1.0, 1_000), (2.0, 2_000)):
            engine.emit(progress(engine, at, done))
            await pilot.pause(0.5)
        await until(pilot, lambda: "2,000 of 50,470 · 1,000 a second · 48 s left" in " ".join(text(pilot).split()))
        await ask(pilot, "er one")
        engine.late = False
        old[0][1].set_result(None)
        engine.asked.remove(old[0])
        engine.answer_all()
        await until(pilot, lambda: "older one again" in text(pilot))
        assert "old again" not in text(pilot)
        assert "near 1" in text(pilot)


def progress(engine: FakeEngine, at: float, done: int) -> Event:
    return DataProgress(
        run_id=engine.run.run_id, at=at, dataset="pydocs", activity="encoding the corpus", done=done, total=50_470
    )


def test_progress_counts_bytes_where_the_event_does() -> None:
    event = DataProgress(at=2, dataset="", activity="reading vectors", done=400_000_000, total=800_000_000, unit="B")
    line = panel.progress_line(event, panel.Started(at=0, done=0))
    assert line.endswith("400.0 of 800.0 MB · 200 MB a second · 2 s left")


async def test_a_question_waits_for_tensorflow(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        engine.late = True
        engine.emit(EngineLoading())
        await until(pilot, lambda: pilot.app.state.engine == "loading")
        await pilot.press("slash")
        await ask(pilot, TYPED)
        engine.emit(EngineLoading())
        await until(pilot, lambda: "TensorFlow is loading" in text(pilot) or "asking" in text(pilot))
        engine.emit(EngineReady(device="CPU", seconds=1))
        engine.answer_all()
        await until(pilot, lambda: "near 1" in text(pilot))


async def test_another_run_is_asked_beside_the_one_shown(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        await pilot.press("b")
        await until(pilot, lambda: "no other run" in bar(pilot))
        engine.play(engine.run.finished("completed", 3))
        first = engine.run.run_id
        await pilot.press("t")
        engine.play(engine.run.started(), engine.run.epoch(1))
        await until(pilot, lambda: engine_desk(pilot).run_id != first)
        await pilot.press("slash")
        await ask(pilot, TYPED)
        await until(pilot, lambda: "averaged word vectors" in text(pilot))
        await pilot.press("escape", "b")
        await until(pilot, lambda: first in text(pilot))
        assert "averaged word vectors" not in text(pilot)
        asked = {query.run_id for name, query in engine.calls if name == "query"}
        assert asked == {first, engine.run.run_id}
        await pilot.press("b")
        await until(pilot, lambda: "averaged word vectors" in text(pilot))


async def test_the_overview_is_that_of_the_epoch_under_the_cursor(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, 3)
        assert "quartiles" in overview(pilot)
        newest = overview(pilot)
        await pilot.press("left", "left")
        await until(pilot, lambda: "read after 1" in overview(pilot))
        assert overview(pilot) != newest


async def test_what_is_known_of_the_text_stands_among_the_parameters(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, 1)
        metrics = {"cosine_mean": 0.987, "word_order": 0.9987}
        engine.play(msgspec.structs.replace(engine.run.finished("completed", 1), metrics=metrics))
        await pilot.press("p")
        page = engine_desk(pilot).query_one(Parameters).query_one(Static)
        await until(pilot, lambda: "0.9870" in page.render().plain)
        for expected in ("0.998700", "GloVe 6B, 50 numbers", "128 numbers for 28 × 28 × 1"):
            assert expected in page.render().plain
        assert progress_view(engine_desk(pilot).run_shown).unit == "sent"


async def test_a_complete_run_tells_how_well_it_finds_beside_what_finds_without_a_model(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, 1)
        metrics = {"variance_left": 0.5, "target_variance": 0.3, "precision_at_10": 0.5, "tfidf_precision_at_10": 0.6}
        engine.play(msgspec.structs.replace(engine.run.finished("completed", 1), metrics=metrics))
        await until(pilot, lambda: "no better than tf-idf" in overview(pilot))
        assert "50.0%" in overview(pilot)
        assert "read after 1" in overview(pilot)
        assert len(overview(pilot).splitlines()) <= engine_desk(pilot).query_one(SentenceOverview).size.height


async def test_what_is_missing_is_said_with_what_to_do(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await sentence_desk(pilot)
        await until(pilot, lambda: overview(pilot).startswith("There is no run yet."))
        await pilot.press("escape", "slash", "a", "enter")
        await until(pilot, lambda: "There is no run yet" in complaint(pilot))
        await pilot.press("escape", "t")
        engine.play(engine.run.started())
        await until(pilot, lambda: "compiling" in overview(pilot))


async def test_another_model_has_its_own_run_and_no_sentences(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await sentence_desk(pilot)
        desk = engine_desk(pilot)
        desk._models.choose("vanilla")
        await pilot.pause()
        await pilot.press("t")
        engine.play(engine.run.started(), engine.run.epoch(1), engine.run.finished("completed", 1))
        await until(pilot, lambda: desk.run_shown and desk.run_shown.status == "completed")
        assert not desk.check_action("ask", ())
        desk._models.choose("sentence")
        await until(pilot, lambda: "There is no run yet" in overview(pilot))
        assert desk.run_shown is None


async def test_a_walk_is_asked_for_with_a_key_and_needs_two_sentences(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        await pilot.press("slash", "a", "ctrl+n", "enter")
        await until(pilot, lambda: "second sentence" in complaint(pilot))
        await pilot.press("b", "enter")
        await until(pilot, lambda: "passed 4" in text(pilot))
        [query] = [asked for name, asked in engine.calls if name == "query" and isinstance(asked, Walk)]
        assert (query.first, query.second, query.steps) == ("a", "b", sentence_queries.STEPS)
        assert complaint(pilot) == ""
        await pilot.press("escape", "a", "a", "a")  # clusters, pairs, and nearest again: nothing is computed unasked
        await until(pilot, lambda: "‹nearest›" in way(pilot))
        assert not any(isinstance(asked, Cluster) for name, asked in engine.calls if name == "query")
        await pilot.press("a")
        await until(pilot, lambda: "passed 4" in text(pilot))  # what was answered stays


async def test_clusters_and_pairs_are_asked_for_by_commands(make_app: Make, tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("a\tb\t4\nc\td\nc\td\t1\ne\tf\t2.5\n", "utf-8")
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        await command(pilot, "clusters 2")
        await until(pilot, lambda: "word1a word1b word1c" in text(pilot))
        assert "averaged word vectors are nearer to the topics" in text(pilot)
        assert "50% crude" in text(pilot)
        await command(pilot, f"sts {file}")
        await until(pilot, lambda: "smooth inverse frequency is left out" in text(pilot))
        assert "3 pairs of pairs.tsv" in text(pilot)
        await until(pilot, lambda: "1 rows left out: line 2" in bar(pilot))
        [query] = [asked for name, asked in engine.calls if name == "query" and isinstance(asked, Judge)]
        assert [pair.line for pair in query.pairs] == [1, 3, 4]


async def test_a_cursor_that_rests_at_an_epoch_asks_its_weights_what_is_quickly_answered(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        await pilot.press("slash")
        await ask(pilot, TYPED)
        await until(pilot, lambda: "near 1" in text(pilot))
        engine.calls.clear()
        await pilot.press("escape", "left", "left")
        await until(pilot, lambda: "enter finds the nearest as of epoch 1" in text(pilot))
        await until(pilot, lambda: "the dog again" in text(pilot))
        assert "near 1" not in text(pilot)
        put = [asked for name, asked in engine.calls if name == "query"]
        assert {type(query) for query in put} == {Read}  # nothing that takes long
        assert put[-1].epoch == 1
        await pilot.press("slash", "enter")
        await until(pilot, lambda: "near 1" in text(pilot))
        newest = [asked for name, asked in engine.calls if name == "query"][-1]
        assert isinstance(newest, Neighbours)
        assert newest.epoch == 1


async def test_escape_stops_what_is_asked_and_then_leaves_the_field(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        engine.late = True
        await pilot.press("slash", "a", "enter")
        await until(pilot, lambda: "asking" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "stopped asking" in bar(pilot))
        assert all(future.cancelled() for _, future in engine.asked)
        desk = engine_desk(pilot)
        assert desk.query_one("#first", SentenceField).has_focus
        await pilot.press("escape")
        await until(pilot, lambda: desk.query_one(LossChart).has_focus)


def way(pilot: Pilot[None]) -> str:
    return engine_desk(pilot).query_one("#way", Static).render().plain


async def command(pilot: Pilot[None], line: str) -> None:
    await pilot.press("colon")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandLine))
    pilot.app.screen._put(line)
    await pilot.press("enter")
