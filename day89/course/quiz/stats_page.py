"""Draw item statistics as one HTML file: plots are inline SVG, nothing is loaded from anywhere."""

from __future__ import annotations

from html import escape

from day89.course.quiz.model import Quiz
from day89.course.quiz.stats import Interval, QuestionStats, Statistics

__all__ = ["page"]

STYLE = """
:root { color-scheme: light dark; --text: #1c1d21; --faint: #565a63; --ground: #fff; --mark: #0b5cad; --grid: #d5d8df;
  --good: #116329; --other: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e9ed; --faint: #a9aeba; --ground: #16181d; --mark: #7db8f5;
  --grid: #3a3e48; --good: #7fd39a; --other: #e2b45c; } }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); max-width: 62rem;
  margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; width: 100%; } .scroll { overflow-x: auto; }
th, td { text-align: left; padding: 0.3rem 0.7rem 0.3rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
td.n { text-align: right; white-space: nowrap; } td.i { white-space: nowrap; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
.grid { stroke: var(--grid); } .whisker { stroke: var(--mark); } .dot { fill: var(--mark); }
.right, .wrong { fill-opacity: 0.6; } .right { fill: var(--good); } .wrong { fill: var(--other); }
.faint { color: var(--faint); }
"""
WIDTH, ROW, LABEL, EDGE = 760, 22, 220, 40


def page(statistics: Statistics, quiz: Quiz, verdicts: dict[str, list[str]]) -> str:
    """Return the whole page.

    Args:
        statistics: the numbers.
        quiz: the questions, for their stems and keys.
        verdicts: a few words for each question.

    Returns:
        HTML.
    """
    intro = f"{statistics.learners} learners, {len(statistics.items)} questions, {statistics.answers} first attempts."
    reliability = statistics.reliability
    kr20 = f"KR-20 {reliability.kr20}" if reliability.kr20 is not None else f"No KR-20: {reliability.reason}"
    notes = "".join(f"<li>{escape(note)}</li>" for note in statistics.notes)
    body = [
        "<h1>Item statistics</h1>",
        f"<p>{escape(intro)} {escape(kr20)} ({reliability.learners} learners answered all {reliability.items}).</p>",
        f"<ul>{notes}</ul>" if notes else "",
        "<h2>Difficulty and discrimination</h2>",
        "<p class=faint>Each point is a question; the lines are 95 % intervals. Further right is easier; higher up "
        "separates better those who know the rest.</p>",
        _scatter([item for item in statistics.items if item.r is not None]),
        "<h2>Share of right first attempts</h2>",
        _forest(statistics.items),
        "<h2>Which options are chosen</h2>",
        _bars(statistics.items, quiz),
        "<h2>All numbers</h2>",
        _table(statistics.items, quiz, verdicts),
    ]
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport "
        f'content="width=device-width, initial-scale=1"><title>Item statistics</title><style>{STYLE}</style></head>'
        f"<body>{''.join(body)}</body></html>\n"
    )


def _scatter(items: list[QuestionStats]) -> str:
    if not items:
        return "<p>There are too few answers for any correlation.</p>"
    height = 380

    def x(p: float) -> float:
        return EDGE + p * (WIDTH - 2 * EDGE)

    def y(r: float) -> float:
        return height - EDGE - (r + 1) / 2 * (height - 2 * EDGE)

    parts = []
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        parts.append(f"<line class=grid x1={x(tick):.1f} x2={x(tick):.1f} y1={EDGE} y2={height - EDGE} />")
        parts.append(f"<text x={x(tick):.1f} y={height - EDGE + 16} text-anchor=middle>{tick:.1f}</text>")
    for tick in (-1.0, -0.5, 0.0, 0.5, 1.0):
        parts.append(f"<line class=grid x1={EDGE} x2={WIDTH - EDGE} y1={y(tick):.1f} y2={y(tick):.1f} />")
        parts.append(f"<text x={EDGE - 6} y={y(tick) + 4:.1f} text-anchor=end>{tick:.1f}</text>")
    for item in items:
        assert item.r is not None
        cx, cy = x(item.p.value), y(item.r.value)
        across = f"x1={x(item.p.low):.1f} x2={x(item.p.high):.1f} y1={cy:.1f} y2={cy:.1f}"
        upright = f"x1={cx:.1f} x2={cx:.1f} y1={y(item.r.low):.1f} y2={y(item.r.high):.1f}"
        parts += [f"<line class=whisker opacity=0.35 {ends} />" for ends in (across, upright)]
        title = f"{item.question}: p {item.p}, r {item.r}, n {item.n}"
        parts.append(f"<circle class=dot cx={cx:.1f} cy={cy:.1f} r=4><title>{escape(title)}</title></circle>")
    parts.append(f"<text x={WIDTH / 2} y={height - 4} text-anchor=middle>p, share right</text>")
    parts.append(f"<text x=12 y={EDGE - 14}>r, with the rest</text>")
    return _svg(height, parts, f"Difficulty against discrimination of {len(items)} questions")


