//! Where each program is told which algorithms it may use.

use std::net::IpAddr;

use crate::flow::Side;
use crate::ssh::{Program, Software};

/// The kinds of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Kex,
    HostKey,
    Cipher,
    Mac,
    Compression,
}

impl Kind {
    /// The kind of a list by its name in the report.
    pub(super) fn of(what: &str) -> Self {
        match what {
            "kex" => Self::Kex,
            "host_key" => Self::HostKey,
            "cipher_c2s" | "cipher_s2c" => Self::Cipher,
            "mac_c2s" | "mac_s2c" => Self::Mac,
            _ => Self::Compression,
        }
    }

    /// What the entries are, in the plural.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Kex => "key exchange methods",
            Self::HostKey => "host key algorithms",
            Self::Cipher => "ciphers",
            Self::Mac => "MACs",
            Self::Compression => "compression methods",
        }
    }

    /// The option of ssh_config(5) and sshd_config(5).
    pub(super) const fn option(self) -> &'static str {
        match self {
            Self::Kex => "KexAlgorithms",
            Self::HostKey => "HostKeyAlgorithms",
            Self::Cipher => "Ciphers",
            Self::Mac => "MACs",
            Self::Compression => "Compression",
        }
    }
}

/// What a side is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// A command, lines of a file, or words.
    pub(super) what: String,
    /// Whether it is to be pasted as it is.
    pub(super) paste: bool,
}

const fn paste(what: String) -> Setting {
    Setting { what, paste: true }
}

const fn words(what: String) -> Setting {
    Setting { what, paste: false }
}

/// Which side is told to have `name`, and where.
pub(super) fn of(
    side: Side,
    kind: Kind,
    name: &str,
    software: Option<Software>,
    server: (IpAddr, u16),
) -> Setting {
    let program = software.map(|software| software.program);
    match (side, program) {
        (_, Some(Program::Dropbear)) => dropbear(side, kind, name, server),
        (Side::Client, Some(Program::OpenSsh | Program::OpenSshForWindows)) => {
            ssh(kind, name, software, server)
        }
        (Side::Client, Some(Program::Putty)) => words(putty(kind, name)),
        (Side::Client, _) => words(client_in_words(kind, name, program)),
        (Side::Server, Some(Program::OpenSsh | Program::OpenSshForWindows)) => sshd(kind, name, software),
        (Side::Server, Some(Program::Cisco)) => cisco(kind, name),
        (Side::Server, Some(Program::Go)) => {
            words(format!("ssh.ServerConfig: put {name} into `{}`", go_field(kind)))
        }
        (Side::Server, _) => {
            words(format!("in the server's list of {}: allow {name}, or update the server", kind.words()))
        }
    }
}

/// ssh(1).
fn ssh(kind: Kind, name: &str, software: Option<Software>, server: (IpAddr, u16)) -> Setting {
    let value = match (kind, name) {
        (Kind::Compression, "none") => "no".to_owned(),
        (Kind::Compression, _) => "yes".to_owned(),
        _ => format!("{}{name}", plus(software)),
    };
    paste(format!("ssh -o {}={value} -p {} {}", kind.option(), server.1, server.0))
}

/// sshd_config(5).
fn sshd(kind: Kind, name: &str, software: Option<Software>) -> Setting {
    let option = kind.option();
    let value = match (kind, name) {
        (Kind::Compression, "none") => "no".to_owned(),
        (Kind::Compression, _) => "yes".to_owned(),
        _ => format!("{}{name}", plus(software)),
    };
    let keys =
        if kind == Kind::HostKey { "; `ssh-keygen -A` makes keys of types that are missing" } else { "" };
    paste(format!("# /etc/ssh/sshd_config{keys}\n{option} {value}"))
}

/// PuTTY's manual, chapter 4.
fn putty(kind: Kind, name: &str) -> String {
    let panel = match kind {
        Kind::Kex => "Kex",
        Kind::HostKey => "Host keys",
        Kind::Cipher => "Cipher",
        Kind::Mac | Kind::Compression => {
            return format!("PuTTY has no list of {} to set: take a release that has {name}", kind.words());
        }
    };
    format!("PuTTY, Connection > SSH > {panel}: move what {name} belongs to above `-- warn below here --`")
}

