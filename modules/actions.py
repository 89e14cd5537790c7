"""Making editions: from a folder, from an upload, and anew when a region's values change."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError

from accounts.models import College, Consortium, User
from foundation.audit import actions as audit
from modules import access, loader
from modules.loader import Composed, NotAFolder, Problem, differences
from modules.loader.folder import Folder
from modules.models import Course, Edition, Item, Module, Resource, Upload

PICTURES = "pictures"


class Refused(Exception):
    """A folder with mistakes: nothing of it was loaded."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Loaded:
    """What became of one region. `changes` says in words what is different from the edition before."""

    consortium: Consortium
    edition: Edition
    is_new: bool
    changes: list[dict[str, Any]]


def load_folder(*, path: Path, now: datetime, by: User | None = None) -> list[Loaded]:
    """Make an edition for each region whose course changed, all or nothing. Raises Refused, or NotAFolder."""
    return _load(loader.open_folder(path), by=by, now=now, cause={"folder": path.name})


@transaction.atomic
def load_instead_of_uploads(*, path: Path, now: datetime) -> list[Loaded]:
    """Load a folder in place of what administrators uploaded; their uploads are there to be loaded again.

    Without it, a region whose values change would be composed from an upload again. Raises Refused, or NotAFolder.
    """
    uploads = Upload.objects.filter(state=Upload.State.LOADED)
    uploads.update(state=Upload.State.CHECKED, loaded_at=None, loaded_by=None)
    return load_folder(path=path, now=now)


@transaction.atomic
def check_upload(*, name: str, archive: File[bytes], by: User, now: datetime) -> Upload:
    """Keep an uploaded ZIP with what it would change, or its mistakes.

    Raises NotAFolder for what is no honest ZIP; then nothing is kept.
    """
    content = archive.read()
    state, report = _judge(loader.open_archive(BytesIO(content)))
    upload = Upload(
        uploaded_at=now,
        uploaded_by=by,
        name=Path(name).name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        state=state,
        report=report,
    )
    upload.archive.save(f"{upload.sha256[:16]}.zip", ContentFile(content), save=False)
    upload.save()
    audit.record(actor=by, action="course.upload", subject=upload, state=state, sha256=upload.sha256)
    return upload


def load_upload(*, upload: Upload, by: User, now: datetime) -> list[Loaded]:
    """Load what was checked before. Raises Refused where it does not fit any more; the upload then says why."""
    try:
        with transaction.atomic():
            upload = Upload.objects.select_for_update().get(pk=upload.pk)
            loaded = _load(access.folder_of(upload), by=by, now=now, cause={"upload": upload.pk})
            upload.state, upload.loaded_at, upload.loaded_by = Upload.State.LOADED, now, by
            upload.save()
    except Refused as error:
        Upload.objects.filter(pk=upload.pk).update(state=Upload.State.BROKEN, report=_report(error.problems))
        raise
    return loaded


@transaction.atomic
def set_region_values(*, consortium: Consortium, values: Mapping[str, Any], by: User, now: datetime) -> list[Loaded]:
    """Let an administrator's values stand before the region's file, and make the edition that follows from them.

    A value equal to the file's is no change. Composes again from what was loaded last (docs/adr/editions.md). Raises
    Refused where the course does not fit together with these values.
    """
    consortium = Consortium.objects.select_for_update().get(pk=consortium.pk)
    before = consortium.overrides
    consortium.overrides = {
        key: value for key, value in {**before, **values}.items() if consortium.values.get(key) != value
    }
    changed = sorted(
        key for key in {*before, *consortium.overrides} if before.get(key) != consortium.overrides.get(key)
    )
    if not changed:
        return []
    consortium.save(update_fields=["overrides"])
    audit.record(actor=by, action="region.values", subject=consortium, consortium=consortium.slug, changed=changed)
    return _load(access.latest_folder(), by=by, now=now, cause={"region": consortium.slug}, only={consortium.slug})


