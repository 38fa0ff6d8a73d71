//! One session.

use maud::{Markup, html};

use super::drawing::{exchange, sequence, strip};
use super::{evidence, prose};
use crate::report::model::{Limit, Session, died};
use crate::report::text::told;
use crate::report::words;

/// Everything known of `session`: the verdict first.
pub(super) fn show(session: &Session) -> Markup {
    html! {
        section.session id=(format!("session-{}", session.id)) {
            h2 { "Session " (session.id) }
            p class=(tone(session)) { (prose::sentence(&told::verdict(session))) }
            (prose::table(&told::first_screen(session)))
            (sequence::show(session))
            (strip::show(session))
            (exchange::show(session))
            (prose::flow(&told::ssh(session)))
            @if let Some(reset) = &session.reset { (evidence::show(reset)) }
            (prose::flow(&told::advice(session)))
            (evidence::filters(session))
            h3 { "The connection" }
            (prose::table(&told::facts(session)))
            (limits("What could not be seen of this session", &session.limits))
        }
    }
}

fn tone(session: &Session) -> &'static str {
    match &session.reset {
        Some(reset) if reset.sender == "undetermined" => "verdict doubt",
        _ if died(session) => "verdict bad",
        _ => "verdict",
    }
}

/// What a capture could not show.
pub(super) fn limits(heading: &str, limits: &[Limit]) -> Markup {
    html! {
        @if !limits.is_empty() {
            h3 { (heading) }
            table {
                thead { tr { th scope="col" { "what" } th scope="col" { "limit" } th scope="col" { "frames" } } }
                @for limit in limits {
                    tr {
                        td { (prose::sentence(&limit.detail)) }
                        td.id { code { (prose::shown(&limit.id)) } }
                        td.number { (words::numbers(&limit.frames)) }
                    }
                }
            }
        }
    }
}
