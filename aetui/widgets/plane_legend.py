"""What the colours of a map mean, on one line or two: its classes, or the scale of a number."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size

from aetui.render.plane.colouring import Coloured
from aetui.render.text import plain
from aetui.widgets.scatter import Legend

_STEP = "██"


class PlaneLegend(Legend):
    """As that of classes; a number has its steps between its least and its greatest."""

    def __init__(self) -> None:
        super().__init__()
        self._scale: Coloured | None = None
        self._title = ""

    def explain(self, coloured: Coloured | None, title: str = "") -> None:
        """Explain these colours instead; `title` says otherwise than they do what the scale is. None takes no line."""
        scale = coloured if coloured and coloured.steps else None
        if scale is None:
            groups = coloured.groups if coloured and len(coloured.groups) > 1 else ()
            changed = self._scale is not None
            self._scale = None
            self.show([group.mark for group in groups], coloured.names if coloured and groups else ())
            if changed:
                self.refresh(layout=True)
        elif self._scale is None or scale[:2] != self._scale[:2] or (title or scale.title) != self._title:
            self._scale, self._title = scale, title or scale.title
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line for a scale."""
        return 1 if self._scale else super().get_content_height(container, viewport, width)

    def render(self) -> Content:
        """The marks or colours with what they stand for."""
        if self._scale is None:
            return super().render()
        return scale_line(self._scale, self._title, self.size.width)


def scale_line(scale: Coloured, title: str, width: int) -> Content:
    """The title, the least number, a block or a mark for each step, the greatest; what is too long is cut."""
    low, high = scale.names[0].partition(" … ")[0], scale.names[scale.steps - 1].rpartition(" … ")[2]
    blocks = [
        (_STEP, group.style.color.name) if group.style.color else f"{group.mark} "
        for group in scale.groups[: scale.steps]
    ]
    rest = [f"   {group.mark} {name}" for group, name in zip(scale.groups, scale.names, strict=True)][scale.steps :]
    room = width - len(low) - len(high) - 2 * scale.steps - 3 - sum(map(len, rest))
    named = f"{plain(title, room)} " if title and room > 2 else ""
    return Content.assemble(named, f"{low} ", *blocks, f" {high}", *rest)
