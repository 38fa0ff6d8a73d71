//! Group "the login did not succeed".

use super::advice::Where::{Client, Server};
use super::advice::{Remedy, run};
use super::commands::{JOURNAL, SSHD_LIMITS};

const CLIENT_VERBOSE: &str = "ssh -v -p {server_port} {server} exit";

const ONE_KEY: Remedy<&str> = Remedy {
    place: Client,
    what: "# ~/.ssh/config\nHost {server}\n    IdentityFile ~/.ssh/id_ed25519\n    IdentitiesOnly yes",
    paste: true,
    why: "only the right key is offered instead of every key that the agent holds",
    trap: "`Host` matches the name you type, not the address behind it",
};

declare_causes! {
    /// ## What happened
    ///
    /// The connection was open and nobody logged in within `LoginGraceTime` (120 s by default, up to 4 s more in recent versions).
    ///
    /// ## On the wire
    ///
    /// The server closes 120 s after the handshake, counted from there and not from the last packet; FIN as a rule, a reset if it
    /// had unread data. Other settings show as a whole number of seconds.
    ///
    /// ## Looks the same
    ///
    /// An idle timer of 120 s on the path, when the last packet was near the start.
    ///
    /// ## References
    ///
    /// sshd_config(5), `LoginGraceTime`; OpenSSH `sshd-session.c`, grace_alarm_handler.
    LOGIN_GRACE_TIMEOUT {
        id: "login-grace-timeout",
        group: Authentication,
        confirm: [
            run(Server, JOURNAL, "`Timeout before authentication for {client} port {client_port}`, or `… for connection from {client}` from 9.8 on; some builds log nothing"),
            run(Server, SSHD_LIMITS, "logingracetime equal to the connection's age at its end"),
            run(Client, CLIENT_VERBOSE, "where it waits: a passphrase prompt, an agent, a second factor"),
        ],
        remedies: [
            Remedy {
                place: Client,
                what: "ssh-add ~/.ssh/id_ed25519",
                paste: true,
                why: "the key is unlocked before the connection is opened",
                trap: "agents forget keys after their lifetime (-t) and at logout",
            },
            Remedy {
                place: Server,
                what: "# /etc/ssh/sshd_config\nLoginGraceTime 180\nUseDNS no",
                paste: true,
                why: "slow second factors and lookups get more time",
                trap: "each waiting login holds a place of MaxStartups; `sshd -t` before the restart",
            },
        ],
    }

    /// ## What happened
    ///
    /// The client offered more keys or passwords than `MaxAuthTries` (6) allows, and sshd ended the connection.
    ///
    /// ## On the wire
    ///
    /// Several exchanges of the size of a login attempt, then a last message of the server
    /// (`Too many authentication failures`) and its FIN.
    ///
    /// ## Looks the same
    ///
    /// A user who gave up: then the client closes first.
    ///
    /// ## References
    ///
    /// sshd_config(5), `MaxAuthTries`; RFC 4252 §4.
    MAX_AUTH_TRIES {
        id: "max-auth-tries",
        group: Authentication,
        confirm: [
            run(Server, JOURNAL, "`maximum authentication attempts exceeded for … from {client} port {client_port}`"),
            run(Client, "ssh-add -l", "more keys than MaxAuthTries"),
            run(Client, CLIENT_VERBOSE, "`Offering public key` again and again, then `Too many authentication failures`"),
        ],
        remedies: [
            ONE_KEY,
            Remedy {
                place: Server,
                what: "# /etc/ssh/sshd_config\nMaxAuthTries 10",
                paste: true,
                why: "agents with many keys get through",
                trap: "it gives guessers as many tries; `sshd -t` before the restart",
            },
        ],
    }

    /// ## What happened
    ///
    /// The connection worked and the login did not: no key or password was accepted, or the account may not log in. The client closed.
    ///
    /// ## On the wire
    ///
    /// Key exchange, a few exchanges of login size, then the client's FIN.
    ///
    /// ## Looks the same
    ///
    /// A very short session: sizes after the login tell it, where they can be read.
    ///
    /// ## References
    ///
    /// RFC 4252 §5; ssh(1) prints `Permission denied (publickey,password)`.
    AUTHENTICATION_FAILED {
        id: "authentication-failed",
        group: Authentication,
        confirm: [
            run(Server, JOURNAL, "`Failed … for … from {client} port {client_port}`, `Invalid user`, `not allowed because`, `bad ownership or modes`"),
            run(Client, CLIENT_VERBOSE, "`Authentications that can continue: …` and which keys were offered"),
            run(Server, SSHD_LIMITS, "what applies to this client; also look at passwordauthentication, allowusers, authorizedkeysfile"),
        ],
        remedies: [
            Remedy {
                place: Client,
                what: "ssh-copy-id -p {server_port} {server}",
                paste: true,
                why: "puts the public key where sshd looks for it",
                trap: "it needs another way in that still works; ~/.ssh must be 700 and authorized_keys 600 on the server",
            },
            ONE_KEY,
        ],
    }
}
