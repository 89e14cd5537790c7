"""Every pair of colors that meets on a page, in both themes, for the default accent and for each region's own.

The formula is WCAG 2.2's relative luminance; the colors are read from the stylesheet, so that no token changes
without this noticing.
"""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STYLESHEET = (ROOT / "static/css/app.css").read_text()
ROOT_RULE = STYLESHEET.split(":root {", 1)[1].split("\n}", 1)[0]
TOKENS = dict(re.findall(r"^  --([a-z0-9-]+): ([^;]+);", ROOT_RULE, flags=re.M))

TEXT, INTERFACE, SHAPE = 7.0, 4.5, 3.0
PAIRS = [
    (TEXT, "ink", ["paper", "raised", "band-1", "band-2", "attention-tint", "success-tint"]),
    (TEXT, "muted", ["paper", "raised"]),
    (TEXT, "accent", ["paper"]),
    (TEXT, "attention", ["paper"]),
    (TEXT, "success", ["paper"]),
    (INTERFACE, "ink", ["band-3"]),
    (INTERFACE, "accent-ink", ["accent"]),
    (INTERFACE, "accent", ["raised", "band-1"]),
    (INTERFACE, "muted", ["band-1"]),
    (INTERFACE, "attention", ["raised", "attention-tint"]),
    (INTERFACE, "success", ["success-tint"]),
    (SHAPE, "focus", ["paper", "raised", "band-1", "band-2"]),
    (SHAPE, "edge", ["paper", "raised"]),
    (SHAPE, "accent", ["band-2"]),
]


def accents() -> dict[str, dict[str, str]]:
    found = {"default": {"light": TOKENS["accent-light"], "dark": TOKENS["accent-dark"]}}
    for file in sorted((ROOT / "modules/content/regions").glob("*/region.toml")):
        accent = tomllib.loads(file.read_text()).get("accent")
        if accent:
            found[file.parent.name] = accent
    return found


Color = tuple[float, float, float]


def arguments(call: str) -> list[str]:
    """The arguments between a call's outer brackets, split at its own commas only."""
    parts, depth = [""], 0
    for sign in call[call.index("(") + 1 : call.rindex(")")]:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def color(value: str, theme: str, accent: dict[str, str]) -> Color:
    """A value of the stylesheet as red, green and blue between 0 and 255."""
    if value.startswith("#"):
        return (int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16))
    if value.startswith("var(--accent-light)"):
        return color(accent["light"], theme, accent)
    if value.startswith("var(--accent-dark)"):
        return color(accent["dark"], theme, accent)
    if value.startswith("var("):
        return color(TOKENS[arguments(value)[0].removeprefix("--")], theme, accent)
    if value.startswith("light-dark("):
        light, dark = arguments(value)
        return color(light if theme == "light" else dark, theme, accent)
    assert value.startswith("color-mix(in srgb,"), value
    _, first, second = arguments(value)
    first, share = first.rsplit(" ", 1)
    part = float(share.removesuffix("%")) / 100
    a, b = color(first, theme, accent), color(second, theme, accent)
    return (part * a[0] + (1 - part) * b[0], part * a[1] + (1 - part) * b[1], part * a[2] + (1 - part) * b[2])


def luminance(rgb: Color) -> float:
    red, green, blue = (c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_formula_gives_the_known_ends() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("region", accents())
def test_every_pair_can_be_read(region: str, theme: str) -> None:
    accent = accents()[region]
    too_weak = []
    for least, front, backs in PAIRS:
        for back in backs:
            ratio = contrast(color(TOKENS[front], theme, accent), color(TOKENS[back], theme, accent))
            if ratio < least:
                too_weak.append(f"--{front} on --{back}: {ratio:.2f}, needs {least}")
    assert not too_weak, f"{region}, {theme}: " + "; ".join(too_weak)
