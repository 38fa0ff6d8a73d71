//! What a peer sent is text in every rendering, whatever it looks like.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use sshrst::report::json;
use sshrst::report::model::{Report, Session};
use sshrst::report::redact::{Pseudonyms, RedactKey, redacted};

use super::form::{diagrams, is_statement};
use super::{html, markdown, read, rendered, report_of, text};

/// Pieces that mean something to a terminal, to HTML, to Markdown, to Mermaid, or to a ticket system.
const PIECES: [&str; 35] = [
    "<script>alert(1)</script>",
    "<img src=http://evil.example/x>",
    "</pre>",
    "</svg>",
    "-->",
    "&lt;",
    "\"",
    "'",
    "\u{1b}[31m",
    "\u{1b}]0;owned\u{7}",
    "\u{9b}2J",
    "\0",
    "\r",
    "# heading",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "```",
    "`",
    "|",
    "\\|",
    "\\",
    "**",
    "[a](http://evil.example)",
    "![x](y)",
    "@maintainer",
    "#1",
    "http://evil.example/",
    "~~~",
    "%%{init: {}}%%",
    ";",
    "C->>S: forged",
    "word ",
    "$x$",
];

/// Puts `hostile` wherever text that a peer or a user chose can stand.
fn plant(report: &mut Report, hostile: &str) {
    hostile.clone_into(&mut report.capture.files[0].path);
    for session in &mut report.sessions {
        plant_in(session, hostile);
    }
}

fn plant_in(session: &mut Session, hostile: &str) {
    let text = || hostile.to_owned();
    session.client_saw = Some(text());
    for party in [&mut session.ssh.client, &mut session.ssh.server] {
        (party.banner, party.text, party.disconnect) = (Some(text()), Some(text()), Some(text()));
    }
    session.exchange.iter_mut().for_each(|step| step.note = text());
    session.limits.iter_mut().for_each(|limit| limit.detail = text());
    session.cause.confirm.iter_mut().for_each(|confirm| confirm.expect = text());
    session.cause.remedies.iter_mut().for_each(|remedy| remedy.why = text());
    if let Some(reset) = &mut session.reset {
        reset.evidence.iter_mut().for_each(|item| item.summary = text());
        reset.would_settle = vec![text()];
    }
}

/// The form of Markdown: its blocks, without what stands in them. Code in a sentence is text.
fn blocks(source: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    for event in Parser::new_ext(source, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Text(_)
            | Event::Code(_)
            | Event::SoftBreak
            | Event::Start(Tag::Strong)
            | Event::End(TagEnd::Strong) => {}
            Event::InlineHtml(tag) if tag.as_ref() == "<br>" => {}
            event => blocks.push(format!("{event:?}")),
        }
    }
    blocks
}

fn hostile() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 1..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn no_text_changes_the_form(hostile in hostile()) {
        let mut plain = report_of("forged-reset-seen-at-client");
        let mut planted = plain.clone();
        plant(&mut plain, "word");
        plant(&mut planted, &hostile);
        prop_assert_eq!(blocks(&markdown(&planted)), blocks(&markdown(&plain)));
        for line in diagrams(&markdown(&planted)).iter().flat_map(|diagram| diagram.lines()) {
            prop_assert!(is_statement(line), "{}", line);
        }
        let (page, plain_page) = (html(&planted), html(&plain));
        // A backtick in a sentence makes code of what is behind it; that is the only element that text can make.
        let form = |page: &str| read::tags(page).into_iter().filter(|tag| !matches!(*tag, "code" | "/code")).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(form(&page), form(&plain_page));
        for rendering in [text(&planted), markdown(&planted), page] {
            let bad = |it: char| (it.is_control() && it != '\n') || matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
            prop_assert!(!rendering.contains(bad), "{:?}", rendering.chars().find(|it| bad(*it)));
        }
        let json = rendered(|out| json(&planted, out));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn no_text_of_a_peer_outlives_redaction(before in hostile(), behind in hostile()) {
        let words = format!("{before}ALICE{behind}");
        let mut report = report_of("forged-reset-seen-at-client");
        for session in &mut report.sessions {
            for party in [&mut session.ssh.client, &mut session.ssh.server] {
                party.banner = Some(format!("SSH-2.0-OpenSSH_9.2 {words}"));
                (party.text, party.disconnect) = (Some(words.clone()), Some(format!("2: {words}")));
            }
            session.client_saw = Some(format!("Received disconnect from 192.0.2.1 port 22:2: {words}"));
            session.exchange.iter_mut().for_each(|step| step.note = format!("code 2: {words}, more"));
        }
        let names = Pseudonyms::new(RedactKey::new(std::array::from_fn(|at| at as u8)).unwrap());
        let redacted = redacted(report, Some(&names));
        let json = rendered(|out| json(&redacted, out));
        for rendering in [text(&redacted), markdown(&redacted), html(&redacted), json] {
            prop_assert!(!rendering.contains("ALICE"), "{}", rendering);
        }
    }
}

#[test]
fn a_megabyte_of_text_is_cut_in_every_report_for_people() {
    let mut report = report_of("forged-reset-seen-at-client");
    plant(&mut report, &"<@x|`".repeat(200_000));
    for rendering in [text(&report), markdown(&report), html(&report)] {
        assert!(rendering.len() < 3_000_000, "{}", rendering.len());
        assert!(rendering.contains("more characters"));
    }
}
