"""Whole lesson plans from the short ones in plans.toml: what every plan of the demonstration has in common is added
here.
"""

import tomllib
from pathlib import Path
from typing import Any

CHECKLIST = {
    "dean-coordinator": ("yes", "Chair and coordinator told in week 2"),
    "agreement": ("todo", "Coordinator sends the college's form by week 4"),
    "insurance": ("todo", "Risk management, asked by week 4"),
    "trip": ("na", "Nothing leaves campus without the trip form"),
    "minors": ("todo", "Admissions checks for dual-enrolled students"),
    "ferpa": ("yes", "The partner gets class size and topics only"),
    "pay": ("na", "Class work, no placement"),
    "safety": ("yes", "Covered in the lab's own rules"),
    "accommodations": ("yes", "Captions ordered, room is accessible"),
    "recording": ("yes", "Written consent before anything is recorded"),
    "screening": ("na", "No contact that asks for it"),
    "ownership": ("yes", "Students keep their work, the partner may use it"),
    "emergency": ("yes", "Campus police and the partner's front desk"),
}
MINUTES = {"before": 120, "during": 240, "after": 90}
WEEKS = {"before": "4–6", "during": "7–11", "after": "12–14"}


def read() -> dict[str, dict[str, Any]]:
    """The short plans by key."""
    return tomllib.loads((Path(__file__).parent / "plans.toml").read_text(encoding="utf-8"))


def whole(short: dict[str, Any], *, college: str, term: str) -> dict[str, Any]:
    """A plan with every required answer of the template, in the template's codes."""
    partner = short["partner"]
    skills = list(short["skills"])
    data = {
        "title": short["title"],
        "college": college,
        "discipline": short["discipline"],
        "course_code_title": short["course"],
        "credit_status": "noncredit" if "noncredit" in short["discipline"] else "credit",
        "delivery_modality": "in-person",
        "student_context": short["context"],
        "stage": {"primary": short["stage"]},
        "activity_types": short["types"],
        "activity_summary": short["summary"],
        "stage_rationale": short["rationale"],
        "wbl_modality": short["modality"],
        "hours_per_student": short["hours"],
        "skills": skills,
        "skill_evidence": short["skills"],
        "barriers": short["barriers"],
        "access_plan": short["access"],
        "equal_alternative": short["equal"],
        "udl_options": "Reflection may be written, spoken or drawn; roles are chosen after a trial.",
        "course_slos": short["slos"],
        "wbl_outcomes": short["outcomes"],
        "alignment": [
            {
                "outcome": "1",
                "slo": str(min(row, len(short["slos"]))),
                "skill": skill,
                "evidence": short["skills"][skill][:200],
            }
            for row, skill in enumerate(skills, 1)
        ],
        "partner_type": partner["type"],
        "partner_name": partner["name"],
        "partner_status": partner["status"],
        "sector": partner["sector"],
        "partner_role": partner["role"],
        "partner_benefit": partner["benefit"],
        "steps": [
            {
                "phase": phase,
                "week": WEEKS[phase],
                "students_do": short[phase],
                "instructor_does": does,
                "partner_does": partner["role"] if phase == "during" else "",
                "minutes": MINUTES[phase],
            }
            for phase, does in (
                ("before", "Briefs the partner, teaches what is needed, settles roles"),
                ("during", "Watches, asks, keeps time, looks at the log every week"),
                ("after", "Leads the debrief and grades with the rubric below"),
            )
        ],
        "reflection_model": "wsn",
        "reflection_prompts": short["prompts"],
        "evidence": short["evidence"],
        "student_rubric": [
            {
                "criterion": "Connects to course concepts",
                "levels": [
                    "Explains two concepts with evidence from the experience and a limit of each",
                    "Explains one concept with evidence",
                    "Names concepts without evidence",
                ],
            },
            {
                "criterion": "Serves the partner's question",
                "levels": [
                    "The partner could act on it and is told how sure the student is",
                    "Answers the question in the partner's words",
                    "Answers a question that nobody asked",
                ],
            },
            {
                "criterion": "Reflects",
                "levels": [
                    "Names a change in thinking and what caused it",
                    "Describes what happened and what it means",
                    "Describes what happened",
                ],
            },
        ],
        "grade_weight": "15 percent of the course",
        "items": ["Partner brief", "Listening or field sheet", "Rubric"],
        "technology": "The learning platform and whatever students carry; a lab machine where that is not enough.",
        "checklist": {code: {"state": state, "note": note} for code, (state, note) in CHECKLIST.items()},
        "plan_b": "If the partner cancels, last term's recording and a colleague who plays the partner take its place.",
        "sections_per_year": short["reach"][0],
        "students_per_section": short["reach"][1],
        "first_term": term,
        "sharing": short["sharing"],
        "learning_note": short["note"],
    }
    if "outreach" in short:
        data["outreach_plan"] = short["outreach"]
    return data
