#!/usr/bin/env python3
"""Whole-process figures on large captures: CPU, wall, memory, in turn with `cat` and with other tools.

    benches/processes.py [--rounds 5] [--write] NAME=FILE ...

CPU is user and system time of the child (getrusage), as a ratio to `cat FILE >/dev/null` of the same round: `cat` itself
differs by a factor of three on one machine, with how the file came into the page cache. Tools that are missing are
named. Peak memory is at least that of this script, 20 to 40 MiB. With --write, benches/RESULTS.md is written, with --append it gets more. Where FILE lies beside what its
generator says of it (`.json`), its counts are compared. The sshrst that is measured is target/release/sshrst.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SSHRST = ROOT / "target/release/sshrst"
# Matches nothing: what remains is reading and filtering.
NOTHING = "tcp port 22 and len > 60000"
# What others decode a compressed capture with.
DECODERS = {".gz": "gzip", ".zst": "zstd", ".lz4": "lz4"}


def decoder():
    """The program that decodes and does nothing else (benches/decode.rs), built if it has to be."""
    command = ["cargo", "bench", "--locked", "--bench", "decode", "--no-run", "--message-format", "json"]
    lines = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.splitlines()
    built = (json.loads(line) for line in lines)
    return next(it["executable"] for it in built if it.get("executable") and it["target"]["name"] == "decode")


def commands(capture, threads):
    sshrst = [str(SSHRST), "analyze", "--color", "never"]
    ours = {
        "cat": ["cat", capture],
        **{f"sshrst, {n} thread{'s' if n > 1 else ''}": [*sshrst, "--threads", str(n), capture] for n in threads},
    }
    if program := DECODERS.get(Path(capture).suffix):
        only = [decoder(), capture]
        return {**ours, "decoded by the same crate, and that is all": only, f"{program} -dc": [program, "-dc", capture]}
    return {
        **ours,
        "tcpdump, a filter that matches nothing": ["tcpdump", "-nr", capture, NOTHING],
        "tcptrace -n -l": ["tcptrace", "-n", "-l", capture],
        "tshark, conversations": ["tshark", "-q", "-z", "conv,tcp", "-r", capture],
    }


def run(command):
    """CPU seconds, wall seconds and peak MiB of one run."""
    with open(os.devnull, "w") as null:
        before = os.times()
        child = subprocess.Popen(command, stdout=null, stderr=null)
        _, status, usage = os.wait4(child.pid, 0)
        wall = os.times().elapsed - before.elapsed
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} failed with {status}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def measure(capture, rounds, threads, slow):
    """For each tool its runs and the CPU ratios to the `cat` of the same round."""
    tools = {name: command for name, command in commands(capture, threads).items() if shutil.which(command[0])}
    if not slow:
        tools = {name: command for name, command in tools.items() if command[0] not in ("tcptrace", "tshark")}
    runs = {name: [] for name in tools}
    ratios = {name: [] for name in tools}
    run(tools["cat"])
    for _ in range(rounds):
        for name, command in tools.items():
            cat = run(tools["cat"])[0]
            runs[name].append(run(command))
            ratios[name].append(runs[name][-1][0] / max(cat, 0.001))
    return runs, ratios


def same_for_all_threads(capture, threads):
    """Whether the reports are equal, octet by octet, for all numbers of threads and for standard input."""
    digests = set()
    for count in threads:
        with tempfile.TemporaryDirectory() as folder, open(capture, "rb") as octets:
            file = Path(folder) / "report"
            command = [str(SSHRST), "analyze", "--format", "ndjson", "--no-digest", "--threads", str(count)]
            with open(file, "wb") as out:
                subprocess.run([*command, "-"], stdin=octets, stdout=out, check=True)
            digests.add(hashlib.sha256(file.read_bytes()).hexdigest())
    return len(digests) == 1


def known(capture):
    """What the capture's generator says of it in FILE's neighbour `….json`; nothing where it has none."""
    truth = Path(capture).with_suffix(".json")
    return json.loads(truth.read_text()) if truth.exists() else {}


def counted(capture, truth):
    """Whether frames, and segments with RST by whose address they carry and whether their TTL is the owner's, are as the
    generator says. It gives an injected reset another TTL: this checks the walk and the table, not the judgement."""
    command = [str(SSHRST), "analyze", "--format", "json", "--no-digest", capture]
    seen = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)["capture"]
    resets = {}
    for side in ("client", "server"):
        of = seen["resets"][side]
        resets[side] = of["count"] - of["other_ttl"]
        resets[f"injected_as_{side}"] = of["other_ttl"]
    told = {side: truth["ssh_rst_by_originator"][side] for side in resets}
    same = resets == told and [seen["frames"], seen["ssh_frames"]] == [truth["packets"], truth["ssh_packets"]]
    words = ", ".join(f"{count:,} {side.replace('_', ' ')}" for side, count in resets.items())
    return f"Segments with RST: {words}; {'as' if same else '**NOT AS**'} the generator has it."


def rows(name, capture, options):
    truth = known(capture)
    runs, ratios = measure(capture, options.rounds, options.threads, options.slow)
    size = os.path.getsize(capture) / 2**30
    yield f"\n## {name}: {size:.2f} GiB\n"
    yield "| command | CPU s | CPU / cat | wall s | peak MiB |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for tool, figures in runs.items():
        cpu, wall, peak = (statistics.median(column) for column in zip(*figures))
        yield f"| {tool} | {cpu:.2f} | {statistics.median(ratios[tool]):.1f} | {wall:.2f} | {peak:.0f} |"
    flows = truth.get("ssh_flows")
    if flows:
        yield f"\n{truth['packets']:,} packets, {flows:,} connections on port 22."
        yield f"\n{counted(capture, truth)}"
    equal = same_for_all_threads(capture, options.threads)
    yield f"\nReports for {', '.join(map(str, options.threads))} threads: {'equal' if equal else '**DIFFERENT**'}."


def machine():
    model = "unknown processor"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}; load average {load} at the end"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captures", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--slow", action="store_true", help="run tcptrace and tshark, too")
    parser.add_argument("--write", action="store_true", help="write benches/RESULTS.md")
    parser.add_argument("--append", action="store_true", help="add to benches/RESULTS.md")
    options = parser.parse_args()
    text = []
    missing = [tool for tool in ("tcpdump", "tcptrace", "tshark") if not shutil.which(tool)]
    if missing:
        text.append(f"\nSkipped, not installed: {', '.join(missing)}.")
    for named in options.captures:
        name, _, capture = named.partition("=")
        text.extend(rows(name, capture, options))
    head = [
        "# Whole-process figures",
        "",
        "Made by `benches/processes.py`; medians. CPU is user and system time, its ratio is to `cat FILE >/dev/null` in turn",
        "on the same file. Compare ratios: seconds depend on the hour. Peak memory is at least the script's own, 20 to 40 MiB.",
        "Full analysis, text report; `json` adds the SHA-256 of the input (0.5 s for a GiB) unless `--no-digest` is given.",
        "",
        f"{date.today()}, {machine()}.",
    ]
    if options.append:
        head = ["", f"# More, {date.today()}", "", f"{machine()}."]
    report = "\n".join([*head, *text]) + "\n"
    if options.write:
        (ROOT / "benches/RESULTS.md").write_text(report)
    if options.append:
        with open(ROOT / "benches/RESULTS.md", "a") as results:
            results.write(report)
    print(report, end="")


if __name__ == "__main__":
    main()
