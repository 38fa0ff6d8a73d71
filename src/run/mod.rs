//! Plan → sources → analysis → report.

#![expect(clippy::disallowed_methods, reason = "the edge at which arguments are read and files are written")]

#[cfg(feature = "live")]
mod capture;
mod draft;
mod gathered;
mod inputs;
mod memory;
#[cfg(not(feature = "live"))]
mod no_capture;
mod output;
mod packets;
mod progress;
mod rights;
mod spool;
mod ticket;
mod timers;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use gathered::{Before, Gathered};
use inputs::Inputs;
#[cfg(not(feature = "live"))]
use no_capture as capture;
use output::Output;
use packets::Packets;
use progress::Progress;

use crate::cli::{self, Analyze, Plan};
use crate::error::{Error, Exit};
use crate::limits::Limits;
use crate::report::{self, Screen};
use crate::source::{Ended, Following, Opening, Set, Shown, SourceError};

/// Runs the program: arguments and standard streams in, exit status out.
pub fn main() -> ExitCode {
    let plan = cli::parse(std::env::args_os());
    let outcome = plan.and_then(|plan| match plan {
        Plan::Analyze(plan) => analyze(&plan),
        Plan::Capture(plan) => capture::capture(&plan),
        Plan::Interfaces => capture::interfaces(),
        Plan::Explain { what, screen } => explain(&what, screen),
        Plan::Timers { seconds, own, screen } => {
            let own = timers::own(own.as_deref())?;
            print(&report::timers(seconds, &own, screen))
        }
        Plan::ForEachLine(command) => Ok(capture::for_each_line(&command)),
        Plan::Print(text) => print(&text),
    });
    let exit = outcome.unwrap_or_else(|error| {
        complain(&error);
        error.exit
    });
    exit.into()
}

fn complain(error: &Error) {
    // Nothing is left to do when even this fails.
    _ = writeln!(io::stderr(), "sshrst: {error}");
}

/// Says what is no failure.
fn note(words: &str) {
    // A terminal that is gone is no reason to stop.
    _ = writeln!(io::stderr(), "sshrst: {words}");
}

fn print(text: &str) -> Result<Exit, Error> {
    output::standard(|out| out.write_all(text.as_bytes())).map(|()| Exit::Analysed)
}

fn explain(what: &str, screen: Screen) -> Result<Exit, Error> {
    if what.is_empty() {
        return print(&report::explain_list(screen));
    }
    let page = report::explain(what, screen).or_else(|| report::explain_message(what, screen));
    if let Some(page) = page {
        return print(&page);
    }
    let nearest = crate::error::nearest(what, report::explainable());
    let hint = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`? `sshrst explain` lists all"),
        None if what.contains(' ') => "give one line as the program printed it".to_owned(),
        None => "`sshrst explain` lists all".to_owned(),
    };
    let message = if what.contains(' ') { "no message is known like" } else { "nothing is called" };
    Err(Error::new(Exit::Usage, format!("{message} `{}`", Shown(what))).with_hint(hint))
}

fn analyze(plan: &Analyze) -> Result<Exit, Error> {
    let reporting = &plan.reporting;
    let memory = plan.memory.unwrap_or_else(memory::usual);
    let limits = Limits { memory: usize::try_from(memory).unwrap_or(usize::MAX), ..Limits::default() };
    let opening = Opening::new(limits);
    let opening = if reporting.digest { opening } else { opening.without_digest() };
    let mut output = Output::of(reporting, &plan.files)?;
    // A directory stands for the files in it.
    let twice = !plan.follow && plan.files.iter().all(|file| file.is_file() || file.is_dir());
    let before = Before::of(reporting, twice)?;
    output.begin()?;
    // From here on what others wrote is read, and threads are started.
    rights::for_analysis(plan, &output);
    let inputs = Inputs::of(&plan.files, &opening);
    output.is_none_of(&inputs.files)?;
    let mut gathered = Gathered::new(limits, reporting, before)?;
    if !plan.quiet {
        inputs.left_out.iter().for_each(|words| note(words));
    }
    if twice && reporting.ticket.needs_packets() {
        gathered.packets = Packets::Files(inputs.files.clone());
    }
    let failures = if plan.follow {
        follow(&mut gathered, &inputs.files, opening)?
    } else {
        let progress = Progress::of(&inputs.files, plan.quiet);
        gathered.follow_set(Set::new(&inputs.files, opening), progress)
    };
    let failures: Vec<Error> = inputs.failures.into_iter().chain(failures.iter().map(Error::from)).collect();
    failures.iter().for_each(complain);
    if gathered.inputs.is_empty() {
        return Ok(Exit::NoInput);
    }
    if !failures.is_empty() {
        gathered.exit = gathered.exit.outranked_by(Exit::Partial);
    }
    gathered.report(reporting, output)
}

/// Follows the files as they grow, until the user or whoever writes them ends it.
fn follow(gathered: &mut Gathered, files: &[PathBuf], opening: Opening) -> Result<Vec<SourceError>, Error> {
    let following = Following::until_asked()
        .map_err(|error| Error::new(Exit::Fault, format!("signals cannot be listened to: {error}")))?;
    let [file] = files else {
        return Err(Error::new(Exit::Usage, "`--follow` takes one file, not the files of a directory"));
    };
    let name = Shown(&file.to_string_lossy()).to_string();
    note(&format!("following {name}; Ctrl-C ends it and reports"));
    let set = Set::new(files, opening.following(Arc::clone(&following)));
    let failures = gathered.follow_set(set, None);
    if let Some(ended) = following.ended().filter(|ended| *ended != Ended::Asked) {
        note(&format!("{name} {ended}"));
    }
    Ok(failures)
}
