//! What of a report is not about one session.

use super::sentence::TAKEN_OUT;
use super::{Pseudonyms, session};
use crate::report::model::{Capture, InputFile, Limit, Pattern, Report, Selected};

/// `report` under pseudonyms. Whatever is rendered from it shows nothing else.
///
/// Every field is named here and in [`session`]: one that is added has to be judged before this compiles.
pub fn redacted(report: &Report, names: &Pseudonyms) -> Report {
    let mut report = report.clone();
    let Report { schema: _, tool: _, capture, selection, sessions, patterns } = &mut report;
    let Capture { files, frames: _, ssh_frames: _, first_time: _, last_time: _, limits } = capture;
    for (file, number) in files.iter_mut().zip(1..) {
        let InputFile {
            path,
            sha256: _,
            octets: _,
            format: _,
            compression: _,
            decoded_octets: _,
            frames: _,
            first_frame: _,
            last_frame: _,
            duplicates: _,
            complete: _,
        } = file;
        // A path names users and hosts, an interface a network.
        *path = format!("input-{number}");
    }
    for blind in limits {
        limit(blind, names);
    }
    if let Some(Selected { by, chosen: _, of: _, clients, servers, first_start: _, last_end: _ }) = selection
    {
        for text in clients.iter_mut().chain(servers).chain([by]) {
            *text = names.sentence(text);
        }
    }
    for session in sessions {
        session::redact(session, names);
    }
    for pattern in patterns {
        let Pattern {
            id: _,
            sessions: _,
            count: _,
            detail,
            frames: _,
            interval_s: _,
            silences: _,
            timers: _,
            first_time: _,
            last_time: _,
        } = pattern;
        *detail = names.sentence(detail);
    }
    report
}

/// What could not be seen; words of a filter, which may name hosts, are taken out.
pub(super) fn limit(limit: &mut Limit, names: &Pseudonyms) {
    let Limit { id: _, detail, frames: _ } = limit;
    *detail = names.sentence(&without_quotes(detail));
}

/// `text` without what stands between its first back quote and its last: what is quoted may hold some itself.
pub(super) fn without_quotes(text: &str) -> String {
    let outside = text.split_once('`').zip(text.rsplit_once('`'));
    outside.map_or_else(
        || text.to_owned(),
        |((before, _), (inside, behind))| {
            // One alone: its end was cut off.
            let behind = if inside == before { "" } else { behind };
            format!("{before}`{TAKEN_OUT}`{behind}")
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_taken_out_with_all_between_them() {
        assert_eq!(without_quotes("only `host a` or `b` matched"), "only `[redacted]` matched");
        assert_eq!(without_quotes("only `host a"), "only `[redacted]`");
        assert_eq!(without_quotes("nothing"), "nothing");
    }
}
