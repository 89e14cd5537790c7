"""Data of one item of each kind, as its parser would leave it. The app of a kind keeps its sample true (its own tests compare it with what the parser makes)."""

import json
from pathlib import Path
from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "page": {},
    "discussion": {
        "post_words": 10,
        "replies": 2,
        "reply_words": 5,
        "post_by": {"week": 1, "day": "thursday"},
        "reply_by": {"week": 1, "day": "sunday"},
        "advice": "Reply to someone from another discipline or college.",
        "model_post": "",
    },
    # One question of each type; tests/knowledgechecks/sample.toml is the file it was read from.
    "check": json.loads((Path(__file__).parent / "knowledgechecks" / "sample.json").read_text()),
    "plan": {"fields": ["title"], "submit": False, "due": {"week": 1, "day": "sunday"}},
}
