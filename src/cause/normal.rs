//! Group "nothing went wrong".

use super::advice::Where::Server;
use super::advice::run;
use super::commands::JOURNAL;

declare_causes! {
    /// ## What happened
    ///
    /// Both sides closed in order. Whatever the user misses, the connection is not to blame.
    ///
    /// ## On the wire
    ///
    /// FIN of both sides, each acknowledged; no reset.
    ///
    /// ## Looks the same
    ///
    /// A process that was killed with nothing unread closes with FIN too; in the encrypted part the farewell can only be
    /// told by its size.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.6; RFC 4254 §5.3, §6.10.
    NORMAL_CLOSE {
        id: "normal-close",
        group: Normal,
        confirm: [
            run(Server, JOURNAL, "`Received disconnect from {client} port {client_port}:11: disconnected by user`, or `session closed`"),
        ],
        remedies: [],
    }

    /// ## What happened
    ///
    /// The connection had been closed in order when a late packet met a socket that was gone. The reset is an echo.
    ///
    /// ## On the wire
    ///
    /// FINs first, then a bare reset in answer to data, or one of the client behind its own FIN (Paramiko and AsyncSSH do so regularly).
    ///
    /// ## Looks the same
    ///
    /// A FIN of a killed server process and the client's farewell that follows: the cause is then whatever made the server close.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.5.2; RFC 1122 §4.2.2.13.
    BENIGN_RST_AFTER_CLOSE {
        id: "benign-rst-after-close",
        group: Normal,
        confirm: [
            run(Server, JOURNAL, "an orderly end of the session: `Received disconnect`, `session closed for user`"),
        ],
        remedies: [],
    }
}
