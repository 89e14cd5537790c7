"""What must hold after any fault is seen when it does not."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from modules import actions, invariants
from modules.models import Upload
from tests.modules import folders
from tests.modules.test_drawings import bitmap


def test_all_is_well_after_a_load_and_an_upload(load, files, administrator):
    files["images/a.png"] = bitmap("PNG", (5, 5))
    files["modules/first/more.md"] = folders.page(text="![A square](image:a.png)")
    load()
    upload = actions.check_upload(
        name="a.zip", archive=ContentFile(folders.packed(files)), by=administrator, now=timezone.now()
    )
    actions.load_upload(upload=upload, by=administrator, now=timezone.now())
    assert list(invariants.problems()) == []

    default_storage.delete(Upload.objects.get().archive.name)
    assert list(invariants.problems()) == [f"Upload {upload.pk} was loaded, and its file is gone."]


def test_a_picture_that_was_cut_off_is_written_again(load, files):
    files["images/a.png"] = bitmap("PNG", (6, 5))
    files["modules/first/more.md"] = folders.page(text="![A square](image:a.png)")
    (name,) = [
        part.partition('"')[0]
        for part in load()["lakes"].edition.modules.first().items.last().body.split("/pictures/")[1:]
    ]
    default_storage.delete(f"pictures/{name}")
    default_storage.save(f"pictures/{name}", ContentFile(bitmap("PNG", (6, 5))[:20]))
    assert list(invariants.problems()) == [f"The picture {name} is not what its name says: it was cut off."]
    files["toolbox/01-map.md"] += "More.\n"
    load()
    assert list(invariants.problems()) == []
