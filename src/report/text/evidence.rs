//! The evidence: what SSH shows, what speaks for the verdict and against it, what could not be seen.

use super::words;
use crate::report::model::{Evidence, Reset, Ssh};
use crate::report::page::{Page, Tone};

/// What SSH itself says of the end, in clear text.
pub(super) fn of_ssh(page: &mut Page, ssh: &Ssh) {
    let mut said = Vec::new();
    for (who, party) in [("client", &ssh.client), ("server", &ssh.server)] {
        let text = party.text.iter().map(|text| {
            let is = party.text_is.map_or(String::new(), |is| format!(": {is}"));
            format!("the {who} sent `{text}` where SSH should be{is}")
        });
        let disconnect = party.disconnect.iter().map(|it| {
            let name = it.split_once(':').and_then(|(code, _)| words::reason(code));
            let name = name.map_or(String::new(), |name| format!(" ({name})"));
            format!("the {who} sent DISCONNECT, code {it}{name}")
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
    let senders = ["client", "server", "middlebox"].map(|sender| (sender, bearing(reset, sender)));
    let mut nothing = true;
    for (sender, items) in ordered(senders, reset.sender) {
        if !items.is_empty() {
            nothing = false;
            let relation = if reset.sender == "undetermined" || reset.sender == sender {
                "Evidence"
            } else {
                "Against that, evidence"
            };
            page.subheading(&format!("{relation} that {} sent it", words::sender(sender)));
            for (weight, item) in items {
                weighed(page, weight, item);
            }
        }
    }
    if nothing {
        page.subheading("Evidence on who sent it");
        page.paragraph(4, "none: nothing that could be seen speaks for one side", Tone::Doubt);
    }
    page.subheading("Before any evidence");
    page.paragraph(4, &before(reset), Tone::Plain);
    rest(page, reset, "present", "Also seen, fits either");
    rest(page, reset, "absent", "Looked for and not there, or as expected");
    rest(page, reset, "cannot-tell", "Could not be seen in this capture");
    if !reset.would_settle.is_empty() {
        page.subheading("What would settle it");
        for wanted in &reset.would_settle {
            page.hanging("    - ", wanted, Tone::Plain);
        }
    }
}

/// The odds that the evidence has to move, and whether it pulls both ways.
fn before(reset: &Reset) -> String {
    let host = words::sender(reset.claimed_sender);
    let prior = &reset.prior;
    let odds = format!(
        "by the reset's form and role alone {host} {}, {} {}",
        words::percent(prior.client + prior.server),
        words::sender("middlebox"),
        words::percent(prior.middlebox)
    );
    if reset.conflict {
        format!("{odds}; the evidence is strong both ways, so neither is named")
    } else {
        odds
    }
}

type Weighed<'a> = Vec<(i32, &'a Evidence)>;

/// The named sender first.
fn ordered<'a>(
    mut senders: [(&'static str, Weighed<'a>); 3],
    first: &str,
) -> [(&'static str, Weighed<'a>); 3] {
    senders.sort_by_key(|(sender, _)| *sender != first);
    senders
}

/// What speaks for `sender`, the weightiest first.
fn bearing<'a>(reset: &'a Reset, sender: &str) -> Weighed<'a> {
    let weight = |item: &'a Evidence| item.bears.get(sender).map(|weight| (*weight, item));
    let mut items: Weighed<'_> = reset.evidence.iter().filter_map(weight).collect();
    items.sort_by_key(|(weight, _)| -weight);
    items
}

fn weighed(page: &mut Page, weight: i32, item: &Evidence) {
    page.hanging(&format!("    {:<8}", words::weight(weight)), &item.summary, Tone::Plain);
    page.paragraph(12, &words::joined(&[item.id, &words::frames(&item.frames)]), Tone::Faint);
}

/// What says nothing of the sender, one line each.
fn rest(page: &mut Page, reset: &Reset, outcome: &str, heading: &str) {
    let items: Vec<&Evidence> =
        reset.evidence.iter().filter(|item| item.bears.is_empty() && item.outcome == outcome).collect();
    if items.is_empty() {
        return;
    }
    page.subheading(heading);
    for item in items {
        let reference = words::joined(&[item.id, &words::frames(&item.frames)]);
        page.hanging("    - ", &format!("{} ({reference})", item.summary), Tone::Plain);
    }
}
