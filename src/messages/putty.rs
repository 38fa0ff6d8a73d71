//! PuTTY and plink, measured with 0.78.

use super::Situation::{
    ClosedBeforeLogin, ClosedBeforeVersion, ClosedInSession, Mismatch, ResetBeforeLogin, ResetBeforeVersion,
    ResetInSession,
};
use super::{Meaning, Message, Printer, Shown, meaning};
use crate::ssh::Program;

const fn putty(
    template: &'static str,
    shown: &'static [Shown],
    meaning: &'static Meaning,
    source: &'static str,
) -> Message {
    Message {
        printer: Printer::Client(Program::Putty),
        template,
        releases: "all; behind `FATAL ERROR:` in plink",
        shown,
        meaning,
        source,
    }
}

pub(super) static MESSAGES: &[Message] = &[
    putty(
        "Network error: Connection refused",
        &[],
        &meaning::REFUSED,
        "PuTTY windows/network.c, unix/network.c",
    ),
    putty(
        "Network error: Connection timed out",
        &[],
        &meaning::CONNECT_TIMED_OUT,
        "PuTTY windows/network.c: before the login a SYN without answer, later repetitions without one",
    ),
    putty(
        "Network error: Connection reset by peer",
        &[ResetBeforeVersion.always(), ResetBeforeLogin.always(), ResetInSession.always()],
        &meaning::ECONNRESET,
        "PuTTY windows/network.c, unix/network.c",
    ),
    putty("FATAL ERROR: Connection reset by peer", &[], &meaning::ECONNRESET, "plink 0.78 on Linux"),
    putty(
        "Network error: Software caused connection abort",
        &[],
        &meaning::ABORTED,
        "PuTTY windows/network.c (WSAECONNABORTED)",
    ),
    putty(
        "Remote side unexpectedly closed network connection",
        &[ClosedBeforeVersion.always(), ClosedBeforeLogin.always(), ClosedInSession.always()],
        &meaning::CLOSED_IN_SESSION,
        "PuTTY ssh/ssh.c ssh_closing: the same before the login",
    ),
    putty(
        "Couldn't agree a {what} (available: {list})",
        &[Mismatch.always()],
        &meaning::MISMATCH,
        "PuTTY ssh/transport2.c",
    ),
    putty("Incorrect MAC received on packet", &[], &meaning::BAD_MAC, "PuTTY ssh/bpp2.c"),
    putty("Incoming packet was garbled on decryption", &[], &meaning::BAD_PACKET, "PuTTY ssh/bpp2.c"),
    putty(
        "Server unexpectedly closed network connection",
        &[],
        &meaning::CLOSED_BEFORE_LOGIN,
        "PuTTY to 0.69",
    ),
    putty("Remote side sent disconnect message", &[], &meaning::DISCONNECTED, "PuTTY ssh/transport2.c"),
];
