"""Every address of the site, and what each person gets there.

The rule: outsiders are told nothing (404), insiders without the right are refused (403), visitors are asked to sign in
(302, and 401 where a script asks). 302 stands for going on to another page, by 303 as well. Pages that anybody may see are `public(…)` here, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PERSONAS = (
    "visitor",
    "participant",
    "classmate",  # has a plan in review
    "facilitator",
    "other_facilitator",  # of the same region, without this cohort
    "staff",
    "college_liaison",
    "administrator",
    "outsider",  # takes the course in another region
    "withdrawn",
)
Cells = dict[str, int]
_NOBODY: Cells = {
    "visitor": 302,
    "other_facilitator": 404,
    "staff": 403,
    "college_liaison": 403,
    "outsider": 404,
    "withdrawn": 404,
}


def members(status: int, **others: int) -> Cells:
    """A page of the cohort's participants and facilitators."""
    people = dict.fromkeys(("participant", "classmate", "facilitator", "administrator"), status)
    return {**_NOBODY, **people, **others}


def learners(status: int, **others: int) -> Cells:
    """A page of the cohort's participants alone: facilitators know of it, and it isn't theirs."""
    return members(status, **{"facilitator": 403, "administrator": 403, **others})


def charge(status: int, **others: int) -> Cells:
    """A page of the cohort's facilitators."""
    return members(status, **{"participant": 403, "classmate": 403, **others})


def signed_in(status: int, **others: int) -> Cells:
    """A page of everybody who is signed in."""
    return {**dict.fromkeys(PERSONAS, status), "visitor": 302, **others}


def administrators(status: int) -> Cells:
    """A page of the installation: everybody may know that it is there."""
    return signed_in(403, administrator=status)


def reporters(status: int) -> Cells:
    return signed_in(status, **dict.fromkeys(("participant", "classmate", "outsider", "withdrawn"), 403))


def public(status: int, **others: int) -> Cells:
    """A page for anybody, signed in or not."""
    return {**dict.fromkeys(PERSONAS, status), **others}


def owner(status: int, **others: int) -> Cells:
    """A thing of the participant's own: for everybody else it is not there."""
    return signed_in(404, **{"participant": status, **others})


@dataclass(frozen=True)
class Route:
    """An address and what each person gets there.

    `ids`: argument of the address → the thing of `world.Things.ids` that fills it, where it has another name, or
    `=text`. `get`, `post`, `put`, `delete`: the status for each person; None: the address doesn't take it.
    `data`: what is posted; `{name}` in a value is filled from the ids. `json`: what is put.
    """

    name: str
    ids: Mapping[str, str] = field(default_factory=dict)
    get: Cells | None = None
    post: Cells | None = None
    put: Cells | None = None
    delete: Cells | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return " ".join((self.name, *self.ids.values()))


_PAGE = {"item": "=read-me"}
_TALK = {"item": "=talk"}
_OWN_POST = {**_TALK, "post": "own_post"}
_CHECK = {"item": "=check"}
_PLAN = {"item": "=plan"}
_SURVEY = {"item": "=survey"}
_TOKEN = "walk-token-1234"
_TEN = "I learned this at work long ago in a shop"

