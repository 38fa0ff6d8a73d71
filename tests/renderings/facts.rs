//! The facts of the model are in every rendering.

use sshrst::report::model::{Report, Session};

use super::read::bare;
use super::{html, markdown, read, reports, text};

/// What a report for people must hold of `session`.
fn facts(session: &Session) -> Vec<String> {
    let mut facts = vec![
        session.client.ip.clone(),
        session.server.ip.clone(),
        session.client.port.to_string(),
        session.community_id.clone(),
    ];
    facts.extend(session.client_saw.clone());
    facts.extend(session.limits.iter().map(|limit| limit.detail.clone()));
    facts.extend(
        [&session.ssh.client, &session.ssh.server].into_iter().filter_map(|party| party.banner.clone()),
    );
    facts.extend(session.cause.confirm.iter().flat_map(|it| [it.command.clone(), it.expect.clone()]));
    for remedy in &session.cause.remedies {
        facts.extend([&remedy.what, &remedy.why].into_iter().chain(&remedy.trap).cloned());
    }
    if let Some(reset) = &session.reset {
        facts.push(format!("frame {}", reset.decisive_frame));
        facts.extend(reset.trigger_frame.map(|frame| format!("frame {frame}")));
        facts.extend(reset.would_settle.iter().cloned());
        facts.push("Before any evidence".to_owned());
        facts.extend(reset.evidence.iter().flat_map(|item| [item.id.to_owned(), item.summary.clone()]));
    }
    facts
}

/// What of `report` is missing in `seen`.
fn missing(report: &Report, seen: &str) -> Vec<String> {
    let seen = bare(seen);
    let facts = report.sessions.iter().flat_map(facts);
    facts.filter(|fact| !seen.contains(&bare(fact))).collect()
}

#[test]
fn every_rendering_holds_the_facts_of_the_model() {
    for (slug, report) in reports() {
        let none: [String; 0] = [];
        assert_eq!(missing(&report, &text(&report)), none, "{slug}, text");
        assert_eq!(missing(&report, &read::markdown(&markdown(&report))), none, "{slug}, Markdown");
        assert_eq!(missing(&report, &read::html(&html(&report))), none, "{slug}, HTML");
    }
}

#[test]
fn frames_of_the_evidence_are_cited_beside_it() {
    for (slug, report) in reports() {
        let (markdown, html) = (read::markdown(&markdown(&report)), read::html(&html(&report)));
        for reset in report.sessions.iter().filter_map(|session| session.reset.as_ref()) {
            for item in reset.evidence.iter().filter(|item| !item.frames.is_empty()) {
                let mut frames = item.frames.clone();
                frames.sort_unstable();
                frames.dedup();
                let listed: Vec<String> = frames.iter().map(u64::to_string).collect();
                let row = bare(&format!("{}{}{}", item.summary, item.id, listed.join(",")));
                assert!(bare(&markdown).contains(&row), "{slug}, Markdown: {row}");
                assert!(bare(&html).contains(&row), "{slug}, HTML: {row}");
            }
        }
    }
}

#[test]
fn files_are_named_with_their_digest_where_a_report_goes_on_a_ticket() {
    for (slug, report) in reports() {
        for rendering in [read::markdown(&markdown(&report)), read::html(&html(&report))] {
            assert!(rendering.contains(&report.capture.files[0].sha256), "{slug}");
            assert!(bare(&rendering).contains(&bare(&report.sessions[0].display_filter)), "{slug}");
            assert!(rendering.contains(env!("CARGO_PKG_VERSION")), "{slug}");
        }
    }
}
