//! The README's examples are what the program prints.
//!
//! A `console` block holds `$ sshrst …` and its output; a line `…` stands for the rest.
//! `SSHRST_BLESS=1 cargo test --test readme` writes the output anew, as many lines as there were.

#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads and writes files, and fails by panicking"
)]

use std::fs;
use std::path::Path;

const REST: &str = "…";

/// Lines of a new example before `…`: a terminal's.
const SCREEN: usize = 24;

#[test]
fn the_examples_are_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let mut now = String::new();
    let mut examples = 0;
    let mut rest = readme.as_str();
    while let Some((before, after)) = rest.split_once("```console\n") {
        let (block, after) = after.split_once("\n```").expect("a block that ends");
        now.extend([before, "```console\n", &again(block), "\n```"]);
        examples += 1;
        rest = after;
    }
    now += rest;
    assert!(examples > 0, "the README shows nothing");
    if std::env::var_os("SSHRST_BLESS").is_some() {
        fs::write(path, now).unwrap();
    } else {
        assert!(
            readme == now,
            "the README's examples are stale (SSHRST_BLESS=1 cargo test). They would be:\n{now}"
        );
    }
}

/// The block as the program fills it now.
fn again(block: &str) -> String {
    let (prompt, shown) = block.split_once('\n').unwrap();
    let arguments = prompt.strip_prefix("$ sshrst ").unwrap_or_else(|| panic!("`{prompt}` is not sshrst"));
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_sshrst"))
        .args(arguments.split_whitespace())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{prompt}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let shown: Vec<&str> = shown.lines().collect();
    let cut = shown.last() == Some(&REST);
    let lines = match shown.len() {
        1 if cut => SCREEN,
        length if cut => length - 1,
        _ => usize::MAX,
    };
    let mut now: Vec<&str> = text.trim_end().lines().take(lines).collect();
    now.insert(0, prompt);
    now.extend(cut.then_some(REST));
    now.join("\n")
}