def _forest(items: list[QuestionStats]) -> str:
    parts = _axis(len(items))
    for at, item in enumerate(items):
        middle = EDGE + at * ROW + ROW / 2
        parts.append(f"<text x={LABEL - 8} y={middle + 4} text-anchor=end>{escape(item.question)}</text>")
        parts.append(_whisker(item.p, middle))
        title = f"{item.question}: {item.p}, n {item.n}"
        parts.append(
            f"<circle class=dot cx={_at(item.p.value):.1f} cy={middle} r=4><title>{escape(title)}</title></circle>"
        )
    return _svg(
        EDGE * 2 + ROW * len(items), parts, "Share of right first attempts of each question, with 95 % intervals"
    )


def _bars(items: list[QuestionStats], quiz: Quiz) -> str:
    rows = [(item, letter, count, share) for item in items for letter, (count, share) in item.options.items()]
    parts = _axis(len(rows))
    for at, (item, letter, count, share) in enumerate(rows):
        top = EDGE + at * ROW
        question = quiz.find(item.question)
        kind = "right" if question is not None and question.option(letter).correct else "wrong"
        label = f"{item.question} {letter}" if letter == "a" else letter
        parts.append(f"<text x={LABEL - 8} y={top + ROW / 2 + 4} text-anchor=end>{escape(label)}</text>")
        width = max(1.0, _at(share.value) - LABEL)
        title = f"{item.question} {letter} ({kind}): {count} of {item.n}, {share}"
        place = f"x={LABEL} y={top + 4} width={width:.1f} height={ROW - 8}"
        parts.append(f"<rect class={kind} {place}><title>{escape(title)}</title></rect>")
        parts.append(_whisker(share, top + ROW / 2))
        parts.append(f"<text x={_at(1.0) + 6:.1f} y={top + ROW / 2 + 4}>{count} {kind}</text>")
    return (
        _svg(EDGE * 2 + ROW * len(rows), parts, "Share of each option, with 95 % intervals") if rows else "<p>None.</p>"
    )


def _at(share: float) -> float:
    return LABEL + share * (WIDTH - LABEL - 70)


def _axis(rows: int) -> list[str]:
    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _at(tick)
        parts.append(f"<line class=grid x1={x:.1f} x2={x:.1f} y1={EDGE - 6} y2={EDGE + rows * ROW} />")
        parts.append(f"<text x={x:.1f} y={EDGE - 12} text-anchor=middle>{tick:.2f}</text>")
    return parts


def _whisker(interval: Interval, y: float) -> str:
    low, high = _at(interval.low), _at(interval.high)
    return f'<line class=whisker x1={low:.1f} x2={high:.1f} y1={y} y2={y} stroke-width="2" />'


def _svg(height: float, parts: list[str], label: str) -> str:
    return (
        f'<div class=scroll><svg role=img aria-label="{escape(label)}" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}">{"".join(parts)}</svg></div>'
    )


def _table(items: list[QuestionStats], quiz: Quiz, verdicts: dict[str, list[str]]) -> str:
    rows = []
    for item in items:
        question = quiz.find(item.question)
        stem = question.stem if question is not None else ""
        rows.append(
            f'<tr><th scope=row title="{escape(stem)}">{escape(item.question)}</th><td class=n>{item.n}</td>'
            f"<td class=i>{item.p}</td><td class=i>{item.r if item.r is not None else '-'}</td>"
            f"<td>{escape(', '.join(verdicts[item.question]))}</td></tr>"
        )
    names = ("Question", "n", "p [95 %]", "r [95 %]", "Verdict")
    head = "<tr>" + "".join(f"<th scope=col>{name}</th>" for name in names) + "</tr>"
    return f"<div class=scroll><table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table></div>"