ROUTES = (
    # Public
    Route("healthz", get=public(200)),
    Route("readyz", get=public(200)),
    Route("cohorts:certificate", {"number": "certificate"}, get=public(200)),
    Route("cohorts:calendar", {"secret": "calendar"}, get=public(200)),
    Route(
        "cohorts:invitation",
        {"secret": "secret"},
        get=public(200),
        post=public(200, visitor=422),
        data={"email": "x@example.org"},
    ),
    Route("modules:region_style", {"slug": "region"}, get=public(200)),
    Route("drafts:token", get=public(200)),
    Route("classroom:home", get=public(200, participant=302, classmate=302, outsider=302)),
    # Everybody who is signed in
    Route("classroom:toolbox", get=signed_in(200)),
    Route("classroom:resource", {"slug": "slug"}, get=signed_in(200)),
    Route("modules:picture", {"ending": "=png"}, get=signed_in(200)),
    Route("lessonplans:gallery", get=signed_in(200)),
    Route("lessonplans:exemplar", {"slug": "exemplar"}, get=signed_in(200, outsider=404)),
    Route("lessonplans:gallery-plan", {"plan_id": "shared_id"}, get=signed_in(200, outsider=404)),
    Route("lessonplans:gallery-plan", {"plan_id": "plan_id"}, get=signed_in(404)),
    Route("accounts:settings", get=signed_in(200), post=signed_in(422), data={"first_name": ""}),
    Route("accounts:renew_calendar", post=signed_in(302)),
    Route("accounts:export", get=signed_in(200)),
    Route("notices:list", get=signed_in(200)),
    Route("notices:read", post=signed_in(302)),
    Route("notices:choices", get=signed_in(200), post=signed_in(422), data={"reminders": "never"}),
    Route("notices:open", {"pk": "notice"}, get=owner(302)),
    Route(
        "drafts:draft",
        get=signed_in(200),
        # One's own draft of the same place: the participant has one already, for all others it is new.
        put=signed_in(200, participant=409),
        delete=signed_in(200),
        json={"body": "words", "version": 0},
    ),
    Route(
        "documents:ask",
        post=owner(302, administrator=302),
        data={"kind": "lesson-plan", "subject_id": "{draft_id}"},
    ),
    Route("documents:show", get=owner(200)),
    Route("documents:download", get=owner(302)),
    # A cohort's members
    Route("classroom:cohort", get=members(200)),
    Route("classroom:module", get=members(200)),
    Route("classroom:item", _PAGE, get=members(200), post=members(302)),
    Route(
        "classroom:item",
        _TALK,
        get=members(200),
        post=members(302, participant=409, classmate=409),  # these have posted
        data={"body": _TEN, "token": _TOKEN},
    ),
    Route("classroom:item", _CHECK, get=members(200)),
    Route("classroom:item", _SURVEY, get=members(200)),
    Route(
        "classroom:item",
        _PLAN,
        get=members(200),
        post=members(302, classmate=409, facilitator=200, administrator=200),
        data={"version": "1"},
    ),
    Route(
        "classroom:item",
        {"module": "=second", **_PAGE},
        get=members(403, facilitator=200, administrator=200),
        post=members(403, facilitator=302, administrator=302),
    ),
    Route("classroom:item", {"item": "=nowhere"}, get=members(404), post=members(404)),
    Route(
        "discussions:reply",
        _TALK,
        get=members(200),
        post=members(302),
        data={"body": "How did that go then", "token": _TOKEN},
    ),
    Route(
        "discussions:edit",
        _OWN_POST,
        get=learners(200, classmate=403),
        post=learners(302, classmate=403),
        data={"body": _TEN, "token": _TOKEN, "version": "1"},
    ),
    Route("discussions:withdraw", _OWN_POST, get=members(200, classmate=403), post=members(302, classmate=403)),
    Route("cohorts:announcements", get=members(200), post=charge(422), data={"title": "Only a headline"}),
    # Participants
    Route("classroom:finish", get=learners(200)),
    Route(
        "knowledgechecks:answers",
        _CHECK,
        get=signed_in(302),
        put=learners(200, classmate=410),
        # Only the participant has a try; a classmate's of this number is not there.
        post=learners(302, classmate=404),
        json={"version": 1, "answers": {"one": "a"}},
        data={"attempt": "2", "version": "1"},
    ),
    # Whoever signs in again comes back here with GET, and is sent on to the page that asks who they are.
    Route("knowledgechecks:begin", _CHECK, get=signed_in(302), post=learners(302)),
    Route("knowledgechecks:attempt", _CHECK, get=learners(200, classmate=404)),
    Route("knowledgechecks:submit", _CHECK, get=signed_in(302), post=learners(302, classmate=404)),
    Route(
        "surveys:answers",
        _SURVEY,
        get=signed_in(302),
        put=learners(200, classmate=410),  # who has submitted
        post=learners(302),
        json={"version": 1, "answers": {"pages": 2}},
        data={"version": "1"},
    ),
    Route("surveys:submit", _SURVEY, get=signed_in(302), post=learners(422, classmate=302), data={"version": "1"}),
    Route("surveys:withdraw", _SURVEY, get=signed_in(302), post=learners(302)),
    Route("lessonplans:plan", get=learners(200), post=learners(302, classmate=409), data={"version": "1"}),
    Route(
        "lessonplans:fields",
        put=learners(200, classmate=409),
        json={"version": 1, "changes": {"title": "Another"}},
    ),
    Route("lessonplans:preview", get=learners(200)),
    Route("lessonplans:submit", get=learners(200, classmate=302), post=learners(302), data={"version": "1"}),
    Route("lessonplans:withdraw", post=learners(302, classmate=409)),
    Route("lessonplans:sharing", post=learners(403), data={"sharing": "private"}),
    Route("lessonplans:versions", get=learners(200)),
    Route("lessonplans:restore", post=learners(302), data={"version": "1"}),
    # Facilitators
    Route("knowledgechecks:key", _CHECK, get=charge(200)),
    Route("lessonplans:reviews", get=charge(200)),
    Route("lessonplans:review", get=charge(200)),
    Route("lessonplans:claim", post=charge(302, administrator=409)),
    Route(
        "lessonplans:notes",
        put=charge(200, administrator=409),
        post=charge(302, administrator=409),
        json={"review": "{review}", "version": "{review_version}", "changes": {"overall": "Good"}},
        data={"review": "{review}", "version": "{review_version}", "n.overall": "Good"},
    ),
    Route(
        "lessonplans:return",
        post=charge(302, administrator=409),
        data={"review": "{review}", "version": "{review_version}", "n.overall": "Good"},
    ),
    Route("lessonplans:approve", post=charge(422, administrator=409), data={"review": "{review}"}),
    Route("classroom:board", get=charge(200)),
    Route("classroom:person", get=charge(200)),
    Route("classroom:override", post=charge(302), data={"item": "first/check", "reason": "was ill"}),
    Route(
        "cohorts:settings", get=charge(200), post=charge(302), data={"title": "Fall", "version": "{details_version}"}
    ),
    Route("cohorts:dates", get=charge(200), post=charge(422), data={"ends_on": ""}),
    Route("cohorts:start", post=charge(422)),
    Route("cohorts:add_facilitator", post=charge(422)),
    Route("cohorts:remove_facilitator", {"pk": "facilitator"}, post=charge(302)),
    Route("cohorts:roster", get=charge(200)),
    Route("cohorts:import", get=charge(200), post=charge(302), data={"pasted": "someone@example.org"}),
    Route("cohorts:check", {"pk": "import"}, get=charge(200), post=charge(302)),
    Route("cohorts:resend", {"pk": "invitation"}, post=charge(302)),
    Route("cohorts:revoke", {"pk": "invitation"}, post=charge(302)),
    Route("cohorts:withdraw", {"pk": "enrolment"}, get=charge(200), post=charge(302)),
    Route("cohorts:readmit", {"pk": "enrolment"}, post=charge(302)),
    Route("cohorts:announcement", {"pk": "announcement"}, get=charge(200), post=charge(422), data={"title": "x"}),
    Route("cohorts:withdraw_announcement", {"pk": "announcement"}, post=charge(302)),
    # Roles in a region, and the installation
    Route(
        "cohorts:new",
        get=signed_in(403, facilitator=200, other_facilitator=200, administrator=200),
        post=signed_in(403, facilitator=422, other_facilitator=422, administrator=422),
        data={"consortium": "home-region", "title": ""},
    ),
    Route("reports:completions", get=reporters(200)),
    Route("reports:completions_csv", get=reporters(200)),
    Route("reports:completions_xlsx", get=reporters(200)),
    Route("modules:course", get=administrators(200), post=administrators(422), data={"archive": ""}),
    Route("modules:upload", {"pk": "upload"}, get=administrators(200), post=administrators(200)),
    Route("modules:regions", get=administrators(200)),
    Route(
        "modules:region", {"slug": "region"}, get=administrators(200), post=administrators(422), data={"short_name": ""}
    ),
    Route("modules:region_course", {"slug": "region"}, get=administrators(200)),
    Route("modules:region_plan", {"slug": "region"}, get=administrators(200)),
    Route("modules:region_module", {"slug": "region"}, get=administrators(200)),
    Route("modules:region_item", {"slug": "region", **_PAGE}, get=administrators(200)),
    Route("modules:region_item", {"slug": "region", **_CHECK}, get=administrators(200)),
    Route("modules:region_resource", {"slug": "region", "resource": "slug"}, get=administrators(200)),
    Route("audit:list", get=administrators(200)),
)

