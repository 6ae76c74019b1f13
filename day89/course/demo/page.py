"""Draw a story as one self-contained HTML page: no script, no font, no image from anywhere."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from day89.course.demo.drawing import SERVICES, places, timeline
from day89.course.demo.record import StoryRecord

__all__ = ["render"]

NARROW, WIDE = 340, 960


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(resources.files("day89.course.demo").joinpath("page.html.j2").read_text("utf-8"))


def render(record: StoryRecord) -> str:
    """Return the page."""
    widths = {"narrow": NARROW, "wide": WIDE}
    return _template().render(
        record=record,
        places={name: places(record, width) for name, width in widths.items()},
        timelines={name: timeline(record, width) for name, width in widths.items()},
        services={name: words[0] for name, words in SERVICES.items()},
    )
