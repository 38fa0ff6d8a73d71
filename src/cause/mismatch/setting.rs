//! Where each program is told which algorithms it may use.

use std::net::IpAddr;

use crate::flow::Side;
use crate::ssh::{Program, Software};

/// The four kinds of lists that can be set.
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

/// Where a client is told to offer `name`: ssh(1), PuTTY's manual chapter 4, dbclient(1), the libraries' documentation.
pub(super) fn of_client(kind: Kind, name: &str, software: Option<Software>, server: (IpAddr, u16)) -> String {
    let option = kind.option();
    match (software.map(|software| software.program), kind) {
        (Some(Program::OpenSsh | Program::OpenSshForWindows), Kind::Compression) => {
            "ssh -o Compression=yes, or no, as the server has it".to_owned()
        }
        (Some(Program::OpenSsh | Program::OpenSshForWindows), _) => {
            format!("ssh -o {option}={}{name} -p {} {}", plus(software), server.1, server.0)
        }
        (Some(Program::Putty), Kind::Kex) => {
            "PuTTY, Connection > SSH > Kex: move the method above `-- warn below here --`".to_owned()
        }
        (Some(Program::Putty), Kind::HostKey) => {
            "PuTTY, Connection > SSH > Host keys: move the type above `-- warn below here --`".to_owned()
        }
        (Some(Program::Putty), Kind::Cipher) => {
            "PuTTY, Connection > SSH > Cipher: move the cipher above `-- warn below here --`".to_owned()
        }
        (Some(Program::Dropbear), Kind::Cipher) => format!("dbclient -c {name} -p {} {}", server.1, server.0),
        (Some(Program::Dropbear), Kind::Mac) => format!("dbclient -m {name} -p {} {}", server.1, server.0),
        (Some(Program::Dropbear), _) => compiled_in(name),
        (Some(Program::Paramiko), _) => {
            format!("Paramiko: take {name} out of `disabled_algorithms`, or install a release that has it")
        }
        (Some(Program::Go), _) => format!("ssh.ClientConfig: put {name} into `{}`", go_field(kind)),
        (Some(Program::Libssh), _) => {
            format!("ssh_options_set(session, {}, …): add {name}", libssh_option(kind))
        }
        (Some(Program::Libssh2), _) => {
            format!("libssh2_session_method_pref(session, {}, …): add {name}", libssh2_method(kind))
        }
        (Some(Program::Jsch), _) => format!("JSch.setConfig(\"{}\", …): add {name}", jsch_key(kind)),
        _ => format!("in the client's list of {}: allow {name}, or update the client", kind.words()),
    }
}

/// Where a server is told to offer `name`: sshd_config(5), Dropbear's CHANGES, Cisco's command reference for SSH algorithms.
pub(super) fn of_server(kind: Kind, name: &str, software: Option<Software>) -> String {
    let option = kind.option();
    match (software.map(|software| software.program), kind) {
        (Some(Program::OpenSsh | Program::OpenSshForWindows), Kind::Compression) => {
            "# /etc/ssh/sshd_config\nCompression yes".to_owned()
        }
        (Some(Program::OpenSsh | Program::OpenSshForWindows), Kind::HostKey) => {
            format!(
                "# /etc/ssh/sshd_config; `ssh-keygen -A` makes keys of types that are missing\n{option} {}{name}",
                plus(software)
            )
        }
        (Some(Program::OpenSsh | Program::OpenSshForWindows), _) => {
            format!("# /etc/ssh/sshd_config\n{option} {}{name}", plus(software))
        }
        (Some(Program::Dropbear), _) => compiled_in(name),
        (Some(Program::Cisco), Kind::Compression) => {
            "the device compresses nothing: turn it off in the client".to_owned()
        }
        (Some(Program::Cisco), _) => format!("ip ssh server algorithm {} {name}", cisco_word(kind)),
        (Some(Program::Go), _) => format!("ssh.ServerConfig: put {name} into `{}`", go_field(kind)),
        _ => format!("in the server's list of {}: allow {name}, or update the server", kind.words()),
    }
}

/// Before 7.0 a list could only be replaced (OpenSSH release notes 7.0).
fn plus(software: Option<Software>) -> &'static str {
    let replaces = software.and_then(|software| software.release).is_some_and(|release| release < (7, 0));
    if replaces { "" } else { "+" }
}

fn compiled_in(name: &str) -> String {
    format!(
        "Dropbear has its algorithms compiled in: build it with {name} in localoptions.h, or take a newer one"
    )
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

const fn cisco_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Kex => "kex",
        Kind::HostKey => "hostkey",
        Kind::Cipher => "encryption",
        Kind::Mac | Kind::Compression => "mac",
    }
}

/// What every program lets be set, so that tests can ask each.
#[cfg(test)]
pub(super) const KINDS: [Kind; 5] = [Kind::Kex, Kind::HostKey, Kind::Cipher, Kind::Mac, Kind::Compression];

/// Which side is told.
pub(super) fn of(
    side: Side,
    kind: Kind,
    name: &str,
    software: Option<Software>,
    server: (IpAddr, u16),
) -> String {
    match side {
        Side::Client => of_client(kind, name, software, server),
        Side::Server => of_server(kind, name, software),
    }
}
