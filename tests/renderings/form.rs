//! The form of Markdown and HTML: verdict first, drawings complete, nothing from outside.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use sshrst::report::model::{Report, Session};
use sshrst::report::{Detail, markdown as markdown_of};

use super::{html, markdown, read, rendered, report_of, report_of_all, reports, text};

/// The diagrams of a Markdown report.
pub(crate) fn diagrams(source: &str) -> Vec<String> {
    let mut diagrams = Vec::new();
    let mut inside = false;
    for event in Parser::new_ext(source, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language)))
                if language.as_ref() == "mermaid" =>
            {
                inside = true;
                diagrams.push(String::new());
            }
            Event::Text(text) if inside => diagrams.last_mut().unwrap().push_str(&text),
            Event::End(_) => inside = false,
            _ => {}
        }
    }
    diagrams
}

/// Whether a line is one that the diagrams are made of, with nothing in it that would begin another statement.
pub(crate) fn is_statement(line: &str) -> bool {
    let line = line.trim();
    let message = |arrow: &str| {
        let lanes = line.split_once(": ").and_then(|(arrows, _)| arrows.split_once(arrow));
        lanes.is_some_and(|(from, to)| [from, to].iter().all(|lane| ["C", "B", "S"].contains(lane)))
    };
    let known = line == "sequenceDiagram"
        || line.starts_with("Note over C,S: ")
        || ["C", "B", "S"].iter().any(|lane| line.starts_with(&format!("participant {lane} as ")))
        || message("->>")
        || message("--x");
    let label = line.split_once(": ").map_or("", |(_, label)| label);
    // Whatever is not a plain sign is `#123;`.
    let entities = label
        .split('#')
        .skip(1)
        .all(|it| it.split_once(';').is_some_and(|(code, _)| code.parse::<u32>().is_ok()));
    known
        && entities
        && label.matches('#').count() == label.matches(';').count()
        && !label.contains(['%', '<', '{'])
}

fn decisive_steps(session: &Session) -> Vec<u64> {
    let reset = session.reset.as_ref();
    reset
        .into_iter()
        .flat_map(|reset| reset.trigger_frame.into_iter().chain([reset.decisive_frame]))
        .collect()
}

#[test]
fn the_verdict_is_in_the_first_ten_lines() {
    for (slug, report) in reports().filter(|(_, report)| report.sessions.len() == 1) {
        for rendering in [text(&report), markdown(&report)] {
            let first: Vec<&str> = rendering.lines().take(10).collect();
            let ends = format!("{}:{}", report.sessions[0].client.ip, report.sessions[0].client.port);
            let v6 = format!("[{}]:{}", report.sessions[0].client.ip, report.sessions[0].client.port);
            assert!(
                first.iter().any(|line| line.contains(&ends) || line.replace('\\', "").contains(&v6)),
                "{slug}: {first:#?}"
            );
        }
    }
}

#[test]
fn a_close_is_told_with_the_frame_of_its_fin() {
    let mut closed = 0;
    for (slug, report) in reports() {
        for session in report.sessions.iter().filter(|session| session.ended_by == "close") {
            let Some(side) = session.closed_by else { continue };
            let fin = session.exchange.iter().find(|step| step.what == "fin" && step.side == side).unwrap();
            let told = text(&report).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(told.contains(&format!("(FIN, frame {})", fin.frame)), "{slug}: {told}");
            closed += 1;
        }
    }
    assert!(closed > 0);
}

#[test]
fn the_exchange_holds_the_decisive_frames_in_order_and_is_short() {
    for (slug, report) in reports() {
        for session in &report.sessions {
            let frames: Vec<u64> = session.exchange.iter().map(|step| step.frame).collect();
            assert!(!frames.is_empty() && frames.len() <= 30, "{slug}: {frames:?}");
            assert!(frames.is_sorted_by(|one, next| one < next), "{slug}: {frames:?}");
            for frame in decisive_steps(session) {
                assert!(frames.contains(&frame), "{slug}: frame {frame} is missing in {frames:?}");
            }
            let told =
                session.exchange.len() as u64 + session.exchange.iter().map(|step| step.skipped).sum::<u64>();
            // ICMP errors are no frames of the session.
            assert!(told <= session.frames + 1, "{slug}: {told} of {}", session.frames);
        }
    }
}

#[test]
fn each_session_has_a_diagram_of_known_statements() {
    for (slug, report) in reports() {
        let diagrams = diagrams(&markdown(&report));
        assert_eq!(diagrams.len(), report.sessions.len(), "{slug}");
        for line in diagrams.iter().flat_map(|diagram| diagram.lines()) {
            assert!(is_statement(line), "{slug}: {line}");
        }
    }
}

