//! Each rendering of a report of a changed capture in which peers wrote anything: it ends, is of its form, and holds nothing
//! that a terminal or a browser would obey.

use std::io;

use pulldown_cmark::{Event, Options, Parser, Tag};
use sshrst::report::model::Report;
use sshrst::report::{self, Detail, Screen, Selection, Trim, Zone};

use super::analysis::build;
use super::mutation::changed;
use super::script::Script;

/// As text on terminals of any width, and the note of an archive.
pub(crate) fn text(octets: &[u8]) {
    let (report, mut script) = planted(octets);
    let screen = Screen { width: script.below(400), color: false };
    for detail in [Detail::Deaths, Detail::All, Detail::Exchange] {
        shows_only(&rendered(|out| report::text(&report, screen, detail, out)), &report);
    }
    let redacted = script.octet() & 1 == 1;
    for trim in Trim::STEPS {
        shows_only(&report::note(&report, trim, redacted, 9), &report);
    }
}

/// As Markdown.
pub(crate) fn markdown(octets: &[u8]) {
    let (report, _) = planted(octets);
    for detail in [Detail::Deaths, Detail::All] {
        let page = rendered(|out| report::markdown(&report, detail, out));
        shows_only(&page, &report);
        for event in Parser::new_ext(&page, Options::all()) {
            let own =
                |html: &str| ["script", "img", "iframe", "style", "href"].iter().all(|it| !html.contains(it));
            match event {
                Event::Html(html) | Event::InlineHtml(html) => assert!(own(&html), "{html}"),
                Event::Start(Tag::Image { dest_url, .. }) => panic!("an image that a peer wrote: {dest_url}"),
                _ => {}
            }
        }
    }
}

/// As HTML.
pub(crate) fn html(octets: &[u8]) {
    let (report, _) = planted(octets);
    for detail in [Detail::Deaths, Detail::All] {
        let page = rendered(|out| report::html(&report, detail, out));
        shows_only(&page, &report);
        let tags = page.matches('<').count();
        assert_eq!(tags, page.matches('>').count(), "what a peer wrote opens and ends no element");
        assert!(!page.contains("<script") && !page.contains("<img"), "no element that a peer wrote");
    }
}

/// As JSON, whole and by lines.
pub(crate) fn json(octets: &[u8]) {
    let (report, _) = planted(octets);
    let whole = rendered(|out| report::json(&report, out));
    let whole: serde_json::Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(whole["sessions"].as_array().map(Vec::len), Some(report.sessions.len()));
    let lines = rendered(|out| report::ndjson(&report, out));
    for line in lines.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    assert!(lines.lines().count() > report.sessions.len());
}

/// A report whose texts of peers are what the first octets say, of a capture that the others change.
pub(super) fn planted(octets: &[u8]) -> (Report, Script<'_>) {
    let mut script = Script(octets);
    let mut hostile = (script.text(), script.text());
    let rest = script.octets(8);
    let mut report = build(&changed(&mut script).analysed());
    if rest.first().is_some_and(|octet| octet & 1 == 1) {
        let zone: Zone =
            ["Europe/Berlin", "America/St_Johns", "UTC"][usize::from(rest[0] % 3)].parse().unwrap();
        _ = Selection::default().of_zone(zone);
        report = zone.shown(report);
    }
    if rest.get(1).is_some_and(|octet| octet & 1 == 1) {
        plant(&mut report, &mut hostile);
    }
    (report, Script(rest))
}

/// Puts both texts, in turn, wherever text that a peer or a user chose can stand.
fn plant(report: &mut Report, hostile: &mut (String, String)) {
    let mut text = || {
        std::mem::swap(&mut hostile.0, &mut hostile.1);
        hostile.0.clone()
    };
    for session in &mut report.sessions {
        session.client_saw = Some(text());
        for party in [&mut session.ssh.client, &mut session.ssh.server] {
            (party.banner, party.text, party.disconnect) = (Some(text()), Some(text()), Some(text()));
        }
        session.exchange.iter_mut().for_each(|step| step.note = text());
        session.limits.iter_mut().for_each(|limit| limit.detail = text());
        session.cause.remedies.iter_mut().for_each(|remedy| remedy.why = text());
        if let Some(reset) = &mut session.reset {
            reset.evidence.iter_mut().for_each(|item| item.summary = text());
            reset.would_settle = vec![text()];
        }
    }
    report.patterns.iter_mut().for_each(|pattern| pattern.detail = text());
}

/// Fails if a terminal would obey something of it, or if it is out of proportion.
fn shows_only(rendering: &str, report: &Report) {
    let turns = |it: char| matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let bad = rendering.chars().find(|&it| it.is_control() && it != '\n' || turns(it));
    assert_eq!(bad, None);
    assert!(rendering.len() < 400_000 * (report.sessions.len() + report.patterns.len() + 1));
}

pub(super) fn rendered(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}
