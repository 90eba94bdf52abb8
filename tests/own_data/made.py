"""Small data of every sort, made anew: what people bring, with the oddities that it has."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

RANDOM = 7


def shapes(count: int, height: int = 12, width: int = 12, seed: int = RANDOM) -> Iterator[tuple[str, np.ndarray]]:
    """Squares and bars on dark ground, each with its name, (height, width) uint8."""
    random = np.random.default_rng(seed)
    for number in range(count):
        picture = random.integers(0, 30, (height, width)).astype(np.uint8)
        top, left = random.integers(1, height // 2), random.integers(1, width // 2)
        square = number % 2 == 0
        bottom, right = (top + height // 3, left + width // 3) if square else (top + 2, width - 1)
        picture[top:bottom, left:right] = random.integers(180, 255)
        yield ("square" if square else "bar"), picture


def image_folder(folder: Path, count: int = 60, height: int = 12, width: int = 12) -> Path:
    """Grey PNG files in a sub-folder for each class."""
    for number, (name, picture) in enumerate(shapes(count, height, width)):
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(place / f"{number:03}.png")
    return folder


def colour_folder(folder: Path, count: int = 60) -> Path:
    """JPEG and PNG files in colour, all in one folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tints = np.array([[255, 80, 80], [80, 255, 80], [80, 80, 255]])
    for number, (_, picture) in enumerate(shapes(count, 16, 16)):
        colours = (picture[..., None] / 255 * tints[number % 3]).astype(np.uint8)
        Image.fromarray(colours).save(folder / f"{number:03}.{'jpg' if number % 2 else 'png'}")
    return folder


def odd_folder(folder: Path, count: int = 40) -> Path:
    """Pictures of two sizes, neither of them square."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (_, picture) in enumerate(shapes(count, 10, 14)):
        taller = np.pad(picture, ((2, 3), (0, 0))) if number % 4 == 0 else picture
        Image.fromarray(taller).save(folder / f"{number:03}.png")
    return folder


def cmyk_folder(folder: Path, count: int = 40) -> Path:
    """JPEG files as printers make them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (_, picture) in enumerate(shapes(count)):
        Image.fromarray(picture).convert("CMYK").save(folder / f"{number:03}.jpg")
    return folder


def deep_folder(folder: Path, count: int = 40) -> Path:
    """PNG files with 16 bits a pixel."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (_, picture) in enumerate(shapes(count)):
        Image.fromarray(picture.astype(np.uint16) * 257).save(folder / f"{number:03}.png")
    return folder


def transparent_folder(folder: Path, count: int = 40) -> Path:
    """PNG files that are transparent where the ground is."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (_, picture) in enumerate(shapes(count)):
        alpha = np.where(picture > 100, 255, 0).astype(np.uint8)
        Image.fromarray(np.dstack([picture, picture, picture, alpha])).save(folder / f"{number:03}.png")
    return folder


def blurred_pairs(sharp: Path, blurred: Path, count: int = 60) -> Path:
    """The same names in two folders: what is to be answered, and what is seen of it."""
    from PIL import ImageFilter

    for folder in (sharp, blurred):
        folder.mkdir(parents=True, exist_ok=True)
    for number, (_, picture) in enumerate(shapes(count)):
        image = Image.fromarray(picture)
        image.save(sharp / f"{number:03}.png")
        image.filter(ImageFilter.GaussianBlur(1.5)).save(blurred / f"{number:03}.png")
    return blurred


def table(count: int = 200, seed: int = RANDOM) -> dict[str, list[object]]:
    """Columns: numbers that hang together, one that never varies, a category, gaps, an identifier and a class."""
    random = np.random.default_rng(seed)
    hidden = random.standard_normal(count)
    weight = 70 + 12 * hidden + random.standard_normal(count)
    height = 1.7 + 0.1 * hidden + 0.01 * random.standard_normal(count)
    pulse = 65 - 5 * hidden + 2 * random.standard_normal(count)
    gaps = random.random(count) < 0.15
    return {
        "patient": [f"P{number:04}" for number in range(count)],
        "weight": np.round(weight, 1).tolist(),
        "height": [None if gap else round(float(value), 3) for gap, value in zip(gaps, height, strict=True)],
        "pulse": np.round(pulse).astype(int).tolist(),
        "ward": random.choice(["north", "south", "east"], count).tolist(),
        "unit": ["kg"] * count,
        "tall": ["yes" if value > 0 else "no" for value in hidden],
    }


def csv(path: Path, columns: dict[str, list[object]], delimiter: str = ",") -> Path:
    """`columns` with a head; what is missing is an empty cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = zip(*columns.values(), strict=True)
    lines = [
        delimiter.join(columns),
        *(delimiter.join("" if cell is None else str(cell) for cell in row) for row in rows),
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def parquet(path: Path, columns: dict[str, list[object]]) -> Path:
    """The same as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def sensor_log(path: Path, steps: int = 3_000, seed: int = RANDOM) -> Path:
    """A CSV file with a time, a temperature and a current that swing together."""
    random = np.random.default_rng(seed)
    time = np.arange(steps)
    swing = np.sin(time / 9) + 0.5 * np.sin(time / 23)
    columns: dict[str, list[object]] = {
        "time": time.tolist(),
        "temperature": np.round(20 + 5 * swing + 0.2 * random.standard_normal(steps), 3).tolist(),
        "current": np.round(3 - swing + 0.1 * random.standard_normal(steps), 3).tolist(),
    }
    return csv(path, columns)


