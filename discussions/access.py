from django.http import Http404, HttpRequest

from cohorts import access
from cohorts.access import Place
from discussions.models import Post
from modules.outline import ItemOutline


def keys_of(item: ItemOutline) -> list[str]:
    """The names under which posts of this discussion may be kept: its key, and the one it had before it was renamed."""
    return [item.key, f"{item.module}/{item.was}"] if item.was else [item.key]


def post(request: HttpRequest, cohort: str, module: str, item: str, pk: int) -> tuple[Place, ItemOutline, Post]:
    """A post that this person may read, in its discussion; 404 for all others."""
    here = access.place(request, cohort)
    found = access.item(here, module, item, kind="discussion")
    posts = Post.objects.visible_to(here, keys_of(found))
    post = posts.select_related("author").order_by().filter(pk=pk).first()
    if post is None:
        raise Http404
    post.cohort = here.cohort
    if post.parent_id is not None:
        post.parent = Post.objects.select_related("author").get(pk=post.parent_id)
    return here, found, post
