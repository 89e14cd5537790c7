"""The values of a region, checked: what the rest of the application relies on must be there and fit together."""

import datetime
import re
import zoneinfo
from collections.abc import Mapping
from typing import Any

from modules.loader.folder import SLUG
from modules.loader.inline import MONTH
from modules.loader.source import Reading

STAGES = ("ABOUT", "THROUGH", "FOR")
COMPENSATION = ("none", "flex", "stipend", "both", "undecided")
# The papers of both themes in static/css/app.css; an accent must be readable on them.
PAPERS = {"light": "#fbf9f5", "dark": "#14181f"}
CONTRAST = 4.5
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def contrast(one: str, other: str) -> float:
    """The ratio of two colours written #rrggbb, from 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def accent_problem(theme: str, colour: str) -> str:
    """Why a colour cannot be the accent of a theme; empty where it can."""
    if not _COLOUR.fullmatch(colour):
        return f"“{colour}” is not a colour; write it like #0b5c6b."
    ratio = contrast(colour, PAPERS[theme])
    if ratio < CONTRAST:
        return (
            f"{colour} is hard to read on the {theme} page: its contrast is {ratio:.1f}, expected at least {CONTRAST}."
        )
    return ""


def check(reading: Reading) -> None:
    """Reports at the region's file what is missing or does not fit. Further texts are welcome: pages refer to them."""
    get = reading.get
    for key in ("name", "short_name", "state", "skill_framework"):
        if not get(key, str).strip() and key in reading.head:
            reading.problem(f"{key} is empty; expected a text.", near=key)
    if (zone := get("time_zone", str)) and zone not in zoneinfo.available_timezones():
        reading.problem(f"time_zone is {zone!r}; expected a zone such as America/Los_Angeles.", near="time_zone")
    accent = get("accent", dict)
    for theme in PAPERS if accent else ():
        if problem := accent_problem(theme, str(accent.get(theme, ""))):
            reading.problem(f"accent, {theme}: {problem}", near="accent")
    labels = get("stage_labels", dict)
    for stage in STAGES:
        get(stage, str, table=labels, where="stage_labels") if labels else None
    _check_colleges(reading, get("districts", list))
    for key in ("sectors", "disciplines", "terms"):
        options = get(key, list)
        check_options(reading, key, options)
        for option in options if key == "terms" else ():
            _check_term(reading, option)
    for holiday in get("holidays", list):
        if (
            not isinstance(holiday, Mapping)
            or type(holiday.get("date")) is not datetime.date
            or not isinstance(holiday.get("label"), str)
        ):
            reading.problem(
                f'holidays: {holiday} is no holiday; expected {{ date = 2026-11-26, label = "Thanksgiving" }}.',
                near="holidays",
            )
    for choice in get("compensation", list):
        if choice not in COMPENSATION:
            reading.problem(
                f"compensation: {choice!r} is not known; expected some of {', '.join(COMPENSATION)}.",
                near="compensation",
            )
    if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", get("fiscal_year_starts", str)):
        reading.problem(
            'fiscal_year_starts is no day; expected month and day, such as "07-01".', near="fiscal_year_starts"
        )
    multipliers = get("multipliers", dict)
    for key in ("courses", "students"):
        get(key, int, table=multipliers, where="multipliers") if multipliers else None
    for name, link in get("links", dict).items():
        if (
            not isinstance(link, Mapping)
            or not isinstance(link.get("label"), str)
            or not is_address(str(link.get("url", "")))
        ):
            reading.problem(
                f'links: {name} is no link; expected {{ label = "…", url = "https://…" }}, url may be empty.', near=name
            )
    for name, fact in get("facts", dict).items():
        _check_fact(reading, name, fact)


def is_address(url: str) -> bool:
    return not url or bool(re.fullmatch(r"(https?://|mailto:)[^\s\"<>]+", url))


def check_options(reading: Reading, name: str, options: list[Any]) -> None:
    """Each option has a code and a label, and no code stands twice."""
    seen = set()
    for option in options:
        if not isinstance(option, Mapping):
            reading.problem(f'{name}: {option!r} is no option; expected {{ code = "…", label = "…" }}.', near=name)
            continue
        code = reading.get("code", str, table=option, where=name)
        reading.get("label", str, table=option, where=name)
        if code in seen:
            reading.problem(f"{name}: the code “{code}” stands twice.", near=f'"{code}"')
        seen.add(code)


def _check_colleges(reading: Reading, districts: list[Any]) -> None:
    seen = set()
    for district in districts:
        if not isinstance(district, Mapping) or not isinstance(district.get("colleges"), list):
            reading.problem('A district is wrong; expected { name = "…", colleges = [ … ] }.', near="districts")
            continue
        reading.get("name", str, table=district, where="districts")
        for college in district["colleges"]:
            if not isinstance(college, Mapping):
                reading.problem("A college is wrong; expected { slug, name, short_name }.", near="colleges")
                continue
            slug = reading.get("slug", str, table=college, where="colleges")
            reading.get("name", str, table=college, where="colleges")
            reading.get("short_name", str, table=college, where="colleges")
            if slug and not re.fullmatch(SLUG, slug):
                reading.problem(
                    f"colleges: “{slug}” is no slug; expected small letters, digits, hyphens.", near=f'"{slug}"'
                )
            if slug in seen:
                reading.problem(f"colleges: the slug “{slug}” stands twice.", near=f'"{slug}"')
            seen.add(slug)
    if not seen:
        reading.problem("There is no college; expected at least one in districts.", near="districts")


def _check_term(reading: Reading, term: Any) -> None:
    if not isinstance(term, Mapping):
        return
    starts, ends = term.get("starts_on"), term.get("ends_on")
    if type(starts) is not datetime.date or type(ends) is not datetime.date or ends < starts:
        reading.problem(
            f"terms: {term.get('code')} needs starts_on and ends_on; expected two dates in order, such as 2026-08-24.",
            near=f'"{term.get("code")}"',
        )


def _check_fact(reading: Reading, name: str, fact: Any) -> None:
    if not isinstance(fact, Mapping):
        reading.problem(f"facts: {name} is no fact; expected {{ text, source, dated, expires }}.", near=name)
        return
    for key in ("text", "source", "dated"):
        reading.get(key, str, table=fact, where=f"facts: {name}")
    if fact.get("source") not in reading.course.sources:
        reading.problem(f"facts: {name}: there is no source “{fact.get('source')}” in sources.toml.", near=name)
    for key in ("dated", "expires"):
        if fact.get(key) and not MONTH.fullmatch(str(fact[key])):
            reading.problem(f'facts: {name}: {key} is {fact[key]!r}; expected a month such as "2028-01".', near=name)


def colleges(region: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The region's colleges as one list of options: code, label, short_name, and the district as group."""
    return [
        {
            "code": college.get("slug", ""),
            "label": college.get("name", ""),
            "short_name": college.get("short_name", ""),
            "group": district.get("name", ""),
        }
        for district in region.get("districts", [])
        if isinstance(district, Mapping)
        for college in district.get("colleges", [])
        if isinstance(college, Mapping)
    ]
