//! The detectors' outcomes: their pages in `tests/scenarios/`, which `tests/scenarios.rs` runs.

use std::fs;

use sshrst::detect::CATALOGUE;

use crate::page::{Page, Section};
use crate::{path, row};

const HEAD: &str = "| detector | present | absent | cannot tell | misleads |\n|---|---|---|---|---|\n";

/// How many examples a page has of a section; where it has none, the reason that stands there.
fn examples(page: &Page, text: &str, section: Section) -> String {
    let count = page.scenarios.iter().filter(|scenario| scenario.section == section).count();
    if count > 0 {
        return count.to_string();
    }
    let behind = text.split_once(section.heading()).unwrap().1.trim_start();
    let reason = behind.split("\n\n").next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(reason.starts_with("Never"), "{reason}");
    reason
}

/// A page without an example of an outcome, and without the reason why there is none, is refused.
pub(crate) fn table() -> String {
    let rows = CATALOGUE.iter().map(|detector| {
        let meta = detector.meta();
        let text = fs::read_to_string(path(&format!("tests/scenarios/{}.md", meta.id))).unwrap();
        let page = Page::parse(&text, meta).unwrap();
        let sections = [Section::Fires, Section::StaysSilent, Section::CannotTell, Section::KnownToMislead];
        let cells = sections.map(|section| examples(&page, &text, section));
        row(&[&[format!("`{}`", meta.id)][..], &cells].concat())
    });
    HEAD.to_owned() + &rows.collect::<String>()
}
