//! The evidence: what SSH shows, what speaks for the verdict and against it, what could not be seen.

use super::words;
use crate::report::evidence::{NONE, before, groups};
use crate::report::model::{Reset, Session};
use crate::report::page::{Page, Tone};

/// What SSH itself says of the end, in clear text.
pub(super) fn of_ssh(page: &mut Page, session: &Session) {
    let ssh = &session.ssh;
    let frame = |who: &str, what: &str| {
        words::told(session, who, what).map_or(String::new(), |frame| format!(" (frame {frame})"))
    };
    let mut said = Vec::new();
    for (who, party) in [("client", &ssh.client), ("server", &ssh.server)] {
        let text = party.text.iter().map(|text| {
            let is = party.text_is.map_or(String::new(), |is| format!(": {is}"));
            format!("the {who} sent `{}` where SSH should be{}{is}", words::line(text), frame(who, "text"))
        });
        let disconnect = party.disconnect.iter().map(|it| {
            let name = it.split_once(':').and_then(|(code, _)| words::reason(code));
            let name = name.map_or(String::new(), |name| format!(" ({name})"));
            format!("the {who} sent DISCONNECT, code {it}{name}{}", frame(who, "disconnect"))
        });
        let unimplemented = party.unimplemented.iter().map(|&count| {
            let times = words::counted(count.into(), "time");
            format!("the {who} answered UNIMPLEMENTED, {times}: it did not know a message of its peer (RFC 4253 §11.4)")
        });
        said.extend(text.chain(disconnect).chain(unimplemented));
    }
    if let Some(mismatch) = &ssh.mismatch {
        let (client, server) = (offers(&mismatch.client_offers), offers(&mismatch.server_offers));
        let what = mismatch.what;
        let list = words::list(what);
        said.push(format!("no {list} in common ({what}): the client offers {client}, the server {server}"));
        said.push(mismatch.verdict.clone());
    }
    said.extend(ssh.violations.iter().map(|broken| {
        let reference = words::joined(&[broken.id, &words::frames(&broken.frames), broken.reference]);
        format!("the {} broke the protocol: {} ({reference})", broken.side, broken.detail)
    }));
    said.extend(ssh.notes.iter().map(|note| format!("{} ({}, {})", note.detail, note.id, note.reference)));
    if !said.is_empty() {
        page.subheading("What SSH shows");
    }
    for line in said {
        page.hanging("    - ", &line, Tone::Plain);
    }
}

fn offers(offers: &[String]) -> String {
    if offers.is_empty() { "nothing".to_owned() } else { offers.join(", ") }
}

/// What was looked at to tell who sent the reset.
pub(super) fn of_sender(page: &mut Page, reset: &Reset) {
    let (weighed, others): (Vec<_>, Vec<_>) = groups(reset).into_iter().partition(|group| group.weighed);
    for group in &weighed {
        page.subheading(&group.heading);
        for (weight, item) in &group.items {
            page.hanging(&format!("    {:<8}", words::weight(*weight)), &item.summary, Tone::Plain);
            page.paragraph(12, &words::joined(&[item.id, &words::frames(&item.frames)]), Tone::Faint);
        }
    }
    if weighed.is_empty() {
        page.subheading("Evidence on who sent it");
        page.paragraph(4, NONE, Tone::Doubt);
    }
    page.subheading("Before any evidence");
    page.paragraph(4, &before(reset), Tone::Plain);
    for group in &others {
        page.subheading(&group.heading);
        for (_, item) in &group.items {
            let reference = words::joined(&[item.id, &words::frames(&item.frames)]);
            page.hanging("    - ", &format!("{} ({reference})", item.summary), Tone::Plain);
        }
    }
    if !reset.would_settle.is_empty() {
        page.subheading("What would settle it");
        for wanted in &reset.would_settle {
            page.hanging("    - ", wanted, Tone::Plain);
        }
    }
}
