"""An installation as in production: DEBUG off, behind a proxy that ends TLS, with a course of its own data."""

import os
from collections.abc import Iterable
from pathlib import Path

from tests.journeys.installation import Installation, postgres

HOST = "https://localhost"


class Production(Installation):
    """Web server, worker and beat with the settings of production, and a few more functions behind the stage."""

    stage = "tests.prove.backstage"

    def __init__(self, name: str, **more: str) -> None:
        """`more` stands in the environment of all its processes, such as WEB_CONCURRENCY."""
        super().__init__(Path(os.environ["WBL_TEST_DIR"]) / f"prove-{name}")
        self.more = more

    def open(self, *, demo: bool = True) -> None:
        self.prepare(demo=demo)
        for name in ("web", "worker", "beat"):
            self.start(name)
        self.wait_for_web(self.port)

    def prepare(self, *, demo: bool = True) -> None:
        """Tables, course and styles; the demonstration is only made where DEBUG is on, so that is turned off after it."""
        self.manage("prepare", "--collectstatic", *(["--demo"] if demo else []))
        temporary = self.folder / "tmp"
        temporary.mkdir()
        self.env |= {
            "DEBUG": "0",
            "SITE_URL": HOST,
            "BEHIND_TLS_PROXY": "1",
            "SECOND_FACTOR_REQUIRED": "0",  # has tests of its own; here people have sessions without signing in
            "CSRF_TRUSTED_ORIGINS": self.url,
            "TMPDIR": str(temporary),
            **self.more,
        }

    def connections(self, files: Iterable[str]) -> int:
        """How many connections to its database there are; `files` are those that its processes have open."""
        if not self.database:
            return sum(path == str(self.folder / "db.sqlite3") for path in files)
        with postgres(self.server) as connection:
            row = connection.execute("select count(*) from pg_stat_activity where datname = %s", [self.database])
            return int(row.fetchone()[0])
