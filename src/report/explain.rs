//! The documentation of detectors, patterns, causes and timers, as `sshrst explain` prints it.

use super::page::{Page, Screen, Tone};
use crate::cause::Cause;
use crate::detect;
use crate::population;
use crate::timers;

/// The page of the detector, pattern, cause or timer called `id`.
pub fn explain(id: &str, screen: Screen) -> Option<String> {
    let mut page = Page::new(screen);
    if let Some(detector) = detect::by_id(id) {
        let meta = detector.meta();
        page.heading(meta.id);
        markdown(&mut page, meta.doc);
    } else if let Some(timer) = timers::find(id) {
        super::timers::explain(&mut page, timer);
    } else if let Some(pattern) = population::catalogue().find(|meta| meta.id == id) {
        page.heading(pattern.id);
        markdown(&mut page, pattern.doc);
    } else {
        let cause = Cause::from_id(id)?;
        page.heading(cause.id());
        page.paragraph(0, &format!("{}; group: {}", cause.title(), cause.group().title()), Tone::Plain);
        page.blank();
        markdown(&mut page, &cause.doc());
    }
    Some(page.into_text())
}

/// Every id that has a page.
pub fn explainable() -> impl Iterator<Item = &'static str> {
    let detectors = detect::CATALOGUE.iter().map(|detector| detector.meta().id);
    let timers = timers::catalogue().iter().map(|timer| timer.id.as_str());
    let patterns = population::catalogue().map(|meta| meta.id);
    detectors.chain(patterns).chain(Cause::ALL.iter().map(|cause| cause.id())).chain(timers)
}

/// All ids with a line each.
pub fn explain_list(screen: Screen) -> String {
    let mut page = Page::new(screen);
    page.heading("Signals: what a report can say of a reset");
    for detector in detect::CATALOGUE {
        entry(&mut page, detector.meta().id, detector.meta().summary());
    }
    page.heading("Patterns: what several sessions say together");
    for meta in population::catalogue() {
        entry(&mut page, meta.id, meta.summary());
    }
    page.heading("Causes: why a connection ended");
    for cause in Cause::ALL {
        entry(&mut page, cause.id(), cause.title());
    }
    page.blank();
    page.paragraph(0, "Idle timers have pages too; `sshrst timers` lists them.", Tone::Faint);
    let messages = "And so have the messages of ssh, sshd's log, PuTTY, Dropbear and libraries: \
        `sshrst explain \"Connection reset by 192.0.2.1 port 22\"`.";
    page.paragraph(0, messages, Tone::Faint);
    page.into_text()
}

/// Width of the column of ids.
const IDS: usize = 28;

fn entry(page: &mut Page, id: &str, text: &str) {
    page.hanging(&format!("  {id:IDS$} "), text, Tone::Plain);
}

/// Lays out the Markdown of doc comments: headings, paragraphs, lists; code blocks are left as they are.
fn markdown(page: &mut Page, text: &str) {
    let mut paragraph = String::new();
    let mut in_code = false;
    let mut below_heading = false;
    for line in text.trim().lines() {
        // A doc comment's line keeps the blank behind the slashes.
        let line = line.strip_prefix(' ').unwrap_or(line);
        if below_heading && line.is_empty() {
            continue;
        }
        below_heading = line.starts_with('#');
        let marks = line.starts_with("```");
        let begins = marks
            || line.is_empty()
            || line.starts_with('#')
            || line.starts_with("- ")
            || line.starts_with('|');
        if begins || in_code {
            ended(page, &mut paragraph);
        }
        match line {
            _ if marks => in_code = !in_code,
            _ if in_code => page.pasted(line),
            "" => page.blank(),
            _ if line.starts_with('#') => page.heading(line.trim_start_matches(['#', ' '])),
            _ if line.starts_with('|') => page.pasted(line),
            _ => {
                paragraph.push_str(line);
                paragraph.push(' ');
            }
        }
    }
    ended(page, &mut paragraph);
}

fn ended(page: &mut Page, paragraph: &mut String) {
    let text = std::mem::take(paragraph);
    match text.strip_prefix("- ") {
        _ if text.is_empty() => {}
        Some(item) => page.hanging("- ", item, Tone::Plain),
        None => page.paragraph(0, &text, Tone::Plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { width: 80, color: false };

    #[test]
    fn every_id_has_a_page_that_fits_the_screen() {
        for id in explainable() {
            let page = explain(id, SCREEN).unwrap();
            assert!(page.lines().count() > 8 && page.contains("\nReferences\n"), "{id}: {page}");
            assert!(
                page.lines().all(|line| line.contains("://") || line.chars().count() <= 80),
                "{id}: {page}"
            );
        }
        assert_eq!(explain("gremlins", SCREEN), None);
    }

    #[test]
    fn the_list_names_every_id_once() {
        let list = explain_list(SCREEN);
        for id in explainable().filter(|id| timers::find(id).is_none()) {
            let lines = list.lines().filter(|line| line.split_whitespace().next() == Some(id));
            assert_eq!(lines.count(), 1, "{id}");
        }
        assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    }

    #[test]
    fn markdown_is_wrapped_but_its_lists_and_headings_keep_their_lines() {
        let mut page = Page::new(SCREEN);
        markdown(&mut page, " One\n two.\n\n ## Sees\n\n - a\n   more\n - b\n");
        assert_eq!(page.into_text(), "One two.\n\nSees\n- a more\n- b\n");
    }
}
