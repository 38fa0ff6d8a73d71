//! One session under pseudonyms.

use super::Pseudonyms;
use super::report::{limit, without_quotes};
use super::sentence::TAKEN_OUT;
use crate::report::model::{
    Candidate, Cause, Confirm, Enable, Endpoint, Evidence, KeepaliveAdvice, Mismatch, Note, Party, Refused,
    Remedy, Reset, Session, Ssh, Step, Timer, Violation, software,
};
use crate::report::{community_id, wireshark};
use crate::ssh::{Software, anonymous_text_octets};
use crate::wire;

/// Puts `session` under pseudonyms.
pub(super) fn redact(session: &mut Session, names: &Pseudonyms) {
    let Session {
        id: _,
        community_id,
        history: _,
        conn_state: _,
        client,
        server,
        oriented_by: _,
        vantage: _,
        start: _,
        end: _,
        duration_s: _,
        ended_at_s: _,
        frames: _,
        phase: _,
        ended_by: _,
        closed_by: _,
        unanswered: _,
        refused,
        client_saw,
        exchange,
        display_filter,
        path: _,
        ssh,
        reset,
        cause,
        timer,
        limits,
        trace: _,
    } = session;
    let texts = Texts::of(ssh);
    if let Some(message) = client_saw {
        *message = names.sentence(&texts.taken_out_of_message(message));
    }
    for step in exchange {
        let Step { frame: _, time: _, at_s: _, side: _, what: _, note, after_silence_s: _, skipped: _ } =
            step;
        *note = names.sentence(&texts.taken_out(note));
    }
    let ends = [client, server].map(|end| endpoint(end, names));
    if let [Some(client), Some(server)] = ends {
        *community_id = community_id::of(client, server);
        *display_filter = wireshark::session(client, server);
    }
    if let Some(Refused { by, code: _, frame: _ }) = refused {
        *by = names.sentence(by);
    }
    redact_ssh(ssh, names);
    if let Some(reset) = reset {
        redact_reset(reset, names);
    }
    redact_cause(cause, names);
    if let Some(timer) = timer {
        redact_timer(timer, names);
    }
    for blind in limits {
        limit(blind, names);
    }
}

/// Replaces the address of `end`.
fn endpoint(end: &mut Endpoint, names: &Pseudonyms) -> Option<wire::Endpoint> {
    let Endpoint { ip, port } = end;
    let addr = names.of(ip.parse().ok()?);
    *ip = addr.to_string();
    Some(wire::Endpoint { addr, port: *port })
}

fn redact_ssh(ssh: &mut Ssh, names: &Pseudonyms) {
    // Names of algorithms are protocol: a verdict may rest on them.
    let Ssh { client, server, negotiated: _, mismatch, violations, notes, keepalive: _, encrypted: _ } = ssh;
    for party in [client, server] {
        let Party { banner, software: program, hassh: _, text, text_is: _, disconnect, unimplemented: _ } =
            party;
        if let Some(line) = banner {
            let shown =
                line.get(..Software::anonymous_octets(line.as_bytes())).unwrap_or_default().to_owned();
            *program = software(shown.as_bytes()).filter(|program| !program.is_empty());
            *line = anonymous(&shown, line);
        }
        if let Some(text) = text {
            *text = anonymous_text(text);
        }
        if let Some(said) = disconnect {
            let code = said.split(':').next().unwrap_or_default();
            *said = format!("{code}: {TAKEN_OUT}");
        }
    }
    if let Some(Mismatch { what: _, client_offers: _, server_offers: _, verdict, enable }) = mismatch {
        *verdict = names.sentence(verdict);
        for Enable { place: _, name: _, weak: _, what, paste: _ } in enable {
            *what = names.sentence(what);
        }
    }
    for Violation { id, side: _, frames: _, stream_offset: _, detail, reference: _ } in violations {
        // What stood where an identification string or a packet should be is shown in the detail, quoted or not.
        *detail = if id.contains("identification") || id.contains("version") || id.contains("text") {
            TAKEN_OUT.to_owned()
        } else {
            names.sentence(&without_quotes(detail))
        };
    }
    for Note { id: _, detail, reference: _ } in notes {
        *detail = names.sentence(detail);
    }
}

/// `text`, which stood where SSH should be, with a program's own words alone.
fn anonymous_text(text: &str) -> String {
    let shown = text.get(..anonymous_text_octets(text.as_bytes())).unwrap_or_default();
    let ended = text.strip_prefix(shown).is_some_and(|rest| matches!(rest, "" | LINE_END));
    if ended && !shown.is_empty() { text.to_owned() } else { format!("{shown}{TAKEN_OUT}") }
}