# django-allauth's own pages: status for a visitor, and for everybody who is signed in.
ACCOUNTS = {
    "account_login": (200, 302),
    "account_logout": (302, 200),
    "account_inactive": (200, 200),
    "account_signup": (200, 302),
    "account_reauthenticate": (302, 200),
    "account_email": (302, 200),
    "account_email_verification_sent": (200, 200),
    "account_change_password": (302, 200),
    "account_set_password": (302, 302),
    "account_reset_password": (200, 200),
    "account_confirm_login_code": (302, 302),
    "account_confirm_email": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "account_reset_password_from_key": (200, 200),
    "account_reset_password_done": (200, 200),
    "account_request_login_code": (200, 302),
    "mfa_index": (302, 200),
    "mfa_authenticate": (302, 302),
    "mfa_reauthenticate": (302, 302),
    "mfa_activate_totp": (302, 302),
    "mfa_deactivate_totp": (302, 404),
    "mfa_view_recovery_codes": (302, 404),
    "mfa_generate_recovery_codes": (302, 302),
    "mfa_download_recovery_codes": (302, 404),
    "mfa_list_webauthn": (302, 200),
    "mfa_add_webauthn": (302, 302),
    "mfa_reauthenticate_webauthn": (302, 302),
    "mfa_remove_webauthn": (302, 302),
    "mfa_edit_webauthn": (302, 302),
}

# Django's administration: nobody but administrators gets an answer other than "sign in" or "no".
ADMINISTRATION = "admin:"
