//! What of a report is not about one session.

use super::sentence::TAKEN_OUT;
use super::{Pseudonyms, session};
use crate::report::model::{Capture, InputFile, Limit, Pattern, Report, Selected};

/// `report` under the pseudonyms `names`, whatever is rendered from it shows nothing else; as it is without them.
pub fn redacted(mut report: Report, names: Option<&Pseudonyms>) -> Report {
    let Some(names) = names else { return report };
    // Every field is named here and in `session`: one that is added has to be judged before this compiles.
    let Report { schema: _, tool: _, time_zone: _, redacted, capture, selection, sessions, patterns } =
        &mut report;
    *redacted = true;
    let Capture { files, frames: _, ssh_frames: _, resets: _, first_time: _, last_time: _, limits } = capture;
    let mut paths = Vec::new();
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
        let other = format!("input-{number}");
        paths.push((std::mem::replace(path, other.clone()), other));
    }
    for blind in limits {
        blind.detail = without_paths(&blind.detail, &paths);
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

/// `text` with other names for `paths`, and for any path that ends as one of them: where a report leaves directories out,
/// a sentence may still have them.
fn without_paths(text: &str, paths: &[(String, String)]) -> String {
    let mut text = text.to_owned();
    for (path, other) in paths {
        let name = path.rsplit('/').next().unwrap_or_default();
        // Standard input is called `-`, which names nobody.
        if name.len() < 2 {
            continue;
        }
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some((before, behind)) = rest.split_once(name) {
            let directory = path.strip_suffix(name).unwrap_or_default();
            let before = before.strip_suffix(directory).unwrap_or(before);
            let kept =
                before.rfind(|it: char| it.is_whitespace() || it == '`').and_then(|at| before.get(..=at));
            out.push_str(kept.unwrap_or_default());
            out.push_str(other);
            rest = behind;
        }
        out.push_str(rest);
        text = out;
    }
    text
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
    fn files_are_named_by_their_number_wherever_they_are_named() {
        let paths = [("-", "input-1"), ("a b/dump.pcap", "input-2"), ("trace.pcap", "input-3")];
        let paths = paths.map(|(path, other)| (path.to_owned(), other.to_owned()));
        let text = "7 frames of a b/dump.pcap are also in /home/alice/trace.pcap";
        assert_eq!(without_paths(text, &paths[1..]), "7 frames of input-2 are also in input-3");
        assert_eq!(without_paths("nothing", &paths), "nothing");
    }

    #[test]
    fn quotes_are_taken_out_with_all_between_them() {
        assert_eq!(without_quotes("only `host a` or `b` matched"), "only `[redacted]` matched");
        assert_eq!(without_quotes("only `host a"), "only `[redacted]`");
        assert_eq!(without_quotes("nothing"), "nothing");
    }
}