/// A line's end as the model shows it.
const LINE_END: &str = r"\x0d\x0a";

/// The identification string `line` of which `shown` may be.
fn anonymous(shown: &str, line: &str) -> String {
    if shown == line { shown.to_owned() } else { format!("{shown}{TAKEN_OUT}") }
}

fn redact_reset(reset: &mut Reset, names: &Pseudonyms) {
    let Reset {
        frames: _,
        decisive_frame: _,
        time: _,
        role: _,
        claimed_sender: _,
        sender: _,
        confidence: _,
        prior: _,
        posterior: _,
        conflict: _,
        mechanism: _,
        location: _,
        idle_gap_s: _,
        trigger_frame: _,
        evidence,
        would_settle,
        kernel: _,
    } = reset;
    for Evidence { id: _, outcome: _, summary, frames: _, bears: _ } in evidence {
        *summary = names.sentence(summary);
    }
    for text in would_settle {
        *text = names.sentence(text);
    }
}

fn redact_cause(cause: &mut Cause, names: &Pseudonyms) {
    let Cause { id: _, group: _, confidence: _, alternatives: _, keepalive, moved: _, confirm, remedies } =
        cause;
    if let Some(KeepaliveAdvice { helps: _, interval_s: _, tcp_counts: _, why }) = keepalive {
        *why = names.sentence(why);
    }
    for Confirm { place: _, command, expect } in confirm {
        *command = names.sentence(command);
        *expect = names.sentence(expect);
    }
    for Remedy { place: _, what, paste: _, why, trap } in remedies {
        for text in [what, why].into_iter().chain(trap) {
            *text = names.sentence(text);
        }
    }
}

fn redact_timer(timer: &mut Timer, names: &Pseudonyms) {
    let Timer {
        longest_survived_s: _,
        ended_after_s: _,
        interval_s: _,
        at_expiry: _,
        measured_by: _,
        payload_gap_s: _,
        client_gap_s: _,
        server_gap_s: _,
        keepalive_masks: _,
        denied_by: _,
        candidates,
        settable: _,
        detail,
    } = timer;
    *detail = names.sentence(detail);
    let own = candidates.iter_mut().filter(|candidate| candidate.source.is_none());
    for (candidate, number) in own.zip(1..) {
        let Candidate {
            id,
            product,
            default_s: _,
            value_s: _,
            tolerance_s: _,
            expiry: _,
            agreement: _,
            fits: _,
            source_check: _,
            source: _,
        } = candidate;
        // The user's own timers carry the names of the user's own devices.
        *id = format!("own-timer-{number}");
        "a device of the user's".clone_into(product);
    }
}

/// What the two sides wrote, as the model quotes it.
struct Texts {
    /// With what stands for each, the longest first.
    known: Vec<(String, String)>,
    /// What the server said with its DISCONNECT, which a client prints.
    said: Option<String>,
}

impl Texts {
    fn of(ssh: &Ssh) -> Self {
        let mut known = Vec::new();
        for party in [&ssh.client, &ssh.server] {
            if let Some(line) = &party.banner {
                let shown = line.get(..Software::anonymous_octets(line.as_bytes())).unwrap_or_default();
                known.push((line.clone(), anonymous(shown, line)));
            }
            known.extend(party.text.iter().map(|text| (text.clone(), anonymous_text(text))));
            known.extend(words(party).map(|said| (said, TAKEN_OUT.to_owned())));
        }
        known.retain(|(text, _)| !text.is_empty());
        known.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { known, said: words(&ssh.server) }
    }

    /// `text` without them.
    fn taken_out(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let quoted = self
                .known
                .iter()
                .find_map(|(known, other)| Some((rest.strip_prefix(known.as_str())?, other)));
            if let Some((behind, other)) = quoted {
                out.push_str(other);
                rest = behind;
            } else {
                out.push(next);
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
            }
        }
        out
    }

    /// What a terminal showed, without them. It escapes and cuts by rules of its own: where what the server said is not
    /// found in it, none of it is kept.
    fn taken_out_of_message(&self, message: &str) -> String {
        match &self.said {
            Some(said) if !message.contains(said.as_str()) => TAKEN_OUT.to_owned(),
            _ => self.taken_out(message),
        }
    }
}

/// The words of a DISCONNECT, behind its code.
fn words(party: &Party) -> Option<String> {
    Some(party.disconnect.as_ref()?.split_once(": ")?.1.to_owned())
}
