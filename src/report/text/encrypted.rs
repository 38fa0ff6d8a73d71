//! What SSH did in cipher, a line for each event.

use super::words;
use crate::report::model::{Encrypted, Event};
use crate::report::page::{Page, Tone};

/// What happened behind the encryption. (`Cipher` would be read as the name of an algorithm.)
const LABEL: &str = "Inside";

/// Everything told of the encrypted part.
pub(super) fn show(page: &mut Page, encrypted: &Encrypted) {
    let mut lines: Vec<(String, Tone)> = Vec::new();
    if let Some(cipher) = encrypted.cipher_inferred {
        lines.push((format!("the cipher is inferred from sizes: {cipher}"), Tone::Doubt));
    }
    let let_in = encrypted.events.iter().any(|event| event.id == "authentication-succeeded");
    let events = encrypted.events.iter().filter(|event| !is_usual(event, let_in));
    lines.extend(events.map(|event| (told(event), Tone::Plain)));
    for (who, stream) in [("client", &encrypted.client), ("server", &encrypted.server)] {
        if stream.cut_inside_packet == Some(true) {
            lines.push((format!("what the {who} sent ends inside a packet"), Tone::Plain));
        }
    }
    if let Some(why) = encrypted.sizes_unusable {
        lines.push((format!("sizes say little here: {why}"), Tone::Doubt));
    }
    let mut lines = lines.iter();
    if let Some((first, tone)) = lines.next() {
        page.labelled(LABEL, first, *tone);
    }
    for (line, tone) in lines {
        page.beside(line, *tone);
    }
}

/// Whether the event is a step of every login that succeeds: the first request mostly only asks what is allowed.
fn is_usual(event: &Event, let_in: bool) -> bool {
    let_in
        && (matches!(event.id, "service-accepted" | "session-opened")
            || event.id == "authentication-failed" && event.count == 1)
}

/// One event in a sentence, with its frames and how sure it is.
fn told(event: &Event) -> String {
    let frames = match event.frames[..] {
        [first, last] => format!("frames {first} to {last}"),
        _ => words::frames(&event.frames),
    };
    let sure = match event.certainty {
        "sure" => String::new(),
        certainty => format!("{certainty}, by sizes"),
    };
    format!("{} ({})", sentence(event), words::joined(&[&frames, &sure]))
}

fn sentence(event: &Event) -> String {
    let (side, count) = (event.side, event.count);
    match event.id {
        "service-accepted" => format!("the {side} let the login begin"),
        "authentication-failed" => {
            format!(
                "the {side} refused {}; the first mostly asks what is allowed",
                words::counted(count, "request")
            )
        }
        "too-many-failures" => format!("the {side} ended it: too many authentication failures"),
        "authentication-succeeded" => format!("the {side} let the user in"),
        "session-opened" => format!("the {side} opened a session"),
        "keystrokes" => format!("{} typed", words::counted(count, "key")),
        "hidden-keystrokes" => "keys typed, hidden in a steady stream of packets".to_owned(),
        "bulk" => format!("{count} octets in one go from the {side}"),
        "bulk-stalled" => {
            format!(
                "{count} octets in one go from the {side}, which then stopped: the peer's channel window was full"
            )
        }
        "rekeyed" => {
            format!("new keys {}", if count == 1 { "once".to_owned() } else { format!("{count} times") })
        }
        "rekey-unfinished" => "a change of keys that did not end".to_owned(),
        "keepalives" => format!("{} of the {side}", words::counted(count, "SSH keepalive")),
        "keepalives-unanswered" => {
            format!("{} of the {side} without an answer", words::counted(count, "SSH keepalive"))
        }
        "server-finished" => format!("the {side} said that the command had ended, and closed"),
        "client-disconnected" => format!("the {side} said goodbye"),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::EventKind;

    #[test]
    fn every_event_has_a_sentence() {
        for kind in EventKind::ALL {
            let event = Event {
                id: kind.id(),
                side: "server",
                frames: vec![7],
                time: String::new(),
                count: 2,
                certainty: "likely",
            };
            assert_ne!(sentence(&event), kind.id());
            assert!(told(&event).ends_with("(frame 7, likely, by sizes)"));
        }
    }
}
