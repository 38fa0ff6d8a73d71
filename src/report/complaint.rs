//! What can be behind an error message, as `sshrst explain "MESSAGE"` prints it.

use super::escape::escaped;
use super::page::{Page, Screen, Tone};
use crate::messages::{self, Match, Meaning, Printer};
use crate::ssh::{self, Program};

/// The page on the messages in `text`; `None` where none is known that is like it.
pub fn explain_message(text: &str, screen: Screen) -> Option<String> {
    let found = messages::matching(text);
    let first = found.first()?;
    let mut page = Page::new(screen);
    if first.near {
        let nearest = format!("Not known word for word. The nearest: {}", first.message.template);
        page.paragraph(0, &nearest, Tone::Doubt);
    }
    for (at, meaning) in meanings(&found).into_iter().enumerate() {
        if at > 0 {
            page.blank();
        }
        let of_meaning: Vec<&Match> =
            found.iter().filter(|it| std::ptr::eq(it.message.meaning, meaning)).collect();
        show(&mut page, meaning, &of_meaning);
    }
    Some(page.into_text())
}

/// The different meanings, in the order of their messages.
fn meanings(found: &[Match]) -> Vec<&'static Meaning> {
    let mut meanings: Vec<&'static Meaning> = Vec::new();
    for it in found {
        if !meanings.iter().any(|known| std::ptr::eq(*known, it.message.meaning)) {
            meanings.push(it.message.meaning);
        }
    }
    meanings
}

fn show(page: &mut Page, meaning: &Meaning, found: &[&Match]) {
    for it in found {
        page.heading(it.message.template);
        let printed = format!("{}; {}", printer(it.message.printer), it.message.releases);
        page.labelled("By", &printed, Tone::Plain);
        if let Some(octets) = length(it) {
            page.labelled("Number", &octets, Tone::Plain);
        }
    }
    page.heading("What it proves");
    page.paragraph(0, meaning.proves, Tone::Plain);
    page.heading("What it leaves open");
    page.paragraph(0, meaning.open, Tone::Plain);
    page.heading("What can be behind it");
    for cause in meaning.causes {
        page.hanging("- ", &format!("{} ({})", cause.title(), cause.id()), Tone::Plain);
    }
    page.paragraph(0, "`sshrst explain ID` has a page on each.", Tone::Faint);
    page.heading("What would tell");
    page.hanging("- ", meaning.tells, Tone::Plain);
    page.heading("References");
    for it in found {
        page.hanging("- ", it.message.source, Tone::Plain);
    }
}

/// The number of a length that no packet has: the four octets that stood there.
fn length(found: &Match) -> Option<String> {
    if !found.message.template.starts_with("Bad packet length") {
        return None;
    }
    let (_, number) = found.values.iter().find(|(name, _)| *name == "number")?;
    let number: i64 = number.trim_end_matches('.').parse().ok()?;
    // Cisco prints it signed.
    let octets =
        u32::try_from(number).or_else(|_| i32::try_from(number).map(i32::cast_unsigned)).ok()?.to_be_bytes();
    Some(match ssh::length_as_text(octets) {
        Some(what) => format!("{number} is the text `{}`: {what}", escaped(&octets)),
        None => format!("{number} is {}: no text; damage, or the wrong key", escaped(&octets)),
    })
}

const fn printer(printer: Printer) -> &'static str {
    match printer {
        Printer::Client(program) => match program {
            Program::OpenSsh | Program::OpenSshForWindows => "OpenSSH's ssh",
            Program::Putty => "PuTTY and plink",
            Program::Dropbear => "Dropbear's dbclient",
            Program::Paramiko => "Paramiko",
            Program::Go => "programs in Go (golang.org/x/crypto/ssh)",
            Program::Libssh => "libssh",
            Program::Libssh2 => "libssh2 (curl, git)",
            Program::Jsch => "JSch (Java)",
            Program::PuttyBased | Program::Cisco | Program::Scanner => "a client",
        },
        Printer::Log(Program::Dropbear) => "the log of Dropbear's server",
        Printer::Log(_) => "the log of OpenSSH's sshd",
        Printer::System => "any program: the system's words",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { width: 80, color: false };

    #[test]
    fn a_page_says_what_is_proved_what_is_open_and_what_would_tell() {
        for message in messages::all() {
            let page = explain_message(message.template, SCREEN).unwrap();
            for heading in [
                "What it proves",
                "What it leaves open",
                "What can be behind it",
                "What would tell",
                "References",
            ] {
                assert!(page.contains(&format!("\n{heading}\n")), "{}: {page}", message.template);
            }
            assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
        }
    }

    #[test]
    fn a_bad_length_is_read_as_the_octets_that_stood_there() {
        let page = |text: &str| explain_message(text, SCREEN).unwrap();
        assert!(page("Bad packet length 1349676916.").contains("is the text `Prot`"));
        assert!(page("Bad packet length 369295618.").contains("TLS"));
        assert!(page("Bad packet length 3735928559.").contains("no text"));
        assert!(page("bad packet length -559038737").contains("no text"), "as Cisco prints it");
    }

    #[test]
    fn what_is_known_neither_nearly_has_no_page() {
        assert_eq!(explain_message("No space left on device", SCREEN), None);
    }
}
