"""What is typed before the screen listens, and what a terminal answers later than anyone waited for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.message import Message

from aetui.terminal.background import Answer, is_light, without_answers


def listen(answer: Answer, tell: Callable[[bool], object]) -> None:
    """Have Textual hear the keys in `answer` as if they were typed now.

    If the terminal may still answer, that is taken out of what is typed, where it would be keys, and `tell` is called
    with it, in the thread that reads the keyboard.
    """
    if answer.typed or answer.outstanding:
        vars(linux_driver)["XTermParser"] = lambda debug=False: Parser(answer, tell, debug)


class Parser(XTermParser):
    """Textual's parser behind what `listen` is for."""

    def __init__(self, answer: Answer, tell: Callable[[bool], object], debug: bool = False) -> None:
        super().__init__(debug)
        self._before = answer.typed
        self._begun = answer.begun
        self._outstanding = answer.outstanding
        self._tell = tell

    def feed(self, data: str) -> Iterable[Message]:
        """The keys in `data`, after those that came earlier; an answer is not one of them."""
        if not data:  # the end
            return super().feed(data)
        if self._outstanding:
            data = self._begun + data
            light = is_light(data)
            if light is not None:
                self._tell(light)
            data, self._begun = without_answers(data)
        data, self._before = self._before + data, ""
        return super().feed(data) if data else ()

    def tick(self) -> Iterable[Message]:
        """Called whether or not something was typed."""
        if self._before:
            before, self._before = self._before, ""
            yield from super().feed(before)
        yield from super().tick()
