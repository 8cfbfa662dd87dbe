"""A graph of packages as an SVG picture: who uses stands left of what is used, a package is a box, edges are curves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from witcraft.text import Writer
from witcraft.wit.graph import Box, Graph, Row

# pixels
LINE, HEAD, MARGIN, GAP, COLUMN_GAP, CHAR = 20, 28, 24, 24, 110, 7.9

STYLE = """
  svg { font: 13px ui-monospace, monospace; --ink: #1f2933; --paper: #ffffff; --box: #f4f6f8; --line: #9aa5b1; }
  @media (prefers-color-scheme: dark) { svg { --ink: #e4e7eb; --paper: #16191d; --box: #22272e; --line: #7b8794; } }
  .paper { fill: var(--paper); } text { fill: var(--ink); } .title { font-weight: bold; } .world { font-style: italic; }
  .box { fill: var(--box); stroke: var(--line); } .edge { fill: none; stroke-width: 1.3; marker-end: url(#arrow); }
  .use { stroke: var(--line); } .import { stroke: #2f6fdb; } .export { stroke: #2f9e5b; }
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box stands, in pixels."""

    x: float
    y: float
    width: float
    height: float


def svg(graph: Graph) -> str:
    places = arrange(graph)
    width = max([place.x + place.width for place in places.values()], default=0) + COLUMN_GAP
    height = max([place.y + place.height for place in places.values()], default=0) + MARGIN
    out = Writer("  ")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}">'
    with out.block(head, "</svg>"):
        out.line(f"<style>{STYLE}</style>")
        out.line(
            '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
            ' orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="context-stroke"/></marker></defs>'
        )
        out.line('<rect class="paper" width="100%" height="100%"/>')
        draw_edges(out, graph, places)  # below the boxes, so that they strike out no name
        for box, place in places.items():
            draw_box(out, box, place)
    return out.text()


# ---- where things stand ----


def arrange(graph: Graph) -> dict[Box, Place]:
    """Columns by the longest way from a package that nobody uses; inside one, near to who uses it."""
    depth = depths(graph)
    columns: dict[int, list[Box]] = defaultdict(list)
    for box in graph.boxes:
        columns[depth[box]].append(box)
    places: dict[Box, Place] = {}
    x: float = MARGIN
    for _, boxes in sorted(columns.items()):
        boxes.sort(key=lambda box: height_of_users(box, graph, places))
        y: float = MARGIN
        width = max(map(box_width, boxes))
        for box in boxes:
            places[box] = Place(x, y, width, HEAD + LINE * len(box.rows) + 8)
            y += places[box].height + GAP
        x += width + COLUMN_GAP
    return places


def box_width(box: Box) -> float:
    return max(len(word) for word in (box.title, *(row.label + " " * 6 * row.is_world for row in box.rows))) * CHAR + 24


def owners(graph: Graph) -> dict[str, Box]:
    return {row.key: box for box in graph.boxes for row in box.rows}


def depths(graph: Graph) -> dict[Box, int]:
    """Boxes come with what they use before them, so one pass from the last to the first is enough."""
    home = owners(graph)
    depth = dict.fromkeys(graph.boxes, 0)
    for box in reversed(graph.boxes):
        for edge in graph.edges:
            used = home.get(edge.end)
            if home[edge.start] is box and used is not None and used is not box:
                depth[used] = max(depth[used], depth[box] + 1)
    return depth


def height_of_users(box: Box, graph: Graph, places: dict[Box, Place]) -> float:
    home = owners(graph)
    users = [places[home[e.start]].y for e in graph.edges if home.get(e.end) is box and home[e.start] in places]
    return sum(users) / len(users) if users else 0.0


# ---- drawing ----


def draw_box(out: Writer, box: Box, place: Place) -> None:
    with out.block("<g>", "</g>"):
        out.line(
            f'<rect class="box" x="{place.x:.0f}" y="{place.y:.0f}" width="{place.width:.0f}"'
            f' height="{place.height:.0f}" rx="5"/>'
        )
        out.line(f'<text class="title" x="{place.x + 10:.0f}" y="{place.y + 18:.0f}">{escape(box.title)}</text>')
        for index, row in enumerate(box.rows):
            draw_row(out, row, place.x + 14, place.y + HEAD + LINE * index + 14)


def draw_row(out: Writer, row: Row, x: float, y: float) -> None:
    words = f"world {row.label}" if row.is_world else row.label
    out.line(f'<text class="{"world" if row.is_world else "interface"}" x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>')


def draw_edges(out: Writer, graph: Graph, places: dict[Box, Place]) -> None:
    ports = {row.key: (place, row_height(box.rows, row, place)) for box, place in places.items() for row in box.rows}
    for edge in graph.edges:
        if edge.end in ports:
            (left, y1), (right, y2) = ports[edge.start], ports[edge.end]
            title = escape(f"{edge.start} {edge.verb}s {edge.end}")
            out.line(f'<path class="edge {edge.verb}" d="{curve(left, y1, right, y2)}"><title>{title}</title></path>')


def row_height(rows: Sequence[Row], row: Row, place: Place) -> float:
    return place.y + HEAD + LINE * rows.index(row) + LINE / 2


def curve(left: Place, y1: float, right: Place, y2: float) -> str:
    """From the right side of who uses to the left side of what is used; inside a box, a bow on its right."""
    x1 = left.x + left.width
    if left is right:
        bow = x1 + 20 + abs(y2 - y1) / 4
        return f"M{x1:.0f} {y1:.0f}C{bow:.0f} {y1:.0f} {bow:.0f} {y2:.0f} {x1:.0f} {y2:.0f}"
    bend = max((right.x - x1) / 2, 30)
    return f"M{x1:.0f} {y1:.0f}C{x1 + bend:.0f} {y1:.0f} {right.x - bend:.0f} {y2:.0f} {right.x:.0f} {y2:.0f}"
