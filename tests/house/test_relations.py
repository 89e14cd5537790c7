"""Foreign keys obey the arrows that imports obey: a model points at its own app or at a floor below."""

import tomllib
from pathlib import Path

from django.apps import apps

CONTRACTS = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())["tool"]["importlinter"]
HOUSE = next(contract for contract in CONTRACTS["contracts"] if contract["id"] == "house")
# App → floor, the highest is 0; what stands on one line shares a floor.
FLOORS = {app.strip(" ()"): floor for floor, line in enumerate(HOUSE["layers"]) for app in line.split("|")}


def wrong_arrows(relations, floors):
    """The (from app, to app) pairs that point sideways or up."""
    return sorted({(a, b) for a, b in relations if a != b and floors[a] >= floors[b]})


def relations():
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if field.is_relation and not field.auto_created and field.related_model is not None:
                yield model._meta.app_config.name, field.related_model._meta.app_config.name


def test_model_relations_point_downwards():
    found = list(relations())
    ours = [(a, b) for a, b in found if a in FLOORS and b in FLOORS]
    assert ours
    assert wrong_arrows(ours, FLOORS) == []


def test_no_library_points_at_us_but_at_the_user():
    assert {b for a, b in relations() if a not in FLOORS and b in FLOORS} <= {"accounts"}


def test_an_arrow_upwards_or_sideways_would_be_seen():
    assert wrong_arrows([("cohorts", "lessonplans")], FLOORS) == [("cohorts", "lessonplans")]
    assert wrong_arrows([("discussions", "lessonplans")], FLOORS) == [("discussions", "lessonplans")]
    assert wrong_arrows([("lessonplans", "cohorts"), ("cohorts", "cohorts")], FLOORS) == []


def test_every_app_of_ours_has_its_floor():
    root = Path(__file__).resolve().parents[2]
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).is_relative_to(root / "accounts")}
    ours |= {
        config.name
        for config in apps.get_app_configs()
        if root in Path(config.path).parents and ".venv" not in Path(config.path).parts
    }
    assert ours - {"wbl_course"} == set(FLOORS) - {"wbl_course", "foundation.faultpoints"}
