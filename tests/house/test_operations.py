"""What docs and commands promise an operator."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from wbl_course.management.commands import check_invariants

ROOT = Path(__file__).resolve().parents[2]


def test_every_variable_is_described():
    """`WBL_…` variables are the test suite's own."""
    settings = (ROOT / "wbl_course/settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    read |= set(re.findall(r'environ\.get\("([A-Z_]+)"', (ROOT / "gunicorn.conf.py").read_text()))
    table = (ROOT / "docs/operations.md").read_text().split("## Variables")[1].split("\n## ")[0]
    described = set(re.findall(r"`([A-Z_]+)`", table))
    assert {name for name in read if not name.startswith("WBL_")} - described == set()


def test_invariants_that_hold_are_said_to_hold(db, capsys):
    call_command("check_invariants")
    assert "All invariants hold." in capsys.readouterr().out


def test_a_broken_invariant_is_a_line_and_an_exit_code(db, capsys, monkeypatch):
    monkeypatch.setattr(check_invariants, "problems", lambda: iter(["documents: job 7 is done and has no file"]))
    with pytest.raises(SystemExit) as ended:
        call_command("check_invariants")
    assert ended.value.code == 1
    assert capsys.readouterr().out == "documents: job 7 is done and has no file\n"


def test_without_a_key_it_says_what_to_do(tmp_path):
    env = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    assert "Set SECRET_KEY" in result.stderr


def test_hosts_without_an_address_are_refused_with_what_to_do(tmp_path):
    """Or links in mail would lead everybody to their own machine."""
    env = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "wbl.example"}
    given = {**env, "SITE_URL": "https://wbl.example"}
    refused, taken = (
        subprocess.run(
            [sys.executable, "-c", "import wbl_course.settings"], cwd=ROOT, env=each, capture_output=True, text=True,
            check=False,
        )
        for each in (env, given)
    )  # fmt: skip
    assert refused.returncode != 0
    assert "Set SITE_URL" in refused.stderr
    assert taken.returncode == 0, taken.stderr


def test_help_names_the_commands_of_the_readme():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("setup", "run", "test", "fix", "check", "migrate", "bench", "prove", "lock"):
        assert re.search(rf"^{command}\t", shown, re.MULTILINE), command
