//! The evidence in the order in which it is shown.

use super::model::{Evidence, Reset, Session};
use super::words;

/// Observations under one heading.
pub(super) struct Group<'a> {
    /// The heading.
    pub(super) heading: String,
    /// Whether the observations bear on who sent it.
    pub(super) weighed: bool,
    /// The observations with their weights in decibans, the weightiest first.
    pub(super) items: Vec<(i32, &'a Evidence)>,
}

/// For the named sender, against, and what says nothing of the sender. Empty groups are left out.
pub(super) fn groups(reset: &Reset) -> Vec<Group<'_>> {
    let mut senders = ["client", "server", "middlebox"];
    senders.sort_by_key(|sender| *sender != reset.sender);
    let mut groups: Vec<Group<'_>> = senders.into_iter().map(|sender| bearing(reset, sender)).collect();
    for (outcome, heading) in [
        ("present", "Also seen, fits either"),
        ("absent", "Looked for and not there, or as expected"),
        ("cannot-tell", "Could not be seen in this capture"),
    ] {
        let items = reset.evidence.iter().filter(|item| item.bears.is_empty() && item.outcome == outcome);
        groups.push(Group {
            heading: heading.to_owned(),
            weighed: false,
            items: items.map(|item| (0, item)).collect(),
        });
    }
    groups.retain(|group| !group.items.is_empty());
    groups
}

fn bearing<'a>(reset: &'a Reset, sender: &str) -> Group<'a> {
    let weight = |item: &'a Evidence| Some((*item.bears.get(sender)?, item));
    let mut items: Vec<_> = reset.evidence.iter().filter_map(weight).collect();
    items.sort_by_key(|(weight, _)| -weight);
    let supports = reset.sender == "undetermined" || reset.sender == sender;
    let relation = if supports { "Evidence" } else { "Against that, evidence" };
    Group { heading: format!("{relation} that {} sent it", words::sender(sender)), weighed: true, items }
}

/// Where nothing bears on who sent the reset.
pub(super) const NONE: &str = "none: nothing that could be seen speaks for one side";

/// The odds that the evidence has to move, and whether it pulls both ways.
pub(super) fn before(reset: &Reset) -> String {
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

/// A claim and the frames that it cites.
pub(super) struct Claim {
    /// What is claimed, in a few words.
    pub(super) what: String,
    /// The frames, in order.
    pub(super) frames: Vec<u64>,
}

/// The claims of `session` that can be looked up in the capture: the end first, then the evidence.
pub(super) fn claims(session: &Session) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut claim = |what: String, frames: &[u64]| {
        let mut frames = frames.to_vec();
        frames.sort_unstable();
        frames.dedup();
        if !frames.is_empty() {
            claims.push(Claim { what, frames });
        }
    };
    if let Some(reset) = &session.reset {
        let both = [reset.trigger_frame, Some(reset.decisive_frame)];
        let both: Vec<u64> = both.into_iter().flatten().collect();
        claim(if both.len() > 1 { "The RST and what it answers" } else { "The RST" }.to_owned(), &both);
        for item in reset.evidence.iter().filter(|item| !item.bears.is_empty()) {
            claim(format!("`{}`: {}", item.id, item.summary), &item.frames);
        }
    }
    if let Some(refused) = &session.refused {
        claim("The ICMP error".to_owned(), &[refused.frame]);
    }
    if let Some(owed) = &session.unanswered {
        claim("What went unanswered, first and last".to_owned(), &[owed.first_frame, owed.last_frame]);
    }
    for broken in &session.ssh.violations {
        claim(format!("`{}`: {}", broken.id, broken.detail), &broken.frames);
    }
    claims
}
