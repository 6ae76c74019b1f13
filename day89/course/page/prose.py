"""Turn the Markdown of the lesson, as far as it is used there, into HTML that holds nothing else."""

from __future__ import annotations

import re

from markupsafe import Markup

from day89.course.quiz.text import to_html

__all__ = ["prose"]

LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
ITEM = re.compile(r"(?:[-*]|\d+\.)\s+")
FENCE = re.compile(r"^(`{3,}).*?^\1`*\s*$|^(`{3,}).*\Z", re.MULTILINE | re.DOTALL)


def prose(text: str) -> Markup:
    """Return headings, paragraphs, lists, code, links and tables (as they are typed) as HTML.

    Args:
        text: Markdown. Whatever else it holds is shown as it is typed.
    """
    parts, at = [], 0
    for fence in FENCE.finditer(text):
        parts += [_block(block) for block in re.split(r"\n\s*\n", text[at : fence.start()]) if block.strip()]
        code = "\n".join(line for line in fence[0].split("\n") if not line.startswith("```"))
        parts.append(Markup("<pre tabindex=0><code>{}</code></pre>").format(code.strip("\n")))
        at = fence.end()
    parts += [_block(block) for block in re.split(r"\n\s*\n", text[at:]) if block.strip()]
    return Markup("\n").join(parts)


def _block(block: str) -> Markup:
    lines = block.strip("\n").split("\n")
    if lines[0].startswith("#"):
        rest = "\n".join(lines[1:]).strip()
        heading = Markup("<h3>{}</h3>").format(_inline(lines[0].lstrip("#").strip()))
        return heading + (_block(rest) if rest else Markup(""))
    if lines[0].startswith("|"):
        return Markup("<pre tabindex=0>{}</pre>").format("\n".join(lines))
    starts = [place for place, line in enumerate(lines) if ITEM.match(line)]
    if not starts:
        return Markup("<p>{}</p>").format(_inline(" ".join(line.strip() for line in lines)))
    before = _block("\n".join(lines[: starts[0]])) if starts[0] else Markup("")
    items = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        words = ITEM.sub("", lines[start], count=1)
        items.append(_inline(" ".join([words, *(line.strip() for line in lines[start + 1 : end])])))
    kind = "ol" if lines[starts[0]][0].isdigit() else "ul"
    listed = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
    return before + Markup(f"<{kind}>") + listed + Markup(f"</{kind}>")


def _inline(text: str) -> Markup:
    made, at = Markup(""), 0
    for found in LINK.finditer(text):
        made += _words(text[at : found.start()])
        made += Markup('<a href="{}" rel="noreferrer">{}</a>').format(found[2], _words(found[1]))
        at = found.end()
    return made + _words(text[at:])


def _words(text: str) -> Markup:
    return Markup(BOLD.sub(r"<strong>\1</strong>", to_html(text)))
