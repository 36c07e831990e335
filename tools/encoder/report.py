"""Writes the tables out of a run's document."""

import statistics

import limits

CALLS = ("b1", "b32", "b32s")


class Figures:
    """What the tables are made of, by contender, threads and class."""

    def __init__(self, document):
        self.document = document
        self.classes = list(document["texts"])
        self.threads = sorted({result["threads"] for result in document["results"]})
        self.results = {
            (result["contender"], result["threads"]): result for result in document["results"]
        }
        precisions = document["contenders"]
        measured = {name for name, _ in self.results}
        self.precisions = {name: precisions[name] for name in precisions if name in measured}

    def jobs(self, name, threads, prefix, fewer):
        """The figures of every way to do a job; with `fewer`, those of fewer threads too, as none
        need use all that it may."""
        for count in self.threads:
            if count == threads or (fewer and count < threads):
                result = self.results.get((name, count), {"jobs": {}})
                for job, figures in result["jobs"].items():
                    if job == prefix or job.startswith(prefix + "/"):
                        yield figures

    def speed(self, name, threads, kind, call=None, fewer=True):
        """Tokens a second in the best of the ways to do it; of all calls, or of one kind."""
        prefixes = [f"{kind}/{one}" for one in ([call] if call else CALLS)]
        ways = (way for prefix in prefixes for way in self.jobs(name, threads, prefix, fewer))
        return max((way["tokens_s"] for way in ways), default=None)

    def limit(self, precision, threads, kind):
        measured = self.document["limits"][str(threads)]
        lengths = self.document["texts"][kind]["lengths"]
        return limits.tokens_per_second(
            self.document["configuration"], lengths, measured, precision
        )

    def is_ours(self, name):
        return name.startswith("ours")

    def of_precision(self, precision, ours):
        return [
            name
            for name, own in self.precisions.items()
            if own == precision and self.is_ours(name) == ours
        ]


def number(value, digits=0):
    return "" if value is None else f"{value:,.{digits}f}"


def ratio(one, other):
    return one / other if one and other else None


def mean(values):
    values = list(values)
    return statistics.geometric_mean(values) if values and all(values) else None


def speeds(figures, threads):
    """Tokens a second of every kind of call."""
    columns = [
        (kind, call)
        for kind in figures.classes
        for call in CALLS
        if call != "b32s" or kind == "mixed"
    ]
    yield ["tokens/s", *(f"{kind} {call}" for kind, call in columns)]
    for name in figures.precisions:
        yield [name, *(number(figures.speed(name, threads, *column)) for column in columns)]


def best(figures, threads):
    """The best of each class, and how much of the limit that is."""
    yield ["best tokens/s (of the limit)", *figures.classes, "mean share"]
    for name, precision in figures.precisions.items():
        cells, shares = [], []
        for kind in figures.classes:
            speed = figures.speed(name, threads, kind)
            share = ratio(speed, figures.limit(precision, threads, kind))
            shares.append(share)
            cells.append(number(speed) + (f" ({share:.0%})" if share else ""))
        share = mean(shares)
        yield [name, *cells, f"{share:.0%}" if share else ""]
    for precision in dict.fromkeys(figures.precisions.values()):
        cells = [number(figures.limit(precision, threads, kind)) for kind in figures.classes]
        yield [f"limit {precision}", *cells, ""]


def against(figures, threads):
    """Ours over the fastest peer of the same precision."""
    yield ["ours / best peer", *figures.classes, "geometric mean"]
    for precision in ("f32", "int8"):
        ours = figures.of_precision(precision, True)
        peers = figures.of_precision(precision, False)
        if not ours or not peers:
            continue
        for title, call in (("best call", None), ("b1", "b1"), ("b32", "b32")):
            ratios = []
            for kind in figures.classes:
                known = (figures.speed(peer, threads, kind, call) for peer in peers)
                fastest = max((speed for speed in known if speed), default=None)
                ratios.append(ratio(figures.speed(ours[0], threads, kind, call), fastest))
            cells = [number(value, 2) for value in ratios]
            yield [f"{precision}, {title}", *cells, number(mean(ratios), 2)]


