"""Runs the tests compiled to count, and reads what was counted."""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys

# The program gives up the right to open files before it reads a capture, so its counts cannot be written at its end: they
# are mapped when it begins (%c), which takes the relocation. One file for each program (%m): they add up.
FLAGS = "-C instrument-coverage -C llvm-args=-runtime-counter-relocation"
PROFILES = "%c%m.profraw"


def tools():
    """llvm-profdata and llvm-cov."""
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], check=True, stdout=subprocess.PIPE, text=True).stdout
    own = sorted(pathlib.Path(sysroot.strip()).glob("lib/rustlib/*/bin"))
    for folder in [pathlib.Path(os.environ.get("LLVM_TOOLS", "/")), *own]:
        if (folder / "llvm-profdata").exists():
            return folder / "llvm-profdata", folder / "llvm-cov"
    sys.exit("no llvm-profdata beside the compiler: rustup component add llvm-tools, or set LLVM_TOOLS")


def place(root):
    return root / "target" / "coverage"


def environment(root):
    """What makes Cargo compile this package, and none that it depends on, to count."""
    wrapper = place(root) / "counting"
    wrapper.parent.mkdir(parents=True, exist_ok=True)
    wrapper.write_text(f'#!/bin/sh\nexec "$@" {FLAGS}\n')
    wrapper.chmod(0o755)
    profiles = place(root) / "profiles"
    return dict(
        os.environ, RUSTC_WORKSPACE_WRAPPER=str(wrapper), CARGO_TARGET_DIR=str(place(root)), CARGO_INCREMENTAL="0",
        LLVM_PROFILE_FILE=str(profiles / PROFILES))


def conditions(root):
    """What of the surroundings tests depend on: the source, the user, and captures that are not of the repository."""
    revision = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, cwd=root, stdout=subprocess.PIPE, text=True).stdout
    user = "as root" if os.geteuid() == 0 else "not as root"
    captures = "with" if os.environ.get("SSHRST_SHARED") else "without"
    return f"source {revision.strip()}, {user}, {captures} the captures of `SSHRST_SHARED`"


def run(root):
    """Whether all tests passed."""
    tools()
    profiles = place(root) / "profiles"
    shutil.rmtree(profiles, ignore_errors=True)
    profiles.mkdir(parents=True)
    around = environment(root)
    command = ["cargo", "test", "--locked"]
    built = subprocess.run([*command, "--no-run", "--message-format", "json"], env=around, cwd=root, stdout=subprocess.PIPE, text=True)
    if built.returncode:
        sys.exit("it does not compile")
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    programs = sorted({message["executable"] for message in messages if message.get("executable")})
    (place(root) / "programs.json").write_text(json.dumps(programs))
    (place(root) / "conditions").write_text(conditions(root))
    return subprocess.run([*command, "--no-fail-fast"], env=around, cwd=root).returncode == 0


def read(root):
    """How often each line of each file was reached, as the compiler counts lines."""
    profdata, cov = tools()
    merged = place(root) / "all.profdata"
    raw = sorted(str(file) for file in (place(root) / "profiles").glob("*.profraw"))
    subprocess.run([profdata, "merge", "-sparse", *raw, "-o", merged], check=True)
    programs = json.loads((place(root) / "programs.json").read_text())
    objects = [word for program in programs[1:] for word in ("-object", program)]
    command = [cov, "export", "-format=lcov", f"-instr-profile={merged}", programs[0], *objects]
    exported = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found, file = collections.defaultdict(collections.Counter), None
    for line in exported.splitlines():
        kind, _, rest = line.partition(":")
        if kind == "SF":
            file = rest
        elif kind == "DA":
            number, count = rest.split(",")[:2]
            found[file][int(number)] += int(count)
    return found
