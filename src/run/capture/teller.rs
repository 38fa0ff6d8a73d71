//! What is done with each end as it is told: lines, commands, and the question whether that was enough.

use std::time::{Duration, Instant};

use super::exec::Exec;
use super::screen::Table;
use super::scribe::{Scribe, Target};
use crate::analysis::{Told, Watch};
use crate::cli::{Format, Reporting, StopWhen};
use crate::report::Zone;
use crate::report::model::{self, Options, Report, Session, died};
use crate::report::redact::{Pseudonyms, redacted};
use crate::report::{self, Ledger, News, Standing};
use crate::units::Elapsed;

/// Where lines go, and in which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Json,
}

/// Tells what happens while it happens.
pub(super) struct Teller {
    pub(super) scribe: Scribe,
    form: Form,
    pub(super) ledger: Ledger,
    stop: StopWhen,
    exec: Option<Exec>,
    /// Below the lines, on a terminal.
    pub(super) table: Option<Table>,
    /// The pseudonyms that are used.
    pub(super) names: Option<Pseudonyms>,
    /// The zone of the times.
    zone: Zone,
}

impl Teller {
    /// Lines of JSON go where the report goes; lines of text to standard output, unless another document is written there.
    pub(super) fn target(reporting: &Reporting) -> Target {
        match (reporting.format, &reporting.output) {
            (Format::Ndjson, Some(path)) => Target::File(path.clone()),
            (Format::Ndjson | Format::Text { .. }, _) | (_, Some(_)) => Target::Stdout,
            (_, None) => Target::Stderr,
        }
    }

    pub(super) fn new(
        reporting: &Reporting,
        stop: StopWhen,
        scribe: Scribe,
        exec: Option<Exec>,
        names: Option<Pseudonyms>,
    ) -> Self {
        let form = if reporting.format == Format::Ndjson { Form::Json } else { Form::Text };
        Self { scribe, form, ledger: Ledger::default(), stop, exec, table: None, names, zone: reporting.zone }
    }

    /// Takes an end; how long the capture is to go on if that was what it waited for.
    pub(super) fn tell(&mut self, told: &Told) -> Option<Duration> {
        let session = self.session(told)?;
        let news = self.ledger.note(&session);
        if news == News::None {
            return None;
        }
        self.write(&session, news);
        if news == News::First
            && died(&session)
            && let Some(exec) = &mut self.exec
        {
            exec.run(json(&session, news));
        }
        let enough = self.stop.on.iter().any(|what| what.is(&session))
            || self.stop.deaths.is_some_and(|wanted| self.ledger.told >= wanted);
        enough.then_some(self.stop.after)
    }

    /// The session as the report has it, under its own number.
    fn session(&self, told: &Told) -> Option<Session> {
        let options = Options { singly: true, ..Options::default() };
        let report = self.zone.shown(model::build(&told.findings, &[], &options));
        let report = redacted(report, self.names.as_ref());
        Some(Session { id: told.id, ..report.sessions.into_iter().next()? })
    }

    /// Writes a line, if it is one that is shown: of text only deaths, and what became of them.
    fn write(&mut self, session: &Session, news: News) {
        match self.form {
            Form::Json => self.scribe.write(json(session, news)),
            Form::Text if died(session) || news == News::Revised => {
                let erased = self.table.as_mut().map(Table::erased).unwrap_or_default();
                self.scribe.write(format!("{erased}{}\n", report::line(session, news)).into_bytes());
            }
            Form::Text => {}
        }
    }

    /// Draws the table, where there is one.
    pub(super) fn draw(&mut self, standing: &Standing<'_>, watch: &Watch, age: Elapsed, now: Instant) {
        let Some(table) = self.table.as_mut().filter(|table| table.is_due(now)) else { return };
        self.scribe.show(table.drawn(standing, watch.activity(age), &self.ledger, now));
    }

    /// Takes the table off the terminal for good.
    pub(super) fn clear(&mut self) {
        if let Some(mut table) = self.table.take() {
            self.scribe.show(table.erased());
        }
    }

    /// Tells what the closing report has beside what was told: with JSON every session, with text what is no longer so.
    pub(super) fn close(&mut self, report: &Report) {
        for session in &report.sessions {
            let news = self.ledger.note(session);
            let shown = match news {
                News::First => self.form == Form::Json,
                News::Revised => true,
                News::None => false,
            };
            if shown {
                self.write(session, news);
            }
        }
        if self.form == Form::Json {
            let mut octets = Vec::new();
            // A vector takes everything.
            _ = report::ndjson_closing(report, &mut octets);
            self.scribe.write(octets);
        }
    }

    /// Commands that were not run: those before them took too long.
    pub(super) fn finish(self) -> (Scribe, u64) {
        (self.scribe, self.exec.map_or(0, Exec::finish))
    }
}

fn json(session: &Session, news: News) -> Vec<u8> {
    let mut octets = Vec::new();
    _ = report::ndjson_session(session, news == News::Revised, &mut octets);
    octets
}
