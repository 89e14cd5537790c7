"""What lesson plans register with apps below: the plan step, its page and its needs, the plan as a document, three
notices.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from cohorts import activities
from cohorts.access import Place
from cohorts.completion import Need
from foundation.documents import registry as documents
from foundation.notices import registry as notices
from lessonplans import exemplars, exports, parsing
from modules import itemkinds
from modules.outline import ItemOutline

PLAN = "plan"
TOPIC = "plans"


def register(page: Callable[[HttpRequest, Place, ItemOutline], HttpResponse]) -> None:
    """Called once from `AppConfig.ready()`, which knows the page of a plan step."""
    itemkinds.register(
        itemkinds.ItemKind(
            name=PLAN,
            label="Plan step",
            parse=parsing.parse_step,
            facts=parsing.facts,
            differences=parsing.differences,
            parts=(
                ("lesson-plan", "lesson-plan/template.toml", parsing.parse_template),
                ("rubric", "lesson-plan/rubric.toml", parsing.parse_rubric),
                ("exemplars", "exemplars/", exemplars.parse),
            ),
            check_course=parsing.check_course,
        )
    )
    activities.register(activities.Activity(kind=PLAN, page=page, needs=needs))
    documents.register(
        documents.DocumentKind(
            name="lesson-plan",
            template="lessonplans/print/plan.html",
            build=exports.plan_content,
            may_read=exports.may_read_plan,
            filename=lambda title: f"lesson plan {title}",
        )
    )
    notices.register_topic(
        notices.Topic(
            name=TOPIC, label="Your lesson plan and its review", help="A plan handed in, returned or approved."
        )
    )
    for kind in (submitted, returned, approved):
        notices.register(kind)


def needs(item: ItemOutline) -> tuple[Need, ...]:
    """A step is done when its fields are answered; the one that submits also waits for the approval, which never
    locks what comes after.
    """
    asked = (Need("drafted", 1, "Answer the fields of this step"),) if item.facts.get("fields") else ()
    if item.facts.get("submit"):
        return (*asked, Need("approved", 1, "Have the plan approved", gates=False, hands_in=True))
    return asked


def _titled(data: Any) -> str:
    return f"“{data['title']}”" if data.get("title") else "a plan"


submitted = notices.NoticeKind(
    name="plan-submitted",
    subject=lambda data: f"{data['name']} submitted a lesson plan",
    text=lambda data: (
        f"{data['name']} ({data['cohort']}) submitted {_titled(data)}. Feedback is promised within five working days."
    ),
    topic=TOPIC,
    button="Open the plan",
)
returned = notices.NoticeKind(
    name="plan-returned",
    subject=lambda data: "Your lesson plan has comments",
    text=lambda data: (
        f"{data['name']} read {_titled(data)} and returned it with comments.\n\n"
        "You’ll find each one at the field it belongs to. Change what you like and submit again; "
        "nothing you wrote is lost."
    ),
    topic=TOPIC,
    button="See the comments",
)
approved = notices.NoticeKind(
    name="plan-approved",
    subject=lambda data: "Your lesson plan is approved",
    text=lambda data: f"{data['name']} approved {_titled(data)}.\n\nIt’s ready to teach, and to download as a PDF.",
    topic=TOPIC,
    button="Open your plan",
)
