"""What is looked for in an answer: anything that would run, load or frame, however it came there."""

from html.parser import HTMLParser

from tests.hostile.texts import CANARY_HOST

_OURS = {"application/json"}  # data for our scripts, which browsers do not run
_RUNS = ("javascript:", "vbscript:", "data:text")
_LOADS = ("src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href")
_NEVER = ("iframe", "object", "embed", "base", "style", "math", "foreignobject", "frame", "applet")


class _Probe(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _NEVER or (tag == "script" and not given.get("src") and given.get("type") not in _OURS):
            self.found.append(f"<{tag}>")
        if tag == "meta" and "http-equiv" in given:
            self.found.append("<meta http-equiv>")
        for name, value in given.items():
            address = "".join(value.split()).lower().lstrip("\x01\x09\x0a\x0d ")
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.found.append(f"<{tag} {name}>")
            elif ((name in _LOADS or name == "href") and address.startswith(_RUNS)) or (
                (name in _LOADS or (name == "href" and tag != "a")) and CANARY_HOST in address
            ):
                self.found.append(f"<{tag} {name}={value[:40]}>")


def probe(html: str) -> list[str]:
    """What in this HTML would act; nothing, where all is well."""
    parser = _Probe()
    parser.feed(html)
    parser.close()
    return parser.found
