//! The program that an identification string names (RFC 4253 §4.2), as far as sshrst knows how it behaves.
//!
//! Anybody can write any name there. What is concluded from it is a likelihood, and says so.

/// Release of a program: major and minor.
pub type Release = (u32, u32);

/// Programs whose behaviour differs in something that sshrst tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Program {
    /// OpenSSH: `ssh`, `sftp`, `scp` and `sshd` name themselves alike.
    OpenSsh,
    /// OpenSSH as Microsoft builds it.
    OpenSshForWindows,
    /// PuTTY and plink.
    Putty,
    /// WinSCP and FileZilla: PuTTY's code with texts of their own.
    PuttyBased,
    /// Dropbear: `dbclient` and `dropbear`.
    Dropbear,
    /// Paramiko (Python).
    Paramiko,
    /// golang.org/x/crypto/ssh.
    Go,
    /// libssh.
    Libssh,
    /// libssh2 (curl, git).
    Libssh2,
    /// JSch (Java).
    Jsch,
    /// The server of Cisco's systems.
    Cisco,
    /// A program that looks at servers and does not log in: `ssh-keyscan`, nmap's scripts, ZGrab.
    Scanner,
}

/// Beginnings of the software version. The first that fits counts.
///
/// OpenSSH `version.h`, `ssh-keyscan.c` (congreet) and `compat.c` (`Probe-`, `SSH_Version_Mapper`); PuTTY `ssh/verstring.c`;
/// Dropbear `sysoptions.h`; paramiko `transport.py`; Go `ssh/transport.go`; libssh `include/libssh/libssh.h.in`; libssh2
/// `include/libssh2.h`; JSch `Session.java`; nmap `nselib/ssh1.lua` and `ssh2.lua`; Nagios' `check_ssh.c`.
const BEGINNINGS: &[(&str, Program)] = &[
    ("OpenSSH-keyscan", Program::Scanner),
    ("OpenSSH_for_Windows_", Program::OpenSshForWindows),
    ("OpenSSH_", Program::OpenSsh),
    ("PuTTY_Release_", Program::Putty),
    ("PuTTY", Program::Putty),
    ("WinSCP_release_", Program::PuttyBased),
    ("FileZilla_", Program::PuttyBased),
    ("dropbear_", Program::Dropbear),
    ("dropbear", Program::Dropbear),
    ("paramiko_", Program::Paramiko),
    ("Go", Program::Go),
    ("libssh2_", Program::Libssh2),
    ("libssh_", Program::Libssh),
    ("libssh-", Program::Libssh),
    ("JSCH_", Program::Jsch),
    ("JSCH-", Program::Jsch),
    ("Cisco-", Program::Cisco),
    ("Nmap-", Program::Scanner),
    ("ZGrab", Program::Scanner),
    ("Probe-", Program::Scanner),
    ("SSH_Version_Mapper", Program::Scanner),
    ("check_ssh_", Program::Scanner),
];

/// What an identification string says of its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Software {
    /// The program.
    pub program: Program,
    /// Its release, where it is of the form `9.2`.
    pub release: Option<Release>,
}

impl Software {
    /// How many octets of the identification string `line` name the protocol's version, a known program and its release:
    /// what thousands of hosts send alike. What follows, or another program's name, can be its owner's own words.
    pub fn anonymous_octets(line: &[u8]) -> usize {
        let mut dashes = line.iter().enumerate().filter(|(_, octet)| **octet == b'-').map(|(at, _)| at + 1);
        let Some(named_at) = dashes.nth(1) else { return 0 };
        let (version, named) = line.split_at(named_at);
        if version.iter().any(|octet| !matches!(octet, b'S' | b'H' | b'-' | b'.' | b'0'..=b'9')) {
            return 0;
        }
        let known = BEGINNINGS.iter().find(|(beginning, _)| named.starts_with(beginning.as_bytes()));
        let Some((beginning, _)) = known.filter(|_| Self::of(line).is_some()) else { return named_at };
        let release = named.iter().skip(beginning.len());
        let release = release.take_while(|octet| matches!(octet, b'0'..=b'9' | b'.' | b'_' | b'p')).count();
        named_at + beginning.len() + release
    }

