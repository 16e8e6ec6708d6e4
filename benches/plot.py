"""The plot of the benchmark page: cost per event, one row a case, cordwood beside its peers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

SHAPES = {
    "ascii": "100-byte ASCII",
    "json": "JSON inside JSON",
    "cjk": "CJK",
    "emoji": "emoji",
    "tiny": "5-byte",
    "near_limit": "near the limit",
}

ORDERS = {
    "in_order": "in order",
    "jittered": "jittered",
    "interleaved": "days interleaved",
    "random": "in random order",
    "shuffled": "in order, scattered",
}

CASES = (
    ("bodies", "ascii", "in_order", "dicts, in order"),
    ("bodies", "ascii", "jittered", "dicts, jittered"),
    ("bodies", "ascii", "interleaved", "dicts, days interleaved"),
    ("bodies", "ascii", "random", "dicts, in random order"),
    ("bodies", "ascii", "shuffled", "dicts, in order, scattered in memory"),
    ("bodies", "json", "in_order", "dicts, JSON inside JSON"),
    ("bodies", "cjk", "in_order", "dicts, CJK"),
    ("bodies", "emoji", "in_order", "dicts, emoji"),
    ("bodies", "tiny", "in_order", "dicts, 5-byte messages"),
    ("pairs", "ascii", "in_order", "pairs"),
    ("columns", "ascii", "in_order", "columns"),
    ("generator", "ascii", "in_order", "generator"),
)

CONTENDERS = (
    # name, in the legend, colour, marker, size
    ("cordwood", "cordwood", "#1f5f8b", "o", 9),
    ("Python + orjson", "Python cutter + orjson", "#b9771a", "o", 7),
    ("Python + json", "Python cutter + json.dumps", "#b03a2e", "o", 7),
    ("orjson.dumps alone", "orjson.dumps of the list as it is", "#8c8c8c", "|", 14),
)

Costs = Mapping[tuple[str, str, str, str], float]

Lines = Mapping[str, list[tuple[float, float]]]
"""Points of each contender."""

SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "cordwood",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
}


def input_name(shape: str, order: str) -> str:
    return f"{SHAPES[shape]}, {ORDERS[order]}"


def draw(costs: Costs, path: Path) -> None:
    """Draw nanoseconds by (table, shape, order, contender); the same costs make the same file."""
    cases = [case for case in CASES if (*case[:3], "cordwood") in costs]
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(9, 1.3 + 0.42 * len(cases)), layout="constrained")
        axes = figure.add_subplot()
        for name, legend, colour, marker, size in CONTENDERS:
            points = [(costs.get((*case[:3], name)), row) for row, case in enumerate(cases)]
            known = [(ns, row) for ns, row in points if ns is not None]
            axes.plot(
                [ns for ns, _ in known],
                [row for _, row in known],
                marker,
                color=colour,
                markersize=size,
                markeredgewidth=2 if marker == "|" else 0,
                label=legend,
            )
            for ns, row in known if marker == "o" else []:
                axes.annotate(
                    f"{ns:,.0f}",
                    (ns, row),
                    (0, 6),
                    textcoords="offset points",
                    ha="center",
                    color=colour,
                    fontsize=9,
                    fontweight="bold" if name == "cordwood" else "normal",
                )
        for row, case in enumerate(cases):
            mine = [ns for key, ns in costs.items() if key[:3] == case[:3] and key[3] in {c[0] for c in CONTENDERS}]
            axes.plot([min(mine), max(mine)], [row, row], color="#dddddd", linewidth=1, zorder=0)
        axes.set_xscale("log")
        every = [ns for key, ns in costs.items() if key[:3] in {case[:3] for case in cases}]
        axes.set_xlim(min(every) / 1.6, max(every) * 1.6)
        axes.xaxis.set_major_locator(FixedLocator([decade * step for decade in (10, 100, 1000) for step in (1, 2, 5)]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda ns, _: f"{ns:,.0f}"))
        axes.set_xlabel("nanoseconds per event to finished request bodies, log scale")
        axes.set_yticks(range(len(cases)), [case[3] for case in cases])
        axes.set_ylim(len(cases) - 0.4, -0.7)
        axes.tick_params(axis="y", length=0)
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        figure.legend(loc="outside upper center", ncols=4, frameon=False, columnspacing=1.2, handletextpad=0.2)
        figure.savefig(path, metadata={"Date": None, "Creator": None})


def draw_lines(lines: Lines, path: Path, *, across: str, up: str, ticks: list[float]) -> None:
    """Draw one line a contender, both axes by powers; the same points make the same file."""
    colours = dict(zip(lines, ("#1f5f8b", "#b03a2e", "#b9771a"), strict=False))
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        axes = figure.add_subplot()
        for name, points in lines.items():
            axes.plot(*zip(*points, strict=True), "o-", color=colours[name], label=name, linewidth=1.5, markersize=5)
            for x, y in points:
                where: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "fontsize": 9}
                axes.annotate(f"{y:,.0f}", (x, y), (0, 7), color=colours[name], **where)
        axes.set_xscale("log")
        axes.set_yscale("log")
        every = [y for points in lines.values() for _, y in points]
        axes.set_ylim(min(every) / 1.5, max(every) * 1.9)
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        for side in ("right", "top"):
            axes.spines[side].set_visible(False)
        figure.legend(loc="outside upper center", ncols=len(lines), frameon=False)
        figure.savefig(path, metadata={"Date": None, "Creator": None})
