import hashlib
import re

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
from modules import access, actions
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
    return render(request, "modules/upload.html", {"upload": found, **found.report})


@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    access.administrator(request)
    return render(request, "modules/regions.html", {"regions": Consortium.objects.prefetch_related("colleges")})


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
