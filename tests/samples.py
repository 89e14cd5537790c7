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

# A small plan for the small course: what the parsers of template and rubric would leave of such files.
PARTS: dict[str, Any] = {
    "lesson-plan": {
        "sections": [
            {
                "letter": "A",
                "title": "Course",
                "intro": "Start with one course you teach.",
                "fields": [
                    {"key": "title", "type": "text", "label": "Plan title", "required": True, "limit": 120},
                    {
                        "key": "sharing",
                        "type": "select",
                        "label": "Sharing",
                        "options": [
                            {"code": "named", "label": "Share in the gallery with my name"},
                            {"code": "anonymous", "label": "Share in the gallery without my name or college"},
                            {"code": "private", "label": "Keep private"},
                        ],
                    },
                ],
            }
        ]
    },
    "rubric": {
        "levels": [
            {"points": 3, "label": "Exemplary"},
            {"points": 2, "label": "Meets"},
            {"points": 1, "label": "Revise"},
        ],
        "approve_at": 2,
        "criteria": [
            {"key": "title", "title": "Title", "fields": ["title"], "descriptors": ["Clear", "There", "Missing"]}
        ],
    },
}
