"""Writes the tables: for each set the figures of all contenders, and ours over theirs."""

from dataclasses import dataclass
from typing import Callable

import contenders
import rounds

# What stays below this recall is shown, but not taken for the best.
BEST_RECALL = 0.99
LESS, MORE = min, max


@dataclass(frozen=True)
class Figure:
    title: str
    of: Callable
    # min or max, whichever is better; None where a ratio says nothing.
    best: Callable | None
    digits: int = 0

    def value(self, result):
        value = self.of(result)
        # A filtered search comes as (QPS, recall) and counts at enough recall only.
        if isinstance(value, tuple):
            return value[0] if value[1] >= BEST_RECALL else None
        return value

    def shown(self, result):
        value = self.of(result)
        if value is None:
            return ""
        if isinstance(value, tuple):
            return f"{value[0]:,.0f} ({value[1]:.3f})"
        return f"{value:,.{self.digits}f}"


def field(*path):
    def read(result):
        for key in path:
            result = result.get(key) if result else None
        return result

    return read


def filtered(share):
    """QPS and recall of the fastest point with enough recall, or of the one with most recall."""

    def read(result):
        points = field("filtered", share, "points")(result)
        if not points:
            return None
        pairs = [(point["qps"], point["recall"]) for point in points]
        enough = [pair for pair in pairs if pair[1] >= BEST_RECALL]
        return max(enough) if enough else max(pairs, key=lambda pair: pair[1])

    return read


def figures(results):
    builds = sorted({key for result in results for key in result.get("build_s") or {}}, key=int)
    shares = {key for result in results for key in result.get("filtered") or {}}
    build = [
        Figure(f"build, {key} thread{'s' * (key != '1')}, s", field("build_s", key), LESS, 2)
        for key in builds
    ]
    filters = [
        Figure(f"filter {float(share):.4g}: QPS (recall)", filtered(share), MORE)
        for share in sorted(shares, key=float, reverse=True)
    ]
    return [
        *build,
        Figure("QPS at recall 0.95", field("qps_95"), MORE),
        Figure("QPS at recall 0.99", field("qps_99"), MORE),
        Figure("ef at recall 0.99", field("ef_99"), None),
        Figure("distances at recall 0.95", field("ndis_95"), LESS),
        Figure("distances at recall 0.99", field("ndis_99"), LESS),
        Figure("single query, p50, us", field("p50_us"), LESS, 1),
        Figure("single query, p99, us", field("p99_us"), LESS, 1),
        Figure("of that, the bare call, us", field("call_floor_us"), None, 1),
        Figure("highest recall", field("max_recall"), None, 4),
        Figure("resident memory, MiB", field("rss_mb"), LESS, 1),
        Figure("file, MB", field("file_mb"), LESS, 1),
        Figure("save, s", field("save_s"), LESS, 3),
        Figure("load, s", field("load_s"), LESS, 4),
        Figure("map the file, s", field("load_mmap_s"), LESS, 4),
        Figure("first query of the mapped file, ms", field("mmap_first_query_ms"), LESS, 2),
        Figure("insert one, us", field("insert_us"), LESS, 1),
        Figure("delete one, us", field("delete_us"), LESS, 2),
        Figure("after 10 % deleted: recall", field("after_delete", "recall"), None, 4),
        Figure("after 10 % deleted: QPS", field("after_delete", "qps"), MORE),
        *filters,
    ]


def ratio(ours, other):
    if ours is None or not other:
        return ""
    value = ours / other
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def is_rival(result):
    """Whether a peer may be the best one: a smaller file, say, is no merit without the recall."""
    return result["peer"] != contenders.YARDSTICK and result["max_recall"] >= BEST_RECALL


def rows(results):
    """The table of one set: a row for each figure, a column for each contender."""
    ours = [result for result in results if result["contender"] == rounds.OURS]
    peers = [result for result in results if result["contender"] != rounds.OURS]
    rivals = [result for result in peers if is_rival(result)]
    hnswlib = next((result for result in peers if result["peer"].startswith("hnswlib")), None)
    columns = ours + peers
    titles = ["", *(result["peer"] for result in columns)]
    yield titles + (["ours / best peer", "ours / hnswlib"] if ours else [])
    for figure in figures(results):
        cells = [figure.shown(result) for result in columns]
        if not any(cells):
            continue
        if ours:
            own = figure.value(ours[0]) if figure.best else None
            known = [figure.value(result) for result in rivals]
            known = [value for value in known if value is not None]
            cells.append(ratio(own, figure.best(known) if figure.best and known else None))
            cells.append(ratio(own, figure.value(hnswlib) if hnswlib else None))
        yield [figure.title, *cells]


def growth(results):
    """QPS and distances at recall 0.99 over the sets, for each contender."""
    names = list(dict.fromkeys(result["set"] for result in results))
    counts = {result["set"]: result["n"] for result in results}
    names.sort(key=counts.get)
    yield ["at recall 0.99", *(f"{name}, n = {counts[name]:,}" for name in names)]
    for peer in dict.fromkeys(result["peer"] for result in results):
        for title, key in (("QPS", "qps_99"), ("distances", "ndis_99")):
            own = {result["set"]: result.get(key) for result in results if result["peer"] == peer}
            if any(own.values()):
                cells = (f"{own[name]:,.0f}" if own.get(name) else "" for name in names)
                yield [f"{peer}: {title}", *cells]


def table(lines):
    head, *body = lines
    widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]

    def row(cells):
        first, *others = zip(cells, widths)
        padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([row(head), row(rule), *map(row, body)]) + "\n"


NOTE = """\
Medians over the rounds. Best peer: the best of each row among the graphs that reach recall 0.99 (a
filtered search must reach it by itself). QPS, inserts and deletes on one thread; QPS of all queries
in one call, single queries at the first ef that reaches recall 0.99, or at the highest. Peers were
built in the first round and loaded in the others; their memory is what the build has added to the
process, without the input.
"""


def markdown(results, failed):
    parts = []
    names = list(dict.fromkeys(result["set"] for result in results))
    for name in names:
        of_set = [result for result in results if result["set"] == name]
        first = of_set[0]
        parts.append(f"### {name}: {first['n']:,} x {first['dim']}, k = {first['k']}\n")
        parts.append(table(rows(of_set)))
    if len(names) > 1:
        parts += ["### Growth\n", table(growth(results))]
    parts.append(NOTE)
    for (name, contender), reason in failed.items():
        parts.append(f"{name}: {contender} could not be measured: {reason}\n")
    for result in results:
        for step, error in (result.get("errors") or {}).items():
            parts.append(f"{result['set']}: {result['peer']}: {step} failed: {error}\n")
    return "\n".join(parts)