def _report(problems: list[Problem]) -> dict[str, Any]:
    return {"problems": [vars(problem) for problem in problems]}


def _judge(folder: Folder) -> tuple[str, dict[str, Any]]:
    """An upload's state and report: problems, or what would change for each region."""
    courses, problems = _read(folder)
    if problems:
        return Upload.State.BROKEN, _report(problems)
    regions = []
    for course in courses:
        content = course.content()
        newest = _newest(course)
        is_new = newest is None or newest.digest != loader.digest(content)
        changes = differences.between(_stored(newest) if newest else None, content) if is_new else []
        regions.append({"slug": course.slug, "name": course.region["name"], "is_new": is_new, "changes": changes})
    return Upload.State.CHECKED, {"regions": regions}


def _read(folder: Folder) -> tuple[list[Composed], list[Problem]]:
    overrides = dict(Consortium.objects.exclude(overrides={}).values_list("slug", "overrides"))
    courses, problems = loader.read(folder, overrides)
    if not problems:
        problems = sorted({problem for course in courses for problem in _unexplained(course)})
    return courses, problems


@transaction.atomic
def _load(
    folder: Folder, *, by: User | None, now: datetime, cause: dict[str, Any], only: Collection[str] = ()
) -> list[Loaded]:
    courses, problems = _read(folder)
    if problems:
        raise Refused(problems)
    return [_load_region(course, by=by, now=now, cause=cause) for course in courses if not only or course.slug in only]


def _load_region(course: Composed, *, by: User | None, now: datetime, cause: dict[str, Any]) -> Loaded:
    consortium = _keep_consortium(course)
    content = course.content()
    digest = loader.digest(content)
    kept, _ = Course.objects.select_for_update().get_or_create(
        slug=content["slug"], defaults={"title": content["title"]}
    )
    newest = kept.editions.filter(consortium=consortium).newest().first()
    if newest is not None and newest.digest == digest:
        return Loaded(consortium, newest, False, [])
    changes = differences.between(_stored(newest) if newest else None, content)
    if kept.title != content["title"]:
        kept.title = content["title"]
        kept.save(update_fields=["title"])
    for name, picture in course.shown.items():
        _keep_picture(name, picture)
    edition = _make_edition(kept, consortium, content, digest, (newest.number if newest else 0) + 1, by, now)
    for older in kept.editions.filter(consortium=consortium, frozen_at=None).exclude(pk=edition.pk):
        _drop_unused(older)
    audit.record(
        actor=by,
        action="course.load",
        subject=edition,
        consortium=consortium.slug,
        digest=digest,
        number=edition.number,
        changes=len(changes),
        **cause,
    )
    return Loaded(consortium, edition, True, changes)


def _keep_consortium(course: Composed) -> Consortium:
    """The region's names and colleges as rows. A college that the file leaves out stays: people belong to it."""
    region = course.region
    names = {
        "name": region["name"],
        "short_name": region["short_name"],
        "time_zone": region["time_zone"],
        "values": course.file,
    }
    consortium, _ = Consortium.objects.update_or_create(slug=course.slug, defaults=names)
    for college in region["colleges"]:
        defaults = {"name": college["label"], "short_name": college["short_name"], "district": college["group"]}
        College.objects.update_or_create(consortium=consortium, slug=college["code"], defaults=defaults)
    return consortium


def _make_edition(
    course: Course,
    consortium: Consortium,
    content: dict[str, Any],
    digest: str,
    number: int,
    by: User | None,
    now: datetime,
) -> Edition:
    fields = ("title", "version", "description", "activity_category", "minutes", "region", "lists", "parts")
    edition = Edition.objects.create(
        course=course,
        consortium=consortium,
        number=number,
        digest=digest,
        created_at=now,
        created_by=by,
        **{field: content[field] for field in fields},
    )
    modules = Module.objects.bulk_create(
        Module(edition=edition, position=position, **{key: value for key, value in module.items() if key != "items"})
        for position, module in enumerate(content["modules"], 1)
    )
    Item.objects.bulk_create(
        Item(module=row, position=position, digest=loader.digest(item), **item)
        for row, module in zip(modules, content["modules"], strict=True)
        for position, item in enumerate(module["items"], 1)
    )
    Resource.objects.bulk_create(
        Resource(edition=edition, position=position, digest=loader.digest(resource), **resource)
        for position, resource in enumerate(content["resources"], 1)
    )
    return edition


