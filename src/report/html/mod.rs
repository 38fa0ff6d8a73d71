//! The report as one HTML file: it asks for nothing from outside, runs no script, and prints.
//!
//! The only user of maud, which escapes whatever is put into a page.

mod drawing;
mod evidence;
mod frame;
mod prose;
mod session;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::detail::{Detail, IN_FULL, heading_of_others};
use super::model::Report;

/// Nothing may be fetched, and nothing runs, even if a mistake let markup through.
const POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Writes `report` as HTML.
///
/// # Errors
///
/// When `out` does not take it.
pub fn html(report: &Report, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    let shown = detail.of(report, IN_FULL);
    let mut put = |markup: Markup| out.write_all(markup.into_string().as_bytes());
    put(html! {
        (DOCTYPE)
        // The two elements stay open until the last line.
        (PreEscaped("<html lang=\"en\">"))
        (head(report))
        (PreEscaped("<body><main>"))
    })?;
    put(frame::top(report, &shown))?;
    for session in &shown.full {
        put(session::show(session))?;
    }
    put(frame::rows(report, "Also died (`--all` shows each in full)", &shown.more_deaths))?;
    put(frame::rows(report, heading_of_others(shown.died.len()), &shown.others))?;
    put(frame::bottom(report))?;
    put(PreEscaped("</main></body></html>\n".to_owned()))
}

fn head(report: &Report) -> Markup {
    let files: Vec<&str> = report.capture.files.iter().take(3).map(|file| file.path.as_str()).collect();
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="referrer" content="no-referrer";
            title { "SSH sessions in " (prose::shown(&files.join(", "))) }
            // Without an icon of its own a browser asks a server for one.
            link rel="icon" href="data:,";
            style { (PreEscaped(include_str!("style.css"))) }
        }
    }
}
