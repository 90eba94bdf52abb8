"""What stands for a character that the terminal does not have. Every one takes as many cells as what it stands for."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len

from aetui.terminal.abilities import Characters

_FRAMES = {
    "-": "─╌┄┈╴╶╼",
    "=": "━═╍┅┉╺╾",
    ">": "╸",
    "|": "│╎┆┊╵╷",
    "#": "┃║╏┇┋╹╻",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯┍┎┏┑┒┓┕┖┗┙┚┛┝┞┟┠┡┢┣┥┦┧┨┩┪┫┭┮┯┰┱┲┳┵┶┷┸┹┺┻┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋╔╗╚╝╠╣╦╩╬",
    "/": "╱",
    "\\": "╲",
    "X": "╳",
}
_MARKS = {
    "o": "●◉•◦∘",
    ".": "∙‥",
    "O": "○◯",
    "*": "★☆◆◇✦",
    ">": "▸▶►→›⏵",
    "<": "◂◀◄←‹⏴",
    "^": "▲▴△↑⇧",
    "v": "▼▾▽↓✓✔",
    "#": "■▪█▓",
    "x": "✕✗✘×",
    "-": "–—‒−",
    "~": "≈…",
    "|": "·",
    "=": "‖▬",
    "'": "‘’‚",
    '"': "“”„",
    "?": "�",
    "S": "Σ",
    "u": "µμ",
}
_HEIGHTS = {"▁": "_", "▂": ".", "▃": ",", "▄": "-", "▅": "=", "▆": "+", "▇": "*"}
_WIDTHS = {"▏": "|", "▎": "|", "▍": "[", "▌": "[", "▋": "{", "▊": "#", "▉": "#", "▐": "]", "▕": "|"}
_SHADES = {"░": ".", "▒": ":", "▀": '"', "▔": "-"}

ASCII: Final[dict[str, str]] = {
    **{char: plain for table in (_FRAMES, _MARKS) for plain, chars in table.items() for char in chars},
    **_HEIGHTS,
    **_WIDTHS,
    **_SHADES,
}

_ITS_OWN = "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼⌂"
"""What the console's own font has in the place of the control characters of code page 437."""
_CONSOLE_MARKS = {
    "─": "╌┄┈╴╶",
    "═": "━╍┅┉╸╺╼╾",
    "│": "╎┆┊╵╷▎▏",
    "║": "┃╏┇┋╹╻‖",
    "┌": "╭",
    "┐": "╮",
    "└": "╰",
    "┘": "╯",
    "╔": "┏",
    "╗": "┓",
    "╚": "┗",
    "╝": "┛",
    "╠": "┣",
    "╣": "┫",
    "╦": "┳",
    "╩": "┻",
    "╬": "╋",
    "•": "●◉★☆◆",
    "►": "▸▶›",
    "◄": "◂◀‹",
    "▲": "▴△⇧",
    "▼": "▾▽",
    "√": "✓✔",
    "■": "▪",
    "·": "…",
    "▀": "▘▝",
    "▒": "▚▞",
    "▄": "▃▅▖▗",
    "_": "▁▂",
    "█": "▆▇▉▊▛▜▙▟",
    "▌": "▋▍",
}


def replacement(char: str, characters: Characters) -> str:
    """What is shown for `char`, in as many cells."""
    if characters == "unicode" or char.isascii():
        return char
    if "\u2800" <= char <= "\u28ff":
        return stroke(ord(char) - 0x2800, characters)
    return _console(char) if characters == "console" else _ascii(char)


@lru_cache(4096)
def _ascii(char: str) -> str:
    if char in ASCII:
        return ASCII[char]
    base = "".join(part for part in unicodedata.normalize("NFKD", char) if part.isascii() and part.isprintable())
    width = cell_len(char)
    return base if base and len(base) == width else "?" * width


@lru_cache(4096)
def _console(char: str) -> str:
    if char in _ITS_OWN or char.encode("cp437", "ignore"):
        return char
    return next((shown for shown, chars in _CONSOLE_MARKS.items() if char in chars), None) or _ascii(char)


