"""Tells the lines of the product from those of its tests."""

import re

# rustfmt puts the end of an item where its begin stands.
TEST = re.compile(r"^( *)#\[cfg\(test\)\]$")
CONSTANT = re.compile(r"^( *)(?:pub(?:\([a-z]+\))? )?const fn ")
MODULE = re.compile(r"^ *(?:pub(?:\([a-z]+\))? )?mod (\w+);$")


def test_items(text):
    """The ranges of lines of items that only tests have, and the names of such modules that have a file."""
    lines, ranges, modules = text.splitlines(), [], []
    for start, line in enumerate(lines):
        found = TEST.match(line)
        if not found:
            continue
        item = start + 1
        while lines[item].lstrip().startswith("#["):
            item += 1
        module = MODULE.match(lines[item])
        if module:
            modules.append(module[1])
        end = item
        whole = lines[item].endswith(";") or "{" in lines[item] and lines[item].count("{") == lines[item].count("}")
        if not whole:
            closing = (f"{found[1]}}}", f"{found[1]}];")
            while not lines[end].startswith(closing):
                end += 1
        ranges.append(range(start + 1, end + 2))
    return ranges, modules


def constants(text):
    """The ranges of lines of `const fn`."""
    lines, ranges = text.splitlines(), []
    for start, line in enumerate(lines):
        found = CONSTANT.match(line)
        if found:
            end = start
            while not lines[end].startswith(f"{found[1]}}}") and not (lines[end].endswith("}") and end == start):
                end += 1
            ranges.append(range(start + 1, end + 2))
    return ranges


def lines(root, counts):
    """The counted lines below src/ that are the product's, by path below src/; a `const fn` that only the compiler ran is
    left out: tables are made of constants, and Rust says which functions nobody names."""
    source = root / "src"
    own, beside = {}, set()
    for file in sorted(source.rglob("*.rs")):
        ranges, modules = test_items(file.read_text())
        folder = file.parent if file.name in ("mod.rs", "lib.rs", "main.rs") else file.with_suffix("")
        for module in modules:
            beside |= {folder / f"{module}.rs", folder / module}
        own[file] = ranges
    found = {}
    for file, ranges in own.items():
        if file in beside or any(parent in beside for parent in file.parents):
            continue
        counted = counts.get(str(file), {})
        kept = {number: count for number, count in sorted(counted.items()) if not any(number in it for it in ranges)}
        if kept:
            for constant in constants(file.read_text()):
                inside = [number for number in kept if number in constant]
                if not any(kept[number] for number in inside):
                    for number in inside:
                        del kept[number]
            found[str(file.relative_to(source))] = kept
    return found


def missing(path, lines):
    """`path: share, lines that were not reached`."""
    unseen = [number for number, count in lines.items() if not count]
    spans, order = [], list(lines)
    for number in unseen:
        if spans and order.index(number) == order.index(spans[-1][1]) + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    words = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
    return f"{path}: {100 * (1 - len(unseen) / len(lines)):.1f} % of {len(lines)}; not reached: {words or 'none'}"