#[test]
fn a_page_asks_for_nothing_and_runs_nothing() {
    for (slug, report) in reports() {
        let page = html(&report);
        let tags = read::tags(&page);
        for element in ["script", "img", "iframe", "object", "embed", "form", "base"] {
            assert!(!tags.contains(&element), "{slug}: {element}");
        }
        let addresses = page.split(" href=\"").skip(1).chain(page.split(" src=\"").skip(1));
        for address in addresses.map(|rest| rest.split('"').next().unwrap()) {
            assert!(address.starts_with('#') || address == "data:,", "{slug}: {address}");
        }
        assert!(
            !page.contains("url(") && !page.contains("@import") && page.contains("default-src 'none'"),
            "{slug}"
        );
    }
}

#[test]
fn a_page_is_sound_for_readers_who_listen() {
    for (slug, report) in reports() {
        let page = html(&report);
        let drawings = page.matches("<svg ").count();
        assert!(drawings > 0, "{slug}");
        assert_eq!(page.matches("role=\"img\" aria-label=\"").count(), drawings, "{slug}");
        assert_eq!((page.matches("<h1>").count(), page.matches("lang=\"en\"").count()), (1, 1), "{slug}");
        for element in ["section", "table", "figure", "svg", "ul", "tr", "td", "th", "p", "main"] {
            let opened = read::tags(&page).iter().filter(|tag| **tag == element).count();
            assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{slug}: {element}");
        }
    }
}

#[test]
fn a_page_of_one_session_is_small() {
    for (slug, report) in reports() {
        assert!(html(&report).len() <= 300_000 * report.sessions.len(), "{slug}: {}", html(&report).len());
    }
}

/// A report of so many sessions, made of a capture's.
pub(crate) fn many(sessions: u32) -> Report {
    let mut report = report_of("idle-reject-seen-at-client");
    let one = report.sessions.remove(0);
    report.sessions = (1..=sessions).map(|id| Session { id, ..one.clone() }).collect();
    report
}

#[test]
fn markdown_fits_into_a_comment_and_says_what_it_leaves_out() {
    for (sessions, detail, whole) in
        [(3, Detail::All, 3), (50, Detail::Deaths, 5), (50, Detail::All, 6), (5_000, Detail::Deaths, 5)]
    {
        let shown = rendered(|out| markdown_of(&many(sessions), detail, out));
        assert!(shown.chars().count() <= 65_536, "{sessions}: {}", shown.chars().count());
        assert!((shown.matches("\n## Session ").count()).abs_diff(whole) <= 1, "{sessions} {detail:?}");
        let said = shown.lines().take(30).find(|line| line.contains("Shortened to what a comment"));
        let cut = sessions > 50 || detail == Detail::All && sessions > 6;
        assert_eq!(said.is_some(), cut, "{sessions} {detail:?}");
        assert!(shown.contains("SHA-256") && shown.trim_end().ends_with("sshrst/1."), "{sessions}");
        for diagram in diagrams(&shown) {
            assert!(diagram.lines().all(is_statement));
        }
    }
}

#[test]
fn silences_of_the_ladder_are_as_high_as_they_are_long() {
    let text = text(&report_of("idle-reject-seen-at-client"));
    let is_silent = |line: &&str| line.trim_start().starts_with('┊');
    let lines: Vec<&str> = text.lines().collect();
    let runs = lines.chunk_by(|one, next| is_silent(one) == is_silent(next)).filter(|run| is_silent(&run[0]));
    let heights: Vec<usize> = runs.map(<[&str]>::len).collect();
    // 2.01 s and 5.98 s.
    assert_eq!(heights, [3, 8]);
}

#[test]
fn silences_that_ended_sessions_are_drawn_where_there_are_two() {
    const TITLE: &str = "How long the silence was before the RST";
    let (one, other) = ("idle-reject-seen-at-client", "idle-reject-v6-seen-at-client");
    assert!(!html(&report_of(one)).contains(TITLE));
    let both = report_of_all(&[one, other]);
    let gaps = both.sessions.iter().filter_map(|session| session.reset.as_ref()?.idle_gap_s);
    assert!(
        gaps.clone().count() == 2 && gaps.clone().all(|gap| (1.0..10.0).contains(&gap)),
        "{:?}",
        gaps.collect::<Vec<_>>()
    );
    let shown = html(&both);
    let (_, drawing) = shown.split_once(TITLE).unwrap();
    let (drawing, _) = drawing.split_once("</figure>").unwrap();
    assert!(drawing.contains("Silences before 2 resets"), "{drawing}");
    // Each bar says how many it stands for.
    let counts: u32 = drawing
        .split("text-anchor=\"middle\">")
        .skip(1)
        .filter_map(|it| it.split_once('<')?.0.parse::<u32>().ok())
        .sum();
    assert_eq!(counts, 2, "{drawing}");
    assert!(!drawing.contains("A shaded band"), "no pattern gives one");
}