def _drop_unused(edition: Edition) -> None:
    """An edition that no cohort came to use is of no interest once there is a newer one."""
    try:
        edition.delete()
    except ProtectedError:
        # A cohort has just been made on it; from now on it is kept.
        return


def _keep_picture(name: str, content: bytes) -> None:
    """Named by content, so what is there is right; unless a crash cut it off."""
    path = f"{PICTURES}/{name}"
    if default_storage.exists(path):
        if default_storage.size(path) == len(content):
            return
        default_storage.delete(path)
    default_storage.save(path, ContentFile(content))


def _newest(course: Composed) -> Edition | None:
    return Edition.objects.filter(course__slug=course.course["slug"], consortium__slug=course.slug).newest().first()


def _stored(edition: Edition) -> dict[str, Any]:
    """An edition as `Composed.content` would give it."""
    fields = ("title", "version", "description", "activity_category", "minutes", "region", "lists", "parts")
    modules = [
        {
            **{key: getattr(module, key) for key in ("slug", "title", "summary", "week", "outcomes", "requires")},
            "items": [
                {key: getattr(item, key) for key in ("slug", "kind", "title", "minutes", "was", "body", "data")}
                for item in module.items.all()
            ],
        }
        for module in edition.modules.prefetch_related("items")
    ]
    resources = [
        {key: getattr(resource, key) for key in ("slug", "title", "audience", "purpose", "needs_approval", "body")}
        for resource in edition.resources.all()
    ]
    return {
        "slug": edition.course.slug,
        **{field: getattr(edition, field) for field in fields},
        "modules": modules,
        "resources": resources,
    }


def _unexplained(course: Composed) -> list[Problem]:
    """Items that people may have completed and that are gone without a word: renamed, or removed on purpose?"""
    used = (
        Edition.objects.filter(
            course__slug=course.course["slug"], consortium__slug=course.slug, frozen_at__isnull=False
        )
        .newest()
        .first()
    )
    if used is None or course.head is None:
        return []
    problems: list[Problem] = []
    modules = {module.slug: module for module in course.modules}
    for module in used.outline.modules:
        here = modules.get(module.slug)
        if here is None:
            if module.slug not in course.head.head.get("removed", []):
                message = f'“{module.slug}” is gone, and cohorts use it; if meant, add removed = ["{module.slug}"].'
                problems.append(Problem(course.head.path, course.head.line_of("modules") or 1, message))
            continue
        explained = {item.slug for item in here.items} | {item.was for item in here.items} | set(here.removed)
        new = [item.slug for item in here.items if item.slug not in {old.slug for old in module.items} and not item.was]
        for item in module.items:
            if item.slug not in explained:
                line = here.reading.line_of("items") or 1
                problems.append(Problem(here.reading.path, line, _question(item.slug, new)))
    return problems


def _question(slug: str, new: list[str]) -> str:
    gone = f"The item “{slug}” is gone, and cohorts use it."
    remove = f'removed = ["{slug}"] to this file'
    if new:
        names = ", ".join(f"“{each}”" for each in new)
        return f'{gone} New here: {names}. Renamed or new? Add was = "{slug}" to the renamed item, or {remove}.'
    return f'{gone} If it was renamed, add was = "{slug}" to the item; if it is removed on purpose, add {remove}.'


__all__ = [
    "Loaded",
    "NotAFolder",
    "Refused",
    "check_upload",
    "load_folder",
    "load_instead_of_uploads",
    "load_upload",
    "set_region_values",
]
