//! What the compiler does not check: `unsafe`, of which there is none here, and what is not Rust.

use std::collections::BTreeSet;

use crate::source::Source;

/// Dependencies that are not Rust, or declare what is not, and why they are wanted.
const FOREIGN: &[(&str, &str)] = &[
    ("js-sys", "browsers; in no build of ours"),
    ("libbz2-rs-sys", "bzip2 in Rust, with the interface that C programs know"),
    ("liblzma-sys", "xz in C, by its authors"),
    (
        "linux-raw-sys",
        "numbers of Linux's system calls, of which rustix makes functions that cannot be misused",
    ),
    ("windows-sys", "functions of Windows; only built there"),
    ("zstd-sys", "zstd in C, by its authors"),
];

/// Dependencies in the lock file that are not listed, and listed ones that are not there.
pub(crate) fn faults(lock: &str) -> Vec<String> {
    let names = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let found: BTreeSet<&str> = names.filter(|name| name.ends_with("-sys")).collect();
    let listed: BTreeSet<&str> = FOREIGN.iter().map(|(name, _)| *name).collect();
    let new = found.difference(&listed).map(|name| format!("{name}: not Rust, and not listed with a reason"));
    let gone = listed.difference(&found).map(|name| format!("{name}: listed, and no dependency"));
    new.chain(gone).collect()
}

/// Files that have the word in their code.
pub(crate) fn unsafe_files(files: &[Source]) -> Vec<String> {
    let word =
        |code: &str| code.split(|it: char| !it.is_alphanumeric() && it != '_').any(|it| it == "unsafe");
    let quoted = |file: &Source| file.code.contains("'unsafe-inline'");
    let found = files.iter().filter(|file| word(&file.code) && !quoted(file));
    found.map(|file| format!("{}: has unsafe code", file.path)).collect()
}
