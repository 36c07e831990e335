"""What a recall curve says at a given recall, and medians over rounds."""

import math
import statistics


def at_recall(points, recall, figure="qps"):
    """The figure at a recall, on the straight line between the logarithms of two neighbours; None
    where the curve does not reach it."""
    known = sorted((point["recall"], point[figure]) for point in points if point.get(figure))
    if not known or known[-1][0] < recall:
        return None
    if known[0][0] >= recall:
        return known[0][1]
    for (recall_0, value_0), (recall_1, value_1) in zip(known, known[1:]):
        if recall_0 < recall <= recall_1:
            share = (recall - recall_0) / (recall_1 - recall_0)
            return math.exp((1 - share) * math.log(value_0) + share * math.log(value_1))


def summary(points):
    """The figures of a result that follow from its curve."""
    figures = {"max_recall": max(point["recall"] for point in points)}
    for percent in (95, 99):
        recall = percent / 100
        for name in ("qps", "ndis"):
            value = at_recall(points, recall, name)
            if value is not None:
                figures[f"{name}_{percent}"] = round(value, 1)
        reached = [point["ef"] for point in points if point["recall"] >= recall]
        if reached:
            figures[f"ef_{percent}"] = min(reached)
    return figures


def median(values):
    """The medians of like results, figure by figure, over the rounds that have it; points of
    curves are matched by their ef, those of other lists by their place."""
    values = [value for value in values if value is not None]
    if not values or all(value == values[0] for value in values):
        return values[0] if values else None
    if isinstance(values[0], dict):
        keys = dict.fromkeys(key for value in values for key in value)
        return {key: median([value.get(key) for value in values]) for key in keys}
    if isinstance(values[0], list):
        if not all("ef" in point for points in values for point in points):
            return [median(list(points)) for points in zip(*values)]
        efforts = sorted({point["ef"] for points in values for point in points})
        return [
            median([point for points in values for point in points if point["ef"] == effort])
            for effort in efforts
        ]
    if isinstance(values[0], (int, float)):
        return statistics.median(values)
    return values[0]
