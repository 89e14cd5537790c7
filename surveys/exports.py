"""A person's own answers, for the person."""

from typing import Any

from accounts.models import User
from cohorts.models import Enrolment
from surveys import questions
from surveys.models import Response, respondent


def own_answers(user: User) -> list[dict[str, Any]]:
    """Every survey that this person began, in words; what was taken back has none."""
    enrolments = Enrolment.objects.filter(user=user).select_related("cohort").order_by("enrolled_at", "pk")
    titles = {respondent(enrolment.pk): enrolment.cohort.title for enrolment in enrolments}
    found = Response.objects.filter(respondent__in=titles).select_related("source").order_by("item", "pk")
    return [
        {
            "cohort": titles[response.respondent],
            "survey": response.source.title,
            "state": response.get_state_display(),
            "answers": {
                question["id"]: questions.in_words(question, response.answers[question["id"]])
                for question in questions.of(response.source.data)
                if question["id"] in response.answers
            },
        }
        for response in found
    ]
