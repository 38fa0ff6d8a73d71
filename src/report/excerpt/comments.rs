//! What the comments of an excerpt say: the verdict on the section, each signal with its value on its frames.

use std::collections::BTreeMap;

use super::ExcerptOptions;
use crate::report::escape::presentable;
use crate::report::ladder::{Rung, rungs};
use crate::report::model::{Report, Session};
use crate::report::text::told;
use crate::report::words;

/// Verdicts in the section's comments; Wireshark shows them in one window.
const VERDICTS: usize = 100;

/// The comments on the file: what it is, and the verdict on each of `sessions`.
pub(super) fn of_section(report: &Report, sessions: &[&Session], options: ExcerptOptions<'_>) -> Vec<String> {
    let mut comments = vec![about(report, sessions.len(), options)];
    for file in &report.capture.files {
        let digest = match file.sha256.as_str() {
            "" => String::new(),
            digest => format!(", SHA-256 {digest}"),
        };
        comments.push(format!("from {}, {} octets{digest}", file.path, file.octets));
    }
    let verdicts = sessions.iter().take(VERDICTS);
    comments.extend(verdicts.map(|it| format!("session {}: {}", it.id, told::verdict_with_cause(it))));
    if sessions.len() > VERDICTS {
        comments.push(format!("and {} more", words::counted((sessions.len() - VERDICTS) as u64, "session")));
    }
    comments.iter().map(|comment| presentable(comment).into_owned()).collect()
}

fn about(report: &Report, sessions: usize, options: ExcerptOptions<'_>) -> String {
    let which = if options.all { "chosen" } else { "that died" };
    let cut = if options.with_payload {
        ""
    } else {
        " What was encrypted is cut; lengths and times are the capture's."
    };
    let hidden = if options.redacted.is_some() {
        " Addresses are pseudonyms, and text, keys and signatures are written over; checksums are as right or wrong as they were."
    } else {
        ""
    };
    format!(
        "Excerpt by {}: {} {which}, {} of each. Comments name frames by their numbers in the whole capture.{cut}{hidden}",
        report.tool.name,
        words::counted(sessions as u64, "SSH session"),
        options.extent.words(),
    )
}

/// The frames that the report cites of `session`.
pub(super) fn cited(session: &Session) -> impl Iterator<Item = u64> {
    remarks(session).into_keys()
}

/// The comment on each frame that `sessions` cite.
pub fn of_frames(sessions: &[&Session]) -> BTreeMap<u64, String> {
    let mut comments = BTreeMap::new();
    for session in sessions {
        for (frame, remarks) in remarks(session) {
            let head = format!("frame {frame}, session {}", session.id);
            let lines: Vec<String> = std::iter::once(head).chain(remarks).collect();
            let lines: Vec<_> = lines.iter().map(|line| presentable(line)).collect();
            comments.insert(frame, lines.join("\n"));
        }
    }
    comments
}

/// What is said of each frame: what it is, what was concluded from it, the signals that it shows.
fn remarks(session: &Session) -> BTreeMap<u64, Vec<String>> {
    let mut remarks: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for rung in rungs(session) {
        if let Rung::Message { step, label, .. } = rung {
            let silence =
                step.after_silence_s.map(|seconds| format!(" after {} of silence", words::span(seconds)));
            let line = format!("{}: {label}{}", step.side, silence.unwrap_or_default());
            remarks.entry(step.frame).or_default().push(line);
        }
    }
    let mut note = |frames: &[u64], line: &str| {
        let mut frames = frames.to_vec();
        frames.sort_unstable();
        frames.dedup();
        for frame in frames {
            remarks.entry(frame).or_default().push(line.to_owned());
        }
    };
    if let Some(reset) = &session.reset {
        note(&[reset.decisive_frame], &told::verdict_with_cause(session));
        note(reset.trigger_frame.as_slice(), &format!("answered by frame {}", reset.decisive_frame));
        for item in reset.evidence.iter().filter(|item| item.outcome == "present") {
            let bears = item.bears.iter().map(|(sender, &weight)| {
                format!(" ({}, that {} sent it)", words::weight(weight), words::sender(sender))
            });
            note(&item.frames, &format!("{}{}: {}", item.id, bears.collect::<String>(), item.summary));
        }
    }
    if let Some(refused) = &session.refused {
        note(&[refused.frame], &told::verdict_with_cause(session));
    }
    if let Some(owed) = &session.unanswered {
        note(&[owed.first_frame, owed.last_frame], &told::verdict_with_cause(session));
    }
    for broken in &session.ssh.violations {
        note(&broken.frames, &format!("{}: {} ({})", broken.id, broken.detail, broken.reference));
    }
    remarks
}