_ROWS = ((0, 3), (1, 4), (2, 5), (6, 7))
"""Bits of a braille character, from the top: each row's left and right dot."""
_HEAVY = 4
"""Dots from which a stroke is one of a curve two dots thick."""


@lru_cache(512)
def stroke(dots: int, characters: Characters) -> str:
    """What comes nearest to a braille character with these `dots`: where its ink lies, how it leans, how heavy it is.

    A curve of two dots' thickness stays heavier than one of one dot.
    """
    if not dots:
        return " "
    rows = [sum(dots >> bit & 1 for bit in row) for row in _ROWS]
    left, right = (sum(dots >> row[side] & 1 for row in _ROWS) for side in (0, 1))
    heavy = sum(rows) >= _HEAVY
    if characters == "console":
        return _console_stroke(rows, heavy)
    inked = [place for place, count in enumerate(rows) if count]
    if inked[-1] - inked[0] >= 2:
        return _leaning(dots, rows, left, right, heavy)
    middle = sum(place * count for place, count in enumerate(rows)) / sum(rows)
    band = 0 if middle < 1 else 1 if middle <= 2 else 2
    return ('"=_' if heavy else "'-.")[band]


def _console_stroke(rows: list[int], heavy: bool) -> str:
    upper, lower = sum(rows[:2]), sum(rows[2:])
    if heavy:
        return "█" if upper and lower and min(upper, lower) * 2 >= max(upper, lower) else "▀" if upper > lower else "▄"
    return "∙" if upper and lower else "'" if upper else "."


def _leaning(dots: int, rows: list[int], left: int, right: int, heavy: bool) -> str:
    if not left or not right:
        return "|"
    if sum(rows) >= 7:
        return "#"
    sides = [[place for place, row in enumerate(_ROWS) for _ in range(dots >> row[side] & 1)] for side in (0, 1)]
    fall = sum(sides[1]) / len(sides[1]) - sum(sides[0]) / len(sides[0])
    if abs(fall) >= 0.75:
        return "\\" if fall > 0 else "/"
    return "#" if heavy else ":"


class Translation(dict[int, str]):
    """For `str.translate`: all that `characters` lacks."""

    def __init__(self, characters: Characters) -> None:
        super().__init__()
        self._characters: Characters = characters

    def __missing__(self, code: int) -> str:
        """Looked up once for each character that turns up."""
        self[code] = replacement(chr(code), self._characters)
        return self[code]


_TRANSLATIONS = {"ascii": Translation("ascii"), "console": Translation("console"), "unicode": Translation("unicode")}


def translated(text: str, characters: Characters) -> str:
    """`text` with what `characters` lacks replaced."""
    return text if text.isascii() or characters == "unicode" else text.translate(_TRANSLATIONS[characters])


_SPELLED = {
    "x̂": "x^",
    "r̂": "r^",
    "ρ̂": "rho^",
    "x̃": "x~",
    "h̃": "h~",
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "ε": "eps",
    "λ": "lambda",
    "µ": "mu",
    "μ": "mu",
    "ρ": "rho",
    "σ": "sigma",
    "Σ": "sum",
    "∂": "d",
    "‖": "||",
    "√": "sqrt",
    "²": "^2",
    "⁻¹": "^-1",
    "½": "1/2",
    "·": "*",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "→": "->",
    "←": "<-",
    "∈": "in",
    "∞": "inf",
    "⊙": "*",
    "⌈": "ceil(",
    "⌉": ")",
    "₁": "_1",
    "₂": "_2",
    "ₙ": "_n",
    "ₜ": "_t",
    "ⱼ": "_j",
    "ᵢ": "_i",
}


def spelled(text: str, characters: Characters) -> str:
    """`text` with the letters of equations in words where `characters` lack some of them: x̂ would become x. It may
    get longer, so this comes before lines are made, and `translated` after."""
    if characters == "unicode" or text.isascii():
        return text
    for char, words in _SPELLED.items():
        text = text.replace(char, words)
    return text
