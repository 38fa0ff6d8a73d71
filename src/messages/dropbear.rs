//! Dropbear: dbclient on the terminal, dropbear in its log. Measured with 2022.83.

use super::Situation::{
    ClosedBeforeLogin, ClosedBeforeVersion, ClosedInSession, ResetBeforeLogin, ResetBeforeVersion,
    ResetInSession,
};
use super::{Meaning, Message, Printer, Shown, meaning};
use crate::ssh::Program;

const fn dbclient(template: &'static str, shown: &'static [Shown], meaning: &'static Meaning) -> Message {
    Message {
        printer: Printer::Client(Program::Dropbear),
        template,
        releases: "all; behind `dbclient: Connection to USER@HOST:PORT`",
        shown,
        meaning,
        source: "Dropbear packet.c, common-session.c",
    }
}

const fn log(template: &'static str, meaning: &'static Meaning, source: &'static str) -> Message {
    Message {
        printer: Printer::Log(Program::Dropbear),
        template,
        releases: "all",
        shown: &[],
        meaning,
        source,
    }
}

pub(super) static MESSAGES: &[Message] = &[
    dbclient(
        "exited: Remote closed the connection",
        &[ClosedBeforeVersion.always(), ClosedBeforeLogin.always(), ClosedInSession.always()],
        &meaning::CLOSED_IN_SESSION,
    ),
    dbclient(
        "exited: Error reading: Connection reset by peer",
        &[ResetBeforeVersion.always(), ResetBeforeLogin.always(), ResetInSession.always()],
        &meaning::ECONNRESET,
    ),
    dbclient("exited: Error writing: Broken pipe", &[], &meaning::WRITE_FAILED),
    dbclient("exited: Integrity error (bad packet size {number})", &[], &meaning::BAD_PACKET),
    dbclient("exited: Integrity error", &[], &meaning::BAD_MAC),
    dbclient("exited: Error decrypting", &[], &meaning::BAD_MAC),
    dbclient("exited: No matching algo {text}", &[], &meaning::MISMATCH),
    dbclient("exited: Keepalive timeout", &[], &meaning::KEEPALIVE),
    log(
        "Exit before auth from <{client}>: Timeout before auth",
        &meaning::GRACE,
        "Dropbear svr-session.c (300 s)",
    ),
    log(
        "Exit before auth from <{client}>: Max auth tries reached",
        &meaning::TOO_MANY_FAILURES,
        "Dropbear svr-auth.c",
    ),
    log(
        "Exit before auth from <{client}>: No matching algo {text}",
        &meaning::MISMATCH,
        "Dropbear common-kex.c",
    ),
    log("Exit before auth from <{client}>: {text}", &meaning::CLIENT_CLOSED, "Dropbear svr-session.c"),
    log(
        "from <{client}>: Error reading: Connection reset by peer",
        &meaning::CLIENT_RESET,
        "Dropbear packet.c",
    ),
    log(
        "from <{client}>: Integrity error (bad packet size {number})",
        &meaning::BAD_PACKET,
        "Dropbear packet.c",
    ),
    log("from <{client}>: Keepalive timeout", &meaning::KEEPALIVE, "Dropbear common-session.c"),
    log("from <{client}>: Idle timeout", &meaning::KEEPALIVE, "Dropbear common-session.c"),
];
