//! The documentation of detectors and causes, as `sshrst explain` prints it.

use std::fmt::Write;

use crate::cause::Cause;
use crate::detect;

/// The page of the detector or cause called `id`.
pub fn explain(id: &str) -> Option<String> {
    if let Some(detector) = detect::by_id(id) {
        let meta = detector.meta();
        return Some(format!("# {}\n\n{}\n", meta.id, unindented(meta.doc)));
    }
    let cause = Cause::from_id(id)?;
    Some(format!("# {} ({})\n\n{}\n", cause.id(), cause.group().title(), cause.doc().trim()))
}

/// Every id that has a page.
pub fn explainable() -> impl Iterator<Item = &'static str> {
    let detectors = detect::CATALOGUE.iter().map(|detector| detector.meta().id);
    detectors.chain(Cause::ALL.iter().map(|cause| cause.id()))
}

/// All ids with a line each.
pub fn explain_list() -> String {
    let mut text = String::from("Signals:\n");
    // Writing to a `String` cannot fail.
    for detector in detect::CATALOGUE {
        _ = writeln!(text, "  {:28} {}", detector.meta().id, detector.meta().summary());
    }
    text.push_str("\nCauses:\n");
    for cause in Cause::ALL {
        _ = writeln!(text, "  {:28} {}", cause.id(), cause.title());
    }
    text
}

/// A doc comment's lines without the blank behind the slashes.
fn unindented(doc: &str) -> String {
    let lines: Vec<&str> = doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}
