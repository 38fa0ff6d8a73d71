//! What the verdict rests on, and where Wireshark shows it.

use maud::{Markup, html};

use super::prose;
use crate::report::evidence::{Group, NONE, before, claims, groups};
use crate::report::model::{Reset, Session};
use crate::report::{wireshark, words};

/// For and against, then what says nothing either way.
pub(super) fn show(reset: &Reset) -> Markup {
    let groups = groups(reset);
    html! {
        @if !groups.iter().any(|group| group.weighed) { h3 { "Evidence on who sent it" } p { (NONE) } }
        @for group in &groups { (table(group)) }
        h3 { "Before any evidence" }
        p { (before(reset)) }
        @if !reset.would_settle.is_empty() {
            h3 { "What would settle it" }
            ul { @for wanted in &reset.would_settle { li { (prose::sentence(wanted)) } } }
        }
    }
}

fn table(group: &Group<'_>) -> Markup {
    html! {
        h3 { (group.heading) }
        table {
            thead {
                tr {
                    @if group.weighed { th scope="col" { "weight" } }
                    th scope="col" { "observation" }
                    th scope="col" { "signal" }
                    th scope="col" { "frames" }
                }
            }
            @for (weight, item) in &group.items {
                tr {
                    @if group.weighed { td { (words::weight(*weight)) } }
                    td { (prose::sentence(&item.summary)) }
                    td.id { code { (item.id) } }
                    td.number { (words::numbers(&item.frames)) }
                }
            }
        }
    }
}

/// A display filter for the session and for each claim that cites frames.
pub(super) fn filters(session: &Session) -> Markup {
    html! {
        h3 { "In Wireshark" }
        p { "This session alone:" }
        (prose::code(&session.display_filter))
        @for claim in claims(session) {
            p { (prose::sentence(&claim.what)) ":" }
            (prose::code(&wireshark::frames(&claim.frames)))
        }
    }
}
