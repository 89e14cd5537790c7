import hashlib
import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Consortium
from modules import access, actions, itemkinds, overrides, preview
from modules.forms import RegionForm, UploadForm
from modules.models import Edition, Upload

UPLOADS_SHOWN = 20
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@require_http_methods(["GET", "HEAD", "POST"])
def course(request: HttpRequest) -> HttpResponse:
    """The editions of every region, and a place to upload a changed folder."""
    user = access.administrator(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        archive = form.cleaned_data["archive"]
        try:
            upload = actions.check_upload(name=archive.name, archive=archive, by=user, now=timezone.now())
        except actions.NotAFolder as error:
            form.add_error("archive", str(error))
        else:
            return redirect("modules:upload", upload.pk)
    editions = Edition.objects.select_related("consortium", "course", "created_by").defer("parts", "lists", "region")
    context = {
        "form": form,
        "editions": editions.order_by("consortium__name", "course", "-number", "pk"),
        "uploads": Upload.objects.select_related("uploaded_by").defer("report")[:UPLOADS_SHOWN],
    }
    return render(request, "modules/course.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """What an upload would change, or what is wrong with it; the button loads it."""
    user = access.administrator(request)
    found = access.upload(pk)
    if request.method == "POST" and found.state == Upload.State.CHECKED:
        try:
            loaded = actions.load_upload(upload=found, by=user, now=timezone.now())
        except (actions.Refused, actions.NotAFolder) as error:
            messages.error(
                request, str(error) if isinstance(error, actions.NotAFolder) else "It no longer fits; see below."
            )
        else:
            messages.success(
                request, f"Loaded. {sum(each.is_new for each in loaded)} of {len(loaded)} regions have a new edition."
            )
        return redirect("modules:upload", pk)
    is_new = any(region["is_new"] for region in found.report.get("regions", []))
    return render(request, "modules/upload.html", {"upload": found, "is_new": is_new, **found.report})


@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    """Every region with what it and its state replace, what was changed here, and its facts that come to an end."""
    access.administrator(request)
    try:
        layers = overrides.layers(access.latest_folder())
        problem = ""
    except actions.NotAFolder as error:
        layers, problem = [], str(error)
    due = overrides.due(timezone.localdate())
    own = {layer.slug: layer for layer in layers if layer.kind == "regions"}
    rows = [
        {
            "region": region,
            "layer": own.get(region.slug),
            "changes": overrides.changes(region),
            "due": due.get(region.pk, []),
        }
        for region in Consortium.objects.prefetch_related("colleges")
    ]
    context = {
        "rows": rows,
        "states": [layer for layer in layers if layer.kind == "states"],
        "problem": problem,
        "notice": overrides.NOTICE.days,
        "today": timezone.localdate(),
    }
    return render(request, "modules/regions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def region(request: HttpRequest, slug: str) -> HttpResponse:
    """A region's values; those that need no file can be changed here."""
    user = access.administrator(request)
    found = access.region(slug)
    form = RegionForm(request.POST or None, consortium=found)
    if request.method == "POST" and form.is_valid():
        try:
            loaded = actions.set_region_values(consortium=found, values=form.values(), by=user, now=timezone.now())
        except (actions.Refused, actions.NotAFolder) as error:
            form.add_error(None, f"The course does not fit together with these values, so nothing was changed. {error}")
        else:
            messages.success(request, "Saved, as a new edition." if any(each.is_new for each in loaded) else "Saved.")
            return redirect("modules:region", slug)
    context = {"region": found, "values": found.region, "changed": sorted(found.overrides), "form": form}
    return render(request, "modules/region.html", context, status=422 if form.errors else 200)


@require_safe
def region_course(request: HttpRequest, slug: str) -> HttpResponse:
    """The course as a region reads it, without being in a cohort: its modules and its toolbox."""
    context = _as_region(request, slug)
    edition = context["edition"]
    context |= {"modules": edition.outline.modules, "resources": edition.resources.defer("body")}
    return render(request, "modules/region_course.html", context)


@require_safe
def region_module(request: HttpRequest, slug: str, module: str) -> HttpResponse:
    context = _as_region(request, slug)
    return render(
        request, "modules/region_module.html", {**context, "module": access.module(context["edition"], module)}
    )


@require_safe
def region_item(request: HttpRequest, slug: str, module: str, item: str) -> HttpResponse:
    """One item: its text as pages show it, and what its kind asks, with the key of answers."""
    context = _as_region(request, slug)
    here = access.module(context["edition"], module)
    found, row = access.item(here, item)
    before, after = preview.neighbors(context["edition"], found)
    context |= {
        "module": here,
        "item": row,
        "kind": itemkinds.get(row.kind).label,
        "summary": row.data.get("summary", []),
        "body": preview.body(row.body, slug, timezone.localdate()),
        "entry": preview.entries(row.data),
        "before": before,
        "after": after,
    }
    return render(request, "modules/region_item.html", context)


@require_safe
def region_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """What kinds keep for the whole course: the lesson plan's template, its rubric."""
    context = _as_region(request, slug)
    parts = [
        (name.replace("-", " ").capitalize(), preview.entries(part)) for name, part in context["edition"].parts.items()
    ]
    return render(request, "modules/region_plan.html", {**context, "parts": parts})


@require_safe
def region_resource(request: HttpRequest, slug: str, resource: str) -> HttpResponse:
    context = _as_region(request, slug)
    found = access.resource(context["edition"], resource)
    body = preview.body(found.body, slug, timezone.localdate())
    return render(request, "modules/region_resource.html", {**context, "resource": found, "body": body})


def _as_region(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Whose course an administrator looks at; the page has the region's colors."""
    access.administrator(request)
    found = access.region(slug)
    return {"region": found, "consortium": found, "edition": access.edition(found)}


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def region_style(request: HttpRequest, slug: str) -> HttpResponse:
    """The region's colors, for every page: public, because the page for signing in has them too."""
    accent = Consortium.objects.filter(slug=slug).values_list("values__accent", "overrides__accent").first()
    if accent is None:
        raise Http404
    colours = accent[1] or accent[0] or {}
    given = {theme: str(colours.get(theme, "")) for theme in ("light", "dark")}
    rules = "".join(f"--accent-{theme}:{colour};" for theme, colour in given.items() if _COLOUR.fullmatch(colour))
    css = f":root{{{rules}}}"
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    response["ETag"] = f'"{hashlib.sha256(css.encode()).hexdigest()[:16]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@require_safe
@cache_control(private=True, max_age=31_536_000, immutable=True)
def picture(request: HttpRequest, digest: str, ending: str) -> HttpResponseBase:
    """A picture of the course, for everyone who is signed in. Its name is its content's hash, so it never changes."""
    path = f"{actions.PICTURES}/{digest}.{ending}"
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or ending not in TYPES or not default_storage.exists(path):
        raise Http404
    return FileResponse(default_storage.open(path), content_type=TYPES[ending])
