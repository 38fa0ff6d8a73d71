"""The page: tables of what was measured."""

from collections import Counter, defaultdict

import measure

HEAD = """# Calibration

Made by `tests/calibration/run`; do not edit. {total} labelled captures: {own} of this repository's laboratory{second}.
The labels say what happened by the word of the kernels that took part, and were written before the tool ran.
"""

SECOND = """, {second} of a
second one with networks, programs and a random choice of parameters of its own, {equal} of these once more with the TTL
of every forged reset set to that of the host it claims, beside as many genuine ones"""

BINS = [(0.0, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.98), (0.98, 0.99), (0.99, 1.01)]


def written(seen):
    counts = Counter(one.label.source for one in seen)
    second = SECOND.format(second=counts["second"], equal=counts["ttl-equal"]) if counts["second"] else ""
    head = HEAD.format(total=len(seen), own=counts["own"], second=second)
    parts = [head, reliability(seen), causes(seen), places(seen), weights(seen), answers(seen), families(seen)]
    return "\n".join(parts)


def table(heads, rows):
    """A Markdown table; all columns but the first are numbers or short words."""
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def reliability(seen):
    rows, told = [], measure.resets(seen)
    for low, high in BINS:
        inside = [one for one in told if low <= one.reset["confidence"] < high and one.said not in ("none", "undetermined")]
        if inside:
            claimed = sum(one.reset["confidence"] for one in inside) / len(inside)
            right = sum(one.said in one.label.acceptable | {one.label.sender} for one in inside)
            rows.append((f"{low:.2f} to {min(high, 1.0):.2f}", len(inside), f"{claimed:.3f}", right,
                         f"{right / len(inside):.3f}"))
    brier = defaultdict(list)
    for one in told:
        brier[one.label.source].append((one.reset["posterior"]["middlebox"] - (not one.from_host)) ** 2)
    scores = [(name, len(values), f"{sum(values) / len(values):.4f}") for name, values in sorted(brier.items())]
    left_open = sum(one.said == "undetermined" for one in told)
    return "\n".join([
        "## Senders: claimed and right\n",
        f"Of {len(told)} captures with a reset whose sender is known, a host or a box; {left_open} were left open. A sender is right, too, where\n"
        "the label says that it looks the same from there. Proxies are left out: they are both.\n",
        table(["confidence", "captures", "mean claimed", "right", "share"], rows),
        "Brier score of the probability that a box sent it, open cases included, against who did (0 is perfect, 0.25 is a coin):\n",
        table(["captures of", "number", "Brier"], scores),
    ])


def causes(seen):
    bins = defaultdict(list)
    for one in seen:
        cause = (one.session or {}).get("cause")
        if cause and one.session["ended_by"] != "open" and cause["id"] != "unknown":
            three = [cause["id"], *(other["id"] for other in cause["alternatives"])][:3]
            told = (cause["confidence"], three[0] == one.label.cause, one.label.cause in three, one.label.family)
            bins[int(cause["confidence"] * 10)].append(told)
    rows = [
        (f"{at / 10:.1f} to {at / 10 + 0.1:.1f}", len(told), len({family for *_, family in told}),
         *(f"{sum(one[column] for one in told) / len(told):.3f}" for column in range(3)))
        for at, told in sorted(bins.items())
    ]
    every = [one for told in bins.values() for one in told]
    brier = sum((claimed - right) ** 2 for claimed, right, *_ in every) / len(every)
    return "\n".join([
        "## Causes: claimed and right\n",
        f"The first cause of {len(every)} captures that show an end, against what happened. Where one capture cannot tell two causes apart the\n"
        f"likelier one stands first, whichever happened, and its confidence says so. Brier score of the first cause: {brier:.4f}.\n"
        "Shares are set by judgement and below what was measured, for laboratories have fewer causes than networks.\n",
        table(["confidence", "captures", "families", "mean claimed", "right", "among three"], rows),
    ])


