"""docker-compose.yml describes production validly, keeps no secret, and its environment passes Django's checks."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
# What a person would write into .env; every variable that the file demands must be here.
FILLED_IN = {
    "SECRET_KEY": "zq7Vt0pW5nR2xK9bM4cF8hJ1sL6dG3yT-aE_uQiOzXwPvBnC-k3Jr8",
    "ALLOWED_HOSTS": "course.example.org",
    "SITE_URL": "https://course.example.org",
    "EMAIL_URL": "smtp+tls://course:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "course@example.org",
    "POSTGRES_PASSWORD": "q8Hn2Lw5",
}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[?-])(?P<rest>[^}]*))?}")


def resolve(text: str) -> str:
    """What compose makes of `${NAME:?why}` and `${NAME:-default}`."""

    def value(match: re.Match[str]) -> str:
        if match["kind"] == "-":
            return FILLED_IN.get(match["name"], match["rest"])
        return FILLED_IN[match["name"]]

    return VARIABLE.sub(value, text)


def test_the_file_follows_the_compose_specification():
    schema = json.loads((ROOT / "tests/house/compose-spec/schema.json").read_text())
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(COMPOSE)]
    assert errors == []


def test_the_specification_would_notice_a_mistake():
    schema = json.loads((ROOT / "tests/house/compose-spec/schema.json").read_text())
    wrong = {"services": {"web": {"image": "x", "healthcheck": {"tset": []}}}}
    assert not Draft202012Validator(schema).is_valid(wrong)


def test_production_has_all_its_parts():
    assert set(SERVICES) == {"prepare", "web", "worker", "beat", "postgres", "redis"}
    for name, service in SERVICES.items():
        if name != "prepare":
            assert "healthcheck" in service, name
            assert service["restart"] == "unless-stopped", name
    assert SERVICES["postgres"]["volumes"] == ["database:/var/lib/postgresql/data"]
    assert SERVICES["web"]["volumes"] == SERVICES["worker"]["volumes"] == ["files:/data"]


def test_nothing_is_open_to_the_world_but_web_on_loopback():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}


@pytest.mark.parametrize("name", sorted(FILLED_IN))
def test_what_is_secret_or_local_must_be_given(name):
    text = (ROOT / "docker-compose.yml").read_text()
    assert re.search(rf"\${{{name}:\?", text)
    assert not re.search(rf"\${{{name}:-", text)
    assert re.search(rf"^{name}=$", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_no_secret_is_in_the_file():
    for service in SERVICES.values():
        for name, value in service["environment"].items() if "environment" in service else ():
            if re.search("KEY|PASSWORD|SECRET|TOKEN", name):
                assert VARIABLE.fullmatch(value), name


def test_every_variable_that_the_example_names_is_used():
    example = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    used = {match["name"] for match in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text())}
    assert set(example) <= used


def test_django_finds_nothing_to_warn_of_in_production(tmp_path):
    given = {name: resolve(value) for name, value in SERVICES["web"]["environment"].items()}
    env = {
        **given,
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "wbl_course.settings",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "no issues" in result.stdout


def test_production_refuses_to_start_for_any_host(tmp_path):
    given = {name: resolve(value) for name, value in SERVICES["web"]["environment"].items()}
    env = {**given, "ALLOWED_HOSTS": "*", "PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "check"]
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "ALLOWED_HOSTS may not be '*'" in result.stderr
