//! The system's own texts for errors (`strerror`), which any program may show.

use super::{Meaning, Message, Printer, meaning};

const fn system(template: &'static str, meaning: &'static Meaning, source: &'static str) -> Message {
    Message { printer: Printer::System, template, releases: "all", shown: &[], meaning, source }
}

pub(super) static MESSAGES: &[Message] = &[
    system("Connection reset by peer", &meaning::ECONNRESET, "ECONNRESET: POSIX, strerror(3)"),
    system("Connection reset", &meaning::ECONNRESET, "ECONNRESET: Java, Windows (WSAECONNRESET, 10054)"),
    system(
        "forcibly closed by the remote host",
        &meaning::ECONNRESET,
        "WSAECONNRESET (10054): Microsoft, Windows Sockets error codes",
    ),
    system(
        "Software caused connection abort",
        &meaning::ABORTED,
        "WSAECONNABORTED (10053): Microsoft, Windows Sockets error codes",
    ),
    system("Connection aborted", &meaning::ABORTED, "WSAECONNABORTED (10053): Win32-OpenSSH's text"),
    system("Broken pipe", &meaning::WRITE_FAILED, "EPIPE: POSIX, strerror(3)"),
    system("Connection refused", &meaning::REFUSED, "ECONNREFUSED: POSIX, strerror(3)"),
    system("No route to host", &meaning::UNREACHABLE, "EHOSTUNREACH: POSIX, strerror(3)"),
    system("Network is unreachable", &meaning::UNREACHABLE, "ENETUNREACH: POSIX, strerror(3)"),
    system(
        "Connection timed out",
        &meaning::RETRANSMISSIONS,
        "ETIMEDOUT: POSIX, strerror(3); while connecting it means that no SYN was answered",
    ),
    system(
        "Operation timed out",
        &meaning::RETRANSMISSIONS,
        "ETIMEDOUT: BSD and macOS; while connecting it means that no SYN was answered",
    ),
    system(
        "Connection closed by remote host",
        &meaning::CLOSED_BEFORE_LOGIN,
        "OpenSSH ssherr.c SSH_ERR_CONN_CLOSED",
    ),
    system(
        "message authentication code incorrect",
        &meaning::BAD_MAC,
        "OpenSSH ssherr.c SSH_ERR_MAC_INVALID",
    ),
];
