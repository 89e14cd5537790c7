"""Where a page may take pictures from: our own static files, by name, and data inside the page. Nowhere else."""

from pathlib import PurePosixPath
from urllib.parse import unquote

from weasyprint.urls import URLFetcher, URLFetcherResponse

from foundation.documents.rendering.protocol import STATIC

SCHEME = "static:"
TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
DATA = ("data:image/png", "data:image/jpeg", "data:image/svg+xml")


class Refused(ValueError):
    """A page asked for something that is not ours to give."""


class Fetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint ships no types
    """Serves `static:figures/tour.svg` from the packaged files and small pictures written as `data:`.

    WeasyPrint's SVG code swallows what a fetcher raises, so each refusal is remembered in `refused`; a document that
    was refused something is not a document.
    """

    def __init__(self) -> None:
        """Opens no network handler at all: what is not ours has no way out."""
        super().__init__(allowed_protocols=("data",), allow_redirects=False)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The bytes behind an address.

        Raises:
            Refused: for anything but packaged pictures and `data:` pictures.
        """
        if url.lower().startswith(DATA):
            return super().fetch(url, headers)
        if url.startswith(SCHEME):
            name = PurePosixPath(unquote(url.removeprefix(SCHEME)))
            path = (STATIC / name).resolve()
            if path.is_relative_to(STATIC) and name.suffix in TYPES and path.is_file():
                return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": TYPES[name.suffix]})
        self.refused.append(url[:200])
        raise Refused(url[:200])