/// dbclient(1); Dropbear's `localoptions.h`.
fn dropbear(side: Side, kind: Kind, name: &str, server: (IpAddr, u16)) -> Setting {
    match (side, kind) {
        (Side::Client, Kind::Cipher) => paste(format!("dbclient -c {name} -p {} {}", server.1, server.0)),
        (Side::Client, Kind::Mac) => paste(format!("dbclient -m {name} -p {} {}", server.1, server.0)),
        _ => words(format!(
            "Dropbear has its algorithms compiled in: build it with {name} in localoptions.h, or take a newer one"
        )),
    }
}

/// Cisco's command reference, `ip ssh server algorithm`.
fn cisco(kind: Kind, name: &str) -> Setting {
    let list = match kind {
        Kind::Kex => "kex",
        Kind::HostKey => "hostkey",
        Kind::Cipher => "encryption",
        Kind::Mac => "mac",
        Kind::Compression => {
            return words("the device compresses nothing: turn it off in the client".to_owned());
        }
    };
    paste(format!("ip ssh server algorithm {list} {name}"))
}

/// The libraries' documentation.
fn client_in_words(kind: Kind, name: &str, program: Option<Program>) -> String {
    match program {
        Some(Program::Paramiko) => {
            format!("Paramiko: take {name} out of `disabled_algorithms`, or install a release that has it")
        }
        Some(Program::Go) => format!("ssh.ClientConfig: put {name} into `{}`", go_field(kind)),
        Some(Program::Libssh) => {
            format!("ssh_options_set(session, {}, …): add {name}", libssh_option(kind))
        }
        Some(Program::Libssh2) => {
            format!("libssh2_session_method_pref(session, {}, …): add {name}", libssh2_method(kind))
        }
        Some(Program::Jsch) => format!("JSch.setConfig(\"{}\", …): add {name}", jsch_key(kind)),
        _ => format!("in the client's list of {}: allow {name}, or update the client", kind.words()),
    }
}

/// Before 7.0 a list could only be replaced (OpenSSH release notes 7.0).
fn plus(software: Option<Software>) -> &'static str {
    let replaces = software.and_then(|software| software.release).is_some_and(|release| release < (7, 0));
    if replaces { "" } else { "+" }
}

const fn go_field(kind: Kind) -> &'static str {
    match kind {
        Kind::Kex => "Config.KeyExchanges",
        Kind::HostKey => "HostKeyAlgorithms",
        Kind::Cipher => "Config.Ciphers",
        Kind::Mac | Kind::Compression => "Config.MACs",
    }
}

const fn libssh_option(kind: Kind) -> &'static str {
    match kind {
        Kind::Kex => "SSH_OPTIONS_KEY_EXCHANGE",
        Kind::HostKey => "SSH_OPTIONS_HOSTKEYS",
        Kind::Cipher => "SSH_OPTIONS_CIPHERS_C_S",
        Kind::Mac => "SSH_OPTIONS_HMAC_C_S",
        Kind::Compression => "SSH_OPTIONS_COMPRESSION",
    }
}

const fn libssh2_method(kind: Kind) -> &'static str {
    match kind {
        Kind::Kex => "LIBSSH2_METHOD_KEX",
        Kind::HostKey => "LIBSSH2_METHOD_HOSTKEY",
        Kind::Cipher => "LIBSSH2_METHOD_CRYPT_CS",
        Kind::Mac => "LIBSSH2_METHOD_MAC_CS",
        Kind::Compression => "LIBSSH2_METHOD_COMP_CS",
    }
}

const fn jsch_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Kex => "kex",
        Kind::HostKey => "server_host_key",
        Kind::Cipher => "cipher.c2s",
        Kind::Mac => "mac.c2s",
        Kind::Compression => "compression.c2s",
    }
}

/// What every program lets be set, so that tests can ask each.
#[cfg(test)]
pub(super) const KINDS: [Kind; 5] = [Kind::Kex, Kind::HostKey, Kind::Cipher, Kind::Mac, Kind::Compression];
