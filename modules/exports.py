"""The toolbox as documents: what a resource's pages say, and the bundle of all of them."""

import base64
import re
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from accounts.models import User
from foundation.documents.registry import Content
from modules import facts, readers
from modules.models import Edition, Resource

_PICTURE = re.compile(r'src="/course/pictures/([0-9a-f]{64}\.(?:png|jpg|webp))"')
_SCROLL = re.compile(r'<div class="table-scroll"[^>]*>')


def resource_content(subject_id: str, user: User) -> Content:
    """What a resource's PDF says now. Raises ObjectDoesNotExist."""
    resource = _resource(subject_id)
    context = {
        **_common(resource.edition),
        "summary": resource.purpose,
        "running": resource.title,
        "kicker": "Toolbox",
        "audience": ", ".join(resource.audience),
        "needs_approval": resource.needs_approval,
        "body": for_print(facts.without_expired(resource.body, timezone.localdate())),
    }
    return Content(title=resource.title, context=context)


def toolbox_content(subject_id: str, user: User) -> Content:
    """The whole toolbox of an edition, each resource a document of its own. Raises ObjectDoesNotExist."""
    edition = _edition(subject_id)
    parts = [("resource", str(pk)) for pk in edition.resources.values_list("pk", flat=True)]
    if not parts:
        raise ObjectDoesNotExist("This edition has no resources.")
    context = {
        **_common(edition),
        "summary": "Handouts, templates and checklists to use in class as they are.",
        "running": "Toolbox",
        "kicker": edition.title,
        "cover_lines": [edition.region.get("name", ""), f"Edition {edition.version}"],
    }
    return Content(title="Toolbox", context=context, parts=parts)


def may_read_resource(user: User, subject_id: str) -> bool:
    try:
        return readers.belongs(user, _resource(subject_id).edition.consortium_id)
    except ObjectDoesNotExist:
        return False


def may_read_toolbox(user: User, subject_id: str) -> bool:
    try:
        return readers.belongs(user, _edition(subject_id).consortium_id)
    except ObjectDoesNotExist:
        return False


def for_print(html: str) -> str:
    """Course HTML as the print stylesheet knows it: boxes to tick as characters, pictures inside, addresses in full."""
    html = _SCROLL.sub("<div>", html)
    html = html.replace('<span class="box" aria-hidden="true"></span>', '<span class="box">☐</span> ')
    html = html.replace('<ul class="task-list">', '<ul class="checklist">').replace('class="num"', 'class="number"')
    html = html.replace('href="/', f'href="{settings.SITE_URL}/')
    return _PICTURE.sub(lambda picture: f'src="{_inside(picture[1])}"', html)


def _inside(name: str) -> str:
    with default_storage.open(f"pictures/{name}") as file:
        content = file.read()
    kind = {"png": "png", "jpg": "jpeg"}.get(name.rpartition(".")[2])
    if kind is None:
        # The renderer takes no WebP.
        with Image.open(BytesIO(content)) as image:
            kind, out = "png", BytesIO()
            image.save(out, "PNG")
            content = out.getvalue()
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _common(edition: Edition) -> dict[str, Any]:
    return {
        "lang": "en-US",
        "dated": edition.created_at.date().isoformat(),
        "foot": f"{edition.title} · {edition.region.get('short_name', '')}",
        "accent": edition.region.get("accent", {}).get("light", ""),
    }


def _resource(subject_id: str) -> Resource:
    if not subject_id.isdecimal():
        raise ObjectDoesNotExist(f"There is no resource {subject_id!r}.")
    return Resource.objects.select_related("edition").defer("edition__parts", "edition__lists").get(pk=int(subject_id))


def _edition(subject_id: str) -> Edition:
    if not subject_id.isdecimal():
        raise ObjectDoesNotExist(f"There is no edition {subject_id!r}.")
    return Edition.objects.defer("parts", "lists").get(pk=int(subject_id))