def places(seen):
    said = defaultdict(Counter)
    bins = defaultdict(lambda: [0, 0, 0.0])
    for one in seen:
        if one.session is None or one.label.source == "ttl-equal":
            continue
        vantage = one.session["vantage"]
        said[one.label.place][vantage["place"]] += 1
        if vantage["place"] != "unknown":
            bin = bins[vantage["confidence"]]
            bin[0] += 1
            bin[1] += vantage["place"] in one.label.place.split(" or ")
    names = ["client", "client-side", "middle", "server-side", "server", "unknown"]
    rows = [(place, *(counts[name] or "·" for name in names)) for place, counts in sorted(said.items())]
    by = [(f"{claimed:.2f}", total, right, f"{right / total:.3f}") for claimed, (total, right, _) in sorted(bins.items())]
    told, right = (sum(row[at] for row in by) for at in (1, 2))
    return "\n".join([
        "## Vantage\n",
        f"Inferred, without `--vantage`: right in {right} of {told} captures in which it was told. A capture on the wire of a host\n"
        "cannot be told from one on the host where the wire is as short as in these laboratories; a proxy that ends the\n"
        "connection is one of its hosts, and is counted as a place between them here.\n",
        table(["taken at \\ said", *names], rows),
        table(["confidence", "captures", "right", "share"], by),
    ])


def weights(seen):
    order = {detector: at for at, detector in enumerate(catalogue(seen))}
    rows = []
    for weight in sorted(measure.weights(seen), key=lambda it: (order[it.detector], it.form, it.outcome)):
        low, high = min(weight.declared), max(weight.declared)
        declared = f"{weight.middle:+d}" if low == high else f"{weight.middle:+d} ({low:+d} to {high:+d})"
        rows.append((
            f"`{weight.detector}` {weight.outcome}, {weight.form}", *weight.captures,
            f"{weight.families[0]}, {weight.families[1]}", declared, f"{round(weight.measured):+d}",
            f"{round(weight.spread[0]):+d} to {round(weight.spread[1]):+d}", weight.finding,
        ))
    return "\n".join([
        "## Weights\n",
        "Decibans for a box against the claimed host: declared (the middle one, and the range), and measured among the captures in\n"
        "which the detector could tell. Every family of captures counts once, for its captures are one event seen from several\n"
        "places; one made-up observation each way is added to both sides (Laplace), so that few families cannot show much. The\n"
        "range is what comes out when one whole family is left out. Aborts and answers are measured apart, as their priors are.\n"
        "Boxes of a laboratory are what its makers thought of: a measured weight is no better than their choice.\n\n"
        "*Sign differs*: for the other side. *Declared stronger*, *weaker*: by more than 6 dB beyond the range, in spite of enough\n"
        "families. *Beyond what so few families show*: no counter-example, and a weight that rests on reasons, not on these captures.\n",
        table(["answer, form", "boxes", "hosts", "families", "declared", "measured", "one left out", "finding"], rows),
    ])


def catalogue(seen):
    return [item["id"] for item in next(one for one in seen if one.reset).reset["evidence"]]


def answers(seen):
    counts = defaultdict(Counter)
    for one in measure.resets(seen):
        if one.label.source != "ttl-equal":
            for item in one.reset["evidence"]:
                counts[item["id"]]["host" if one.from_host else "box", item["outcome"]] += 1
    words = ("present", "absent", "cannot-tell")
    rows = [(f"`{name}`", *(counts[name][side, word] or "·" for side in ("box", "host") for word in words))
            for name in catalogue(seen)]
    heads = ["detector", *(f"{side}: {word}" for side in ("boxes", "hosts") for word in ("present", "absent", "cannot tell"))]
    return "\n".join(["## Answers\n", "Captures by what a detector answered.\n", table(heads, rows)])


def families(seen):
    said = defaultdict(Counter)
    for one in seen:
        said[one.label.source, one.label.family, one.label.sender][one.said] += 1
    names = ["client", "server", "middlebox", "undetermined", "none"]
    rows = [(f"{family} ({source})", truth, *(counts[name] or "·" for name in names))
            for (source, family, truth), counts in sorted(said.items())]
    return "\n".join([
        "## Families\n",
        "Who ended the connection by a reset, and who was said to have: captures of each scenario. Where a family's packets look the\n"
        "same from a place whoever sent them, *undetermined* is right.\n",
        table(["family", "was", *names], rows),
    ])
