//! What OpenSSH's releases did with the algorithms that mismatches are about: with them the age of a list shows.

use crate::ssh::Release;

/// An algorithm as OpenSSH has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Algorithm {
    pub(super) name: &'static str,
    /// First release that has it.
    pub(super) since: Release,
    /// First release whose client does not offer it unless told to.
    pub(super) off_in_client: Option<Release>,
    /// First release whose server does not offer it unless told to.
    pub(super) off_in_server: Option<Release>,
    /// First release without it.
    pub(super) removed: Option<Release>,
    /// Too weak to be a cure: SHA-1 signatures, groups of 1024 bits, CBC, RC4, MD5.
    pub(super) weak: bool,
}

const fn sound(name: &'static str, since: Release) -> Algorithm {
    Algorithm { name, since, off_in_client: None, off_in_server: None, removed: None, weak: false }
}

const fn weak(name: &'static str, off_in_client: Release, off_in_server: Release) -> Algorithm {
    let (off_in_client, off_in_server) = (Some(off_in_client), Some(off_in_server));
    Algorithm { name, since: (0, 0), off_in_client, off_in_server, removed: None, weak: true }
}

const fn gone(algorithm: Algorithm, removed: Release) -> Algorithm {
    Algorithm { removed: Some(removed), ..algorithm }
}

const fn off_in_server(algorithm: Algorithm, release: Release) -> Algorithm {
    Algorithm { off_in_server: Some(release), ..algorithm }
}

/// From OpenSSH's release notes (openssh.com/releasenotes.html): 3.7, 4.2, 4.4, 4.7, 5.7, 5.9, 6.2, 6.5, 6.7, 7.0, 7.2, 7.3, 7.4,
/// 7.6, 8.2, 8.5, 8.8, 9.9 and 10.0.
const ALGORITHMS: &[Algorithm] = &[
    sound("mlkem768x25519-sha256", (9, 9)),
    sound("sntrup761x25519-sha512", (9, 9)),
    sound("sntrup761x25519-sha512@openssh.com", (8, 5)),
    sound("curve25519-sha256", (7, 4)),
    sound("curve25519-sha256@libssh.org", (6, 5)),
    sound("ecdh-sha2-nistp256", (5, 7)),
    sound("ecdh-sha2-nistp384", (5, 7)),
    sound("ecdh-sha2-nistp521", (5, 7)),
    off_in_server(sound("diffie-hellman-group-exchange-sha256", (4, 4)), (10, 0)),
    off_in_server(sound("diffie-hellman-group14-sha256", (7, 3)), (10, 0)),
    off_in_server(sound("diffie-hellman-group16-sha512", (7, 3)), (10, 0)),
    off_in_server(sound("diffie-hellman-group18-sha512", (7, 3)), (10, 0)),
    weak("diffie-hellman-group14-sha1", (8, 2), (8, 2)),
    weak("diffie-hellman-group-exchange-sha1", (8, 2), (8, 2)),
    weak("diffie-hellman-group1-sha1", (7, 0), (7, 0)),
    sound("ssh-ed25519", (6, 5)),
    sound("rsa-sha2-512", (7, 2)),
    sound("rsa-sha2-256", (7, 2)),
    sound("ecdsa-sha2-nistp256", (5, 7)),
    sound("ecdsa-sha2-nistp384", (5, 7)),
    sound("ecdsa-sha2-nistp521", (5, 7)),
    weak("ssh-rsa", (8, 8), (8, 8)),
    gone(weak("ssh-dss", (7, 0), (7, 0)), (10, 0)),
    sound("chacha20-poly1305@openssh.com", (6, 5)),
    sound("aes256-gcm@openssh.com", (6, 2)),
    sound("aes128-gcm@openssh.com", (6, 2)),
    sound("aes256-ctr", (3, 7)),
    sound("aes192-ctr", (3, 7)),
    sound("aes128-ctr", (3, 7)),
    weak("aes256-cbc", (7, 6), (6, 7)),
    weak("aes192-cbc", (7, 6), (6, 7)),
    weak("aes128-cbc", (7, 6), (6, 7)),
    weak("rijndael-cbc@lysator.liu.se", (7, 6), (6, 7)),
    weak("3des-cbc", (7, 4), (6, 7)),
    gone(weak("blowfish-cbc", (7, 2), (6, 7)), (7, 6)),
    gone(weak("cast128-cbc", (7, 2), (6, 7)), (7, 6)),
    gone(weak("arcfour", (7, 2), (6, 7)), (7, 6)),
    gone(weak("arcfour128", (7, 2), (6, 7)), (7, 6)),
    gone(weak("arcfour256", (7, 2), (6, 7)), (7, 6)),
    sound("hmac-sha2-256-etm@openssh.com", (6, 2)),
    sound("hmac-sha2-512-etm@openssh.com", (6, 2)),
    sound("umac-128-etm@openssh.com", (6, 2)),
    sound("umac-64-etm@openssh.com", (6, 2)),
    sound("hmac-sha1-etm@openssh.com", (6, 2)),
    sound("hmac-sha2-256", (5, 9)),
    sound("hmac-sha2-512", (5, 9)),
    sound("umac-128@openssh.com", (6, 2)),
    sound("umac-64@openssh.com", (4, 7)),
    sound("hmac-sha1", (0, 0)),
    weak("hmac-sha1-96", (7, 2), (6, 7)),
    weak("hmac-md5", (7, 2), (6, 7)),
    weak("hmac-md5-96", (7, 2), (6, 7)),
    gone(weak("hmac-ripemd160", (7, 6), (6, 7)), (7, 6)),
    sound("none", (0, 0)),
    sound("zlib@openssh.com", (4, 2)),
];

/// The algorithm of that name, if it is known.
pub(super) fn known(name: &str) -> Option<&'static Algorithm> {
    ALGORITHMS.iter().find(|algorithm| algorithm.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_twice_and_what_is_removed_was_off_before() {
        let mut names: Vec<&str> = ALGORITHMS.iter().map(|algorithm| algorithm.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALGORITHMS.len());
        for algorithm in ALGORITHMS {
            let off = algorithm.off_in_client.min(algorithm.off_in_server);
            assert!(algorithm.removed.is_none_or(|removed| off <= Some(removed)), "{}", algorithm.name);
            assert!(off.is_none_or(|off| off > algorithm.since), "{}", algorithm.name);
        }
    }
}