def scaling(figures, threads):
    """What more threads gain, beside what they gain for the bare loop."""
    yield [f"{threads} threads / 1 thread", *figures.classes, "geometric mean", "of the loop's"]
    one, many = (figures.document["limits"].get(str(count), {}) for count in (1, threads))
    loops = {}
    for precision in ("f32", "int8"):
        loops[precision] = ratio(many.get(precision), one.get(precision))
        if loops[precision]:
            title = f"bare {precision} loop"
            yield [title, *([""] * len(figures.classes)), number(loops[precision], 2), ""]
    for name, precision in figures.precisions.items():
        ratios = [
            ratio(*(figures.speed(name, count, kind, fewer=False) for count in (threads, 1)))
            for kind in figures.classes
        ]
        share = ratio(mean(ratios), loops[precision])
        cells = [number(value, 2) for value in ratios]
        yield [name, *cells, number(mean(ratios), 2), f"{share:.0%}" if share else ""]


def others(figures, threads):
    cosines = figures.document["cosines"]
    yield [
        "",
        "16 tokens: p50, ms",
        "p99, ms",
        "cold start, s",
        "most memory, MiB",
        "mixed / mid64",
        "mixed / mid64, b32",
        "cosine: mean",
        "least",
    ]
    for name in figures.precisions:
        result = figures.results.get((name, threads))
        if result is None:
            continue
        queries = figures.jobs(name, threads, "short16/b1", fewer=True)
        query = min(queries, key=lambda query: query["p50_ms"], default={})
        pairs = [
            ratio(*(figures.speed(name, threads, kind, call) for kind in ("mixed", "mid64")))
            for call in (None, "b32")
        ]
        yield [
            name,
            number(query.get("p50_ms"), 2),
            number(query.get("p99_ms"), 2),
            number(result["cold_s"], 3),
            number(result["rss_mb"]),
            *(number(pair, 2) for pair in pairs),
            number(cosines[name]["mean"], 5),
            number(cosines[name]["least"], 5),
        ]


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
Medians over the rounds; tokens without padding. b1: a text a call; b32: 32 texts a call, with more
threads than one the best of: all threads on one padded call, a text a thread, 16 texts a thread;
b32s: the texts sorted by length before. Where fewer threads do better, their figures stand, but for
what threads gain. The limit is the most that bare multiply-add loops reached in the same rounds,
divided by the products that a text needs (in int8 those of attention are f32); nothing else is
counted. Percentiles are of all rounds' calls. Cold start: from the start of the process to the
first vector, of ours by `rag embed`, of the peers by Python. Cosines are those with a computation
in 64 bits.
"""


def markdown(document, failed):
    figures = Figures(document)
    parts = []
    for kind, texts in document["texts"].items():
        lengths = texts["lengths"]
        average = sum(lengths) / len(lengths)
        parts.append(f"{kind}: {len(lengths)} texts of {average:.1f} tokens on average  ")
    # The contenders themselves are as busy as they have threads.
    load = max(limit["load"] for limit in document["limits_of_rounds"])
    if load > figures.threads[-1] + 0.5:
        parts.append(f"The machine was busy with other work: load average {load:.1f}  ")
    parts.append("")
    for threads in figures.threads:
        measured = document["limits"][str(threads)]
        rates = ", ".join(
            f"{measured[precision] / 1e9:,.0f} Gop/s in {precision}" for precision in measured
        )
        title = f"### {threads} thread{'s' * (threads > 1)}"
        parts.append(title + (f": at most {rates}\n" if rates else "\n"))
        kinds = [speeds, best, against, others]
        if threads > 1 and 1 in figures.threads:
            kinds.append(scaling)
        for kind in kinds:
            lines = list(kind(figures, threads))
            if len(lines) > 1:
                parts.append(table(lines))
    parts.append(NOTE)
    for name, reason in failed.items():
        parts.append(f"{name} could not be measured: {reason}\n")
    return "\n".join(parts)
