//! Group "protocol mismatch or malformed packet".

use super::advice::Where::{Client, Network, Server};
use super::advice::{Remedy, run};
use super::commands::{JOURNAL, SSHD_ALGORITHMS, SSHD_TEST};
use super::remedies::CAPTURE_BOTH_ENDS;

const CLIENT_VERBOSE: &str = "ssh -vvv -p {server_port} {server} exit";

const ALGORITHMS_ONE_HOST: Remedy<&str> = Remedy {
    place: Client,
    what: "# ~/.ssh/config\nHost {server}\n    KexAlgorithms +diffie-hellman-group14-sha1\n    HostKeyAlgorithms +ssh-rsa\n    Ciphers +aes128-cbc\n    MACs +hmac-sha1",
    paste: true,
    why: "adds what old devices offer to the client's own lists, so that one entry is common; keep only the line of the list that failed",
    trap: "a last resort, for this one host: these are weak; the `+` matters, without it the list is replaced; `Host` matches the name you type",
};

const ALGORITHMS_SERVER: Remedy<&str> = Remedy {
    place: Server,
    what: "remove odd Ciphers, MACs, KexAlgorithms and HostKeyAlgorithms lines from /etc/ssh/sshd_config, or begin them with +",
    paste: false,
    why: "the defaults of the installed version fit nearly every client",
    trap: "system-wide policies write them too (/etc/crypto-policies on Fedora and RHEL); run `sshd -t` before the restart and keep a session open",
};

const UPDATE_BOTH: Remedy<&str> = Remedy {
    place: Server,
    what: "bring both sides to a current OpenSSH (client: `ssh -V`, server: its banner)",
    paste: false,
    why: "one of them deviates from the protocol, and current versions agree with each other",
    trap: "after an upgrade restart the listener: 8.2, 9.8 and 10.0 changed what it says to its children",
};

