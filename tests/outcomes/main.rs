//! Each detector, each rule of SSH and each pattern in each of its outcomes: it is there, it is not, it cannot be told.
//!
//! One without its cases fails. `SSHRST_BLESS=1 cargo test --test outcomes` writes the table, `README.md` beside this file.

#![allow(
    clippy::disallowed_methods,
    reason = "the fence is around the core; tests open files and ask whether to write them"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../fuzz/laws/clear.rs"]
#[allow(dead_code, reason = "of what it makes, some is needed")]
mod clear;
mod detectors;
#[path = "../adversaries/forge.rs"]
#[allow(dead_code, reason = "of what it makes, some is needed")]
mod forge;
#[path = "../page/mod.rs"]
#[allow(dead_code, reason = "of what it reads, some is needed")]
mod page;
mod patterns;
#[path = "../recording/mod.rs"]
mod recording;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// A row of Markdown.
fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[test]
fn the_table_is_that_of_the_cases() {
    let page = [
        "What there is to be found, and where each of its outcomes is tested. Made by `SSHRST_BLESS=1 cargo test --test outcomes`.\n\n",
        "# Detectors\n\nExamples in `tests/scenarios/`, by section.\n\n",
        &detectors::table(),
        "\n# Rules of SSH\n\nThe octets are in `rules.rs`. Cannot be told: the snaplen cut what breaks the rule, and the session says so.\n\n",
        &rules::table(),
        "\n# Patterns\n\nTests, by name. A pattern is found or not: there is no third word for it in a report. What keeps it from being \
         found is among the limits of the capture and of its sessions.\n\n",
        &patterns::table(),
    ]
    .concat();
    let file = path("tests/outcomes/README.md");
    if std::env::var_os("SSHRST_BLESS").is_some() {
        fs::write(file, page).unwrap();
    } else {
        assert!(
            fs::read_to_string(file).unwrap_or_default() == page,
            "stale: SSHRST_BLESS=1 cargo test --test outcomes"
        );
    }
}