    /// Reads an identification string without its line end; `None` where the program is none of those known.
    pub fn of(line: &[u8]) -> Option<Self> {
        let named = std::str::from_utf8(line.splitn(3, |&octet| octet == b'-').nth(2)?).ok()?;
        BEGINNINGS.iter().find_map(|(beginning, program)| {
            let rest = named.strip_prefix(beginning)?;
            // `Go` does not begin `GoAnywhere`.
            let ended =
                beginning.ends_with(['_', '-']) || !rest.starts_with(|it: char| it.is_ascii_alphanumeric());
            ended.then(|| Self { program: *program, release: release(rest) })
        })
    }

    /// Whether this is OpenSSH in a release from `first` on.
    pub fn is_openssh_from(self, first: Release) -> bool {
        self.program == Program::OpenSsh && self.release.is_some_and(|release| release >= first)
    }

    /// Whether people log in with it: it is neither a scanner nor a library that anything can be made of.
    pub const fn is_login_client(self) -> bool {
        matches!(
            self.program,
            Program::OpenSsh
                | Program::OpenSshForWindows
                | Program::Putty
                | Program::PuttyBased
                | Program::Dropbear
        )
    }
}

/// `9.2p1 Debian-2` is release 9.2.
fn release(version: &str) -> Option<Release> {
    let (major, rest) = version.split_once('.')?;
    let minor = rest.split(|it: char| !it.is_ascii_digit()).next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_nobody_ends_before_an_owners_own_words() {
        let shown = |line: &'static str| line.get(..Software::anonymous_octets(line.as_bytes())).unwrap();
        assert_eq!(shown("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"), "SSH-2.0-OpenSSH_9.2p1");
        assert_eq!(shown("SSH-2.0-dropbear_2022.83-acme"), "SSH-2.0-dropbear_2022.83");
        assert_eq!(shown("SSH-1.99-bastion.acme.example"), "SSH-1.99-");
        assert_eq!(shown("SSH-acme-OpenSSH_9.2"), "");
        assert_eq!(shown("SSH-2.0-GoAnywhere7.4"), "SSH-2.0-");
        assert_eq!(shown("SSH-2.0"), "");
    }

    #[test]
    fn identification_strings_name_program_and_release() {
        let cases = [
            ("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10", Program::OpenSsh, Some((9, 2))),
            ("SSH-2.0-OpenSSH_10.0", Program::OpenSsh, Some((10, 0))),
            ("SSH-2.0-OpenSSH_for_Windows_8.1", Program::OpenSshForWindows, Some((8, 1))),
            ("SSH-2.0-OpenSSH-keyscan", Program::Scanner, None),
            ("SSH-2.0-PuTTY_Release_0.78", Program::Putty, Some((0, 78))),
            ("SSH-2.0-dropbear_2022.83", Program::Dropbear, Some((2022, 83))),
            ("SSH-2.0-dropbear", Program::Dropbear, None),
            ("SSH-2.0-paramiko_5.1.0", Program::Paramiko, Some((5, 1))),
            ("SSH-2.0-libssh2_1.11.0", Program::Libssh2, Some((1, 11))),
            ("SSH-1.99-Cisco-1.25", Program::Cisco, Some((1, 25))),
            ("SSH-2.0-Go", Program::Go, None),
        ];
        for (line, program, release) in cases {
            assert_eq!(Software::of(line.as_bytes()), Some(Software { program, release }), "{line}");
        }
        for line in [&b"SSH-2.0-Tectia"[..], b"SSH-2.0-GoAnywhere7.4", b"SSH-2.0", b"", b"SSH-2.0-\xff"] {
            assert_eq!(Software::of(line), None);
        }
    }
}