declare_causes! {
    /// ## What happened
    ///
    /// What stood in place of the identification string was not one, or named a version that the other side does not speak: a web
    /// browser, a health check, TLS, SSH 1, or a port on which another service listens.
    ///
    /// ## On the wire
    ///
    /// A first line that does not begin with `SSH-2.0-` or `SSH-1.99-`; sshd answers `Invalid SSH identification string.` and closes,
    /// with a reset when more of the client's bytes were unread.
    ///
    /// ## Looks the same
    ///
    /// Nothing, where the first bytes are in the capture.
    ///
    /// ## References
    ///
    /// RFC 4253 §4.2, §5.1.
    PROTOCOL_MISMATCH {
        id: "protocol-mismatch",
        group: ProtocolError,
        confirm: [
            run(Server, JOURNAL, "`client sent invalid protocol identifier`, `banner exchange: Connection from {client} port {client_port}: invalid format`"),
            run(Client, "nc -w 5 {server} {server_port} < /dev/null", "a line that begins with SSH-2.0-, or another service's greeting"),
            run(Server, "ss -ltnp sport = :{server_port}", "which program listens"),
            run(Client, CLIENT_VERBOSE, "`Remote protocol version …` and what came instead"),
        ],
        remedies: [
            Remedy {
                place: Client,
                what: "use the port on which sshd listens (`ss -ltnp` on the server), and turn off TLS or the HTTP check for it",
                paste: false,
                why: "the other side then hears SSH",
                trap: "port multiplexers (sslh) choose by the first bytes and fall back to another service when the client waits",
            },
            UPDATE_BOTH,
            ALGORITHMS_SERVER,
        ],
    }

    /// ## What happened
    ///
    /// Both sides sent their lists of algorithms and for one kind there was no common entry. Whoever noticed closed the
    /// connection, mostly without a message.
    ///
    /// ## On the wire
    ///
    /// Two KEXINIT messages and then a close, FIN rather than reset; the lists are in clear and the report names the one
    /// without a common entry.
    ///
    /// ## Looks the same
    ///
    /// Nothing, where both KEXINITs are complete in the capture.
    ///
    /// ## References
    ///
    /// RFC 4253 §7.1; ssh_config(5), `KexAlgorithms`, `HostKeyAlgorithms`, `Ciphers`, `MACs`.
    NO_COMMON_ALGORITHM {
        id: "no-common-algorithm",
        group: ProtocolError,
        confirm: [
            run(Server, JOURNAL, "`Unable to negotiate with {client} port {client_port}: no matching … found. Their offer: …`"),
            run(Client, CLIENT_VERBOSE, "`no matching cipher found` or the like, and both lists"),
            run(Server, SSHD_ALGORITHMS, "what the server allows"),
            run(Client, "ssh -Q kex; ssh -Q key; ssh -Q cipher; ssh -Q mac", "what the client could offer"),
        ],
        remedies: [UPDATE_BOTH, ALGORITHMS_SERVER, ALGORITHMS_ONE_HOST],
    }

    /// ## What happened
    ///
    /// One side sent bytes that break the packet format or the order of messages: an implementation at fault, or text that something
    /// wrote into the stream (a shell's start-up file, a library, a PAM module).
    ///
    /// ## On the wire
    ///
    /// At one octet of the stream a length out of range, a padding that does not fit, or a message that is not due. The receiver closes,
    /// mostly without a message, and resets what follows.
    ///
    /// ## Looks the same
    ///
    /// Damage on the way (`corrupted-packet`), or octets missing in the capture: the holes say so.
    ///
    /// ## References
    ///
    /// RFC 4253 §6, §6.1, §7, §12; OpenSSH logs the four octets at fault as `Bad packet length N`.
    MALFORMED_PACKET {
        id: "malformed-packet",
        group: ProtocolError,
        confirm: [
            run(Server, JOURNAL, "`Bad packet length …`, `padding error`, `kex_protocol_error` or `Connection corrupted`; a length that reads as ASCII is text in the stream"),
            run(Client, CLIENT_VERBOSE, "the last message before the end, and the versions of both sides"),
            run(Server, SSHD_TEST, "no output"),
            run(Client, "ssh -p {server_port} {server} true | od -c | head", "nothing at all: anything printed here comes from start-up files and breaks sftp and scp"),
        ],
        remedies: [
            UPDATE_BOTH,
            Remedy {
                place: Client,
                what: "# ~/.ssh/config\nHost {server}\n    Ciphers aes128-ctr\n    MACs hmac-sha2-256\n    KexAlgorithms curve25519-sha256",
                paste: true,
                why: "standard algorithms avoid the corner in which an implementation is at fault",
                trap: "to find the culprit, not to keep: without `+` these replace the whole lists",
            },
            ALGORITHMS_SERVER,
        ],
    }

    /// ## What happened
    ///
    /// A packet's integrity check failed although its sender had made it well: bits changed on the way or in a network card, or a
    /// device in between rewrote the stream.
    ///
    /// ## On the wire
    ///
    /// In the encrypted part nothing but the end: the receiver closes without a message. TCP checksums that are wrong, repeated
    /// segments with other content, or numbers that a device shifted may show beside it.
    ///
    /// ## Looks the same
    ///
    /// A receiver that was killed at that moment. Checksums shown as wrong in a capture on the sending host are mostly the card's offload.
    ///
    /// ## References
    ///
    /// RFC 4253 §6.4; RFC 9293 §3.1 (checksum: 16 bits, one damaged segment in 65 536 passes).
    CORRUPTED_PACKET {
        id: "corrupted-packet",
        group: ProtocolError,
        confirm: [
            run(Server, JOURNAL, "`Corrupted MAC on input` or `message authentication code incorrect`"),
            run(Client, CLIENT_VERBOSE, "the same on the client's side: then damage is on the way to the client"),
            run(Server, "nstat -az TcpInCsumErrors", "above 0 and growing"),
            run(Client, "ethtool -S eth0 | grep -iE 'err|crc'", "growing counters (put in the right interface)"),
        ],
        remedies: [
            Remedy {
                place: Server,
                what: "ethtool -K eth0 tso off gso off gro off rx off tx off",
                paste: true,
                why: "takes the card's shortcuts out, which are the commonest place of damage",
                trap: "for a test (put in the right interface): it costs throughput and is lost at reboot; do the same on the client before you decide",
            },
            Remedy {
                place: Network,
                what: "take inspection, acceleration and sequence randomisation off port {server_port} on the devices between",
                paste: false,
                why: "a device that rewrites TCP may break selective acknowledgements or the data itself",
                trap: "not every device says that it does it",
            },
            CAPTURE_BOTH_ENDS,
        ],
    }
}
