"""The rule of completion without a database: what is done, what is missing, why something is locked."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.completion import Need, Standing, evaluate
from modules.outline import ItemOutline, ModuleOutline, Outline

NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


@dataclass(frozen=True)
class Happened:
    item: str
    name: str


def item(key: str, kind: str = "page", was: str = "") -> ItemOutline:
    module, slug = key.split("/")
    return ItemOutline(pk=1, module=module, slug=slug, kind=kind, title=slug.title(), minutes=5, was=was)


def module(slug: str, *items: ItemOutline, week: int = 1, requires: tuple[str, ...] = ()) -> ModuleOutline:
    return ModuleOutline(1, slug, week, f"Module {slug}", "", week, (), requires, items)


COURSE = Outline(
    (
        module(
            "one",
            item("one/read"),
            item("one/talk", "discussion"),
            item("one/check", "check"),
            item("one/plan", "plan"),
        ),
        module("two", item("two/read", was="reading"), item("two/talk", "discussion"), week=2, requires=("one",)),
    )
)
NEEDS = {
    "one/read": (Need("read", 1, "Read to the end"),),
    "one/talk": (Need("posted", 1, "Post first"), Need("replied", 2, "Reply to others", gates=False)),
    "one/check": (Need("passed", 1, "Pass the check"),),
    "one/plan": (Need("drafted", 1, "Answer the fields"), Need("approved", 1, "Be approved", gates=False)),
    "two/read": (Need("read", 1, "Read to the end"),),
    "two/talk": (Need("posted", 1, "Post first"), Need("replied", 2, "Reply to others", gates=False)),
}
ALL = [Happened(key, need.fact) for key, needs in NEEDS.items() for need in needs for _ in range(need.count)]


def stand(
    *facts: Happened, overridden: tuple[str, ...] = (), opens: dict[str, datetime] | None = None, **more: object
) -> Standing:
    return evaluate(
        COURSE,
        needs=NEEDS,
        facts=facts,
        overridden=overridden,
        opens_at=opens or {},
        opening_words={"two": "Opens Monday, September 14 (week 2)."},
        now=NOW,
        **more,  # type: ignore[arg-type]
    )


READ, POSTED, PASSED, DRAFTED = (
    Happened("one/read", "read"),
    Happened("one/talk", "posted"),
    Happened("one/check", "passed"),
    Happened("one/plan", "drafted"),
)


@pytest.mark.parametrize(
    ("facts", "open_", "next_"),
    [
        ((), {"one/read", "one/plan"}, "one/read"),
        ((READ,), {"one/read", "one/talk", "one/plan"}, "one/talk"),
        ((READ, POSTED), {"one/read", "one/talk", "one/check", "one/plan"}, "one/check"),
        # Replies don't gate: the check opened, and the next module needs only what one can do alone.
        ((READ, POSTED, PASSED), {"one/read", "one/talk", "one/check", "one/plan"}, "one/plan"),
        ((READ, POSTED, PASSED, DRAFTED), {key for key in NEEDS if key != "two/talk"}, "two/read"),
        # What was done out of order stays open.
        ((PASSED,), {"one/read", "one/check", "one/plan"}, "one/read"),
    ],
)
def test_what_is_open_and_what_comes_next(facts: tuple[Happened, ...], open_: set[str], next_: str) -> None:
    standing = stand(*facts)
    assert {each.item.key for each in standing.items if not each.locked} == open_
    assert standing.next is not None
    assert standing.next.item.key == next_


def test_a_lock_says_what_to_do() -> None:
    standing = stand(READ)
    assert standing.by_key["one/check"].locked == "Opens after “Talk”."
    assert standing.by_key["two/read"].locked == "Opens when you have worked through “Module one”."
    assert standing.modules[1].locked == standing.by_key["two/read"].locked


def test_before_its_week_a_module_says_when_it_opens() -> None:
    standing = stand(READ, POSTED, PASSED, DRAFTED, opens={"two": LATER})
    assert standing.by_key["two/read"].locked == "Opens Monday, September 14 (week 2)."
    assert not stand(READ, POSTED, PASSED, DRAFTED, opens={"two": NOW}).by_key["two/read"].locked


def test_what_depends_on_others_is_missing_but_locks_nothing() -> None:
    standing = stand(READ, POSTED, Happened("one/talk", "replied"))
    talk = standing.by_key["one/talk"]
    assert (talk.done, talk.passable, talk.missing) == (False, True, ("Reply to others (1 of 2)",))


def test_when_only_others_can_move_on_that_is_the_next_step() -> None:
    done = [fact for fact in ALL if fact.name not in ("replied", "approved")]
    standing = stand(*done)
    assert standing.next is not None
    assert standing.next.passable
    assert standing.next.item.key == "one/talk"


def test_an_override_counts_as_done_and_opens_what_follows() -> None:
    standing = stand(overridden=("one/read", "one/talk"))
    assert [standing.by_key[key].state for key in ("one/read", "one/talk", "one/check")] == ["done", "done", "open"]
    assert standing.by_key["one/talk"].missing == ()


def test_a_renamed_item_keeps_what_was_done_under_its_old_name() -> None:
    assert stand(Happened("two/reading", "read")).by_key["two/read"].done
    assert stand(overridden=("two/reading",)).by_key["two/read"].done


def test_the_same_fact_under_both_names_counts_for_what_it_is() -> None:
    standing = stand(Happened("two/reading", "read"), Happened("two/read", "read"))
    assert standing.by_key["two/read"].needs[0][1] == 1


def test_without_locks_everything_is_open() -> None:
    assert not any(each.locked for each in stand(locks=False, opens={"two": LATER}).items)


def test_an_item_without_needs_is_done() -> None:
    assert evaluate(COURSE, needs={}, facts=(), opens_at={}, opening_words={}, now=NOW).complete


def test_a_course_without_items_is_never_complete() -> None:
    assert not evaluate(Outline(()), needs={}, facts=(), opens_at={}, opening_words={}, now=NOW).complete


def test_everything_done_is_complete() -> None:
    standing = stand(*ALL)
    assert standing.complete
    assert (standing.count_done, standing.modules_done, standing.next, standing.missing) == (6, 2, None, ())


facts = st.lists(
    st.builds(
        Happened,
        st.sampled_from([*NEEDS, "two/reading", "gone/away"]),
        st.sampled_from(["read", "posted", "replied", "passed", "drafted", "approved", "else"]),
    ),
    max_size=30,
)
waived = st.lists(st.sampled_from([*NEEDS, "two/reading"]), max_size=3).map(tuple)


@settings(max_examples=150, deadline=None)
@given(facts, waived, st.randoms())
def test_the_order_of_events_does_not_matter(happened: list[Happened], over: tuple[str, ...], random) -> None:  # type: ignore[no-untyped-def]
    mixed = list(happened)
    random.shuffle(mixed)
    assert stand(*happened, overridden=over) == stand(*mixed, overridden=over[::-1])


@settings(max_examples=150, deadline=None)
@given(facts, waived)
def test_nothing_is_more_than_whole(happened: list[Happened], over: tuple[str, ...]) -> None:
    standing = stand(*happened, *happened, overridden=over)
    assert 0 <= standing.count_done <= len(standing.items)
    assert all(have <= need.count for each in standing.items for need, have in each.needs)
    assert standing.complete == (standing.count_done == len(standing.items)) == (not standing.missing)
    assert standing.modules_done <= len(standing.modules)


@settings(max_examples=150, deadline=None)
@given(facts, facts, waived, waived)
def test_more_facts_never_take_anything_away(
    before: list[Happened], after: list[Happened], over: tuple[str, ...], more: tuple[str, ...]
) -> None:
    first, then = stand(*before, overridden=over), stand(*before, *after, overridden=over + more)
    for old, new in zip(first.items, then.items, strict=True):
        assert not (old.done and not new.done), old.item.key
        assert not (not old.locked and new.locked), f"{old.item.key}: {new.locked}"


@settings(max_examples=100, deadline=None)
@given(facts, waived)
def test_whoever_is_not_done_has_something_to_do(happened: list[Happened], over: tuple[str, ...]) -> None:
    """Nobody is stuck: as long as the course is open and not complete, there is a next step that is not locked."""
    standing = stand(*happened, overridden=over)
    assert standing.complete or (standing.next is not None and not standing.next.locked)
    for each in standing.items:
        assert each.done or each.missing, "what is not done says what is missing"
        assert not each.locked or each.locked.endswith(".")
