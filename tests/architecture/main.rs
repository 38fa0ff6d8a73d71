//! What keeps the house as `src/lib.rs` describes it.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads files, prints, and fails by panicking"
)]

mod doors;
mod files;
mod names;
mod source;
mod unchecked;

use source::{Source, sources};

/// Fails with one line for each fault.
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn a_module_names_only_modules_above_it() {
    let order = names::order(&source::read("src/lib.rs"));
    assert!(order.len() > 10, "{order:?}");
    let faults: Vec<String> = sources("src").iter().flat_map(|file| names::faults(file, &order)).collect();
    assert_none(&faults);
}

#[test]
fn each_dependency_has_one_door() {
    let dependencies = doors::dependencies(&source::read("Cargo.toml"));
    let files = sources("src");
    let mut faults = doors::unlisted(&dependencies);
    faults.extend(files.iter().flat_map(|file| doors::faults(file, &dependencies)));
    assert_none(&faults);
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let files = sources("src");
    assert_none(&files::too_long(&files));
    let median = files::median_length(&files);
    // Shown by `cargo test -- --nocapture`.
    println!("{} files, median {median} lines without tests", files.len());
    assert!(median < 200, "the median file has {median} lines: 120 is what reads well");
}

#[test]
fn no_source_file_is_forgotten() {
    assert_none(&files::undeclared(&sources("src"), &["src/lib.rs", "src/main.rs"]));
}

#[test]
fn no_test_file_is_forgotten() {
    let tests = sources("tests");
    // Cargo finds `tests/*.rs` and `tests/*/main.rs` by itself.
    let roots: Vec<&str> = tests
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| path.matches('/').count() == 1 || path.ends_with("/main.rs"))
        .collect();
    assert_none(&files::undeclared(&tests, &roots));
}

#[test]
fn a_stage_is_a_folder_with_its_front_page_inside() {
    assert_none(&files::split_pages(&sources("src")));
}

#[test]
fn all_is_checked_by_the_compiler_but_what_is_named() {
    assert_none(&unchecked::faults(&source::read("Cargo.lock")));
    assert_none(&unchecked::unsafe_files(&sources("src")));
    let manifest: toml::Table = toml::from_str(&source::read("Cargo.toml")).unwrap();
    // No `allow` lifts it.
    assert_eq!(manifest["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
}

#[test]
fn planted_unchecked_code_is_found() {
    let file = |text: &str| [Source::new("src/a.rs", text)];
    assert_eq!(unchecked::unsafe_files(&file("fn f() { unsafe { g() } }")).len(), 1);
    assert_eq!(unchecked::unsafe_files(&file("// unsafe\nlet unsafely = 1;")).len(), 0);
    assert!(unchecked::faults("name = \"libz-sys\"")[0].starts_with("libz-sys: not Rust"));
}

#[test]
fn planted_faults_are_found() {
    let order = ["units", "wire", "flow", "ssh", "report", "analysis", "cli", "run"].map(str::to_owned);
    let faults = |path: &str, text: &str| names::faults(&Source::new(path, text), &order).len();
    assert_eq!(faults("src/flow/table.rs", "use crate::units::Elapsed;\nuse crate::wire::Segment;"), 0);
    assert_eq!(faults("src/wire/tcp/mod.rs", "use crate::flow::Flow;"), 1);
    assert_eq!(faults("src/wire/tcp/mod.rs", "use crate::{units::Elapsed, flow::{self, Flow}, ssh};"), 2);
    assert_eq!(faults("src/wire/tcp/mod.rs", "fn f() { let x = super::super::flow::new(); }"), 1);
    assert_eq!(
        faults("src/wire/tcp/mod.rs", "use super::seq::Seq; // crate::flow\n/// [`crate::flow`]\n"),
        0
    );
    assert_eq!(faults("src/wire/tcp/mod.rs", "#[cfg(test)]\nmod tests { use crate::flow::Flow; }"), 0);
    assert_eq!(faults("src/ssh/mod.rs", "use crate::wire::Segment;"), 1);
    assert_eq!(faults("src/run.rs", "use crate::flow::Flow;\nuse crate::cli::Plan;\nuse crate::report;"), 1);
    assert_eq!(faults("src/units.rs", "use crate::nowhere::X;"), 1);
}

#[test]
fn planted_back_doors_are_found() {
    let known = ["clap", "toml"].map(str::to_owned);
    let faults = |path: &str, text: &str| doors::faults(&Source::new(path, text), &known).len();
    assert_eq!(faults("src/cli/args.rs", "use clap::Parser;"), 0);
    assert_eq!(faults("src/run.rs", "use clap::Parser;\nfn f() { clap::x(); }"), 1);
    assert_eq!(faults("src/run.rs", "let x = ::toml::from_str(text);"), 1);
    assert_eq!(faults("src/run.rs", "use crate::toml::Value; use super::clap::x; // clap::Parser"), 0);
    assert_eq!(doors::unlisted(&["left-pad".to_owned()]).len(), 1);
}

#[test]
fn planted_orphans_and_giants_are_found() {
    let long = Source::new("src/a.rs", &"fn f() {}\n".repeat(501));
    let tested = Source::new(
        "src/b.rs",
        &format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}", "//\n".repeat(600)),
    );
    assert_eq!(files::too_long(&[long, tested]).len(), 1);
    let orphan = [
        Source::new("src/lib.rs", "mod a;"),
        Source::new("src/a/mod.rs", "mod b;"),
        Source::new("src/a/b.rs", ""),
        Source::new("src/a/c.rs", ""),
    ];
    assert_eq!(files::undeclared(&orphan, &["src/lib.rs"]), ["src/a/c.rs: no `mod` line declares it"]);
    let split = [Source::new("src/a.rs", ""), Source::new("src/a/b.rs", "")];
    assert_eq!(files::split_pages(&split).len(), 1);
}