def machine_log(path: Path, steps: int = 16_000, seed: int = RANDOM) -> Path:
    """A CSV file of three sensors of a machine: a vibration whose speed drifts, a load that is switched on and off, a
    temperature that follows it; with noise, and gaps in the temperature. It is what docs/recipes.md compares with."""
    random = np.random.default_rng(seed)
    speed = np.empty(steps)
    load, heat = np.zeros(steps), np.zeros(steps)
    now, on, warm = 0.3, 0.0, 0.0
    for step in range(steps):
        now = float(np.clip(now + 0.01 * random.standard_normal(), 0.15, 0.6))
        on = 1 - on if random.random() < 1 / 50 else on
        warm += 0.06 * (on - warm)
        speed[step], load[step], heat[step] = now, on, warm
    phase = np.cumsum(speed)
    vibration = (0.5 + load) * np.sin(phase) + 0.3 * np.sin(2 * phase)
    temperature = 40 + 25 * heat + 0.5 * random.standard_normal(steps)
    gaps = random.random(steps) < 0.02
    columns: dict[str, list[object]] = {
        "time": list(range(steps)),
        "vibration": np.round(vibration + 0.05 * random.standard_normal(steps), 3).tolist(),
        "current": np.round(2 + 3 * load + 0.15 * random.standard_normal(steps), 3).tolist(),
        "temperature": [None if gap else round(float(t), 2) for gap, t in zip(gaps, temperature, strict=True)],
    }
    return csv(path, columns)


def sound(path: Path, seconds: float = 0.5, rate: int = 8_000) -> Path:
    """A WAV file, 16 bits, one channel: two tones that come and go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(seconds * rate)) / rate
    wave_form = 0.5 * np.sin(2 * np.pi * 440 * time) * np.sin(2 * np.pi * 3 * time) + 0.3 * np.sin(
        2 * np.pi * 700 * time
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((wave_form * 32_000).astype("<i2").tobytes())
    return path


def ratings(path: Path, users: int = 60, items: int = 40, seed: int = RANDOM) -> Path:
    """A CSV file of stars that hang on two tastes."""
    random = np.random.default_rng(seed)
    tastes, kinds = random.standard_normal((users, 2)), random.standard_normal((items, 2))
    stars = np.clip(np.round(3.2 + 0.9 * tastes @ kinds.T + 0.3 * random.standard_normal((users, items))), 1, 5)
    rated = np.argwhere(random.random((users, items)) < 0.4)
    columns: dict[str, list[object]] = {
        "user": [f"user{user}" for user, _ in rated],
        "item": [f"film{item}" for _, item in rated],
        "rating": [int(stars[user, item]) for user, item in rated],
    }
    return csv(path, columns)


SUBJECTS = ("The crew", "Our captain", "A tired sailor", "The old cook", "Nobody", "The new doctor")
VERBS = ("repaired", "painted", "sold", "watched", "forgot", "carried")
THINGS = ("the red boat", "a heavy rope", "the broken engine", "two empty barrels", "the morning bread")


def sentences(count: int = 120, seed: int = RANDOM) -> list[str]:
    """Short ones of a few words."""
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(words) for words in (SUBJECTS, VERBS, THINGS)) for _ in range(count)]


def title_columns(count: int = 120) -> dict[str, list[object]]:
    """Titles without a full stop, and topics."""
    lines = sentences(count)
    topics = ["harbour" if "boat" in line or "rope" in line else "kitchen" for line in lines]
    return {"title": list(lines), "topic": list(topics)}


def titles(path: Path) -> Path:
    """A CSV file with a title and a topic in each row."""
    return csv(path, title_columns())


def title_parquet(path: Path) -> Path:
    """The same as a Parquet file."""
    return parquet(path, title_columns())


def mails(folder: Path, count: int = 60) -> Path:
    """Text files in a sub-folder for each topic, each with a few sentences."""
    lines = sentences(count * 3)
    for number in range(count):
        place = folder / ("work" if number % 2 else "home")
        place.mkdir(parents=True, exist_ok=True)
        text = ". ".join(lines[3 * number : 3 * number + 3])
        (place / f"{number:03}.txt").write_text(f"{text}.\n", "utf-8")
    return folder


def json_lines(path: Path, count: int = 120) -> Path:
    """A JSONL file with a sentence in each object."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"body": line, "number": n}) + "\n" for n, line in enumerate(sentences(count))))
    return path


def japanese(path: Path, count: int = 80, seed: int = RANDOM) -> Path:
    """Sentences without a space between words, one a line."""
    random = np.random.default_rng(seed)
    parts = (
        ("猫", "犬", "先生", "友達"),
        ("が", "は"),
        ("魚", "本", "水", "手紙"),
        ("を",),
        ("読む", "見る", "運ぶ", "忘れる"),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["".join(random.choice(choices) for choices in parts) + "。" for _ in range(count)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def arrays(path: Path, count: int = 80) -> Path:
    """An archive with floats in 0…1, (count, 12, 12), and a class for each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = list(shapes(count))
    x = np.stack([picture for _, picture in pictures]).astype(np.float32) / 255
    np.savez(path, x=x, y=np.array([name == "square" for name, _ in pictures], np.int64))
    return path
