//! What a timer does when it runs out, and how that shows.

use super::gap::Ending;

words! {
    /// What happens when a timer runs out. The words are those of the JSON report.
    pub enum Expiry {
        /// State is removed; later segments are dropped and nothing is sent.
        SilentDrop = "silent_drop",
        /// State is removed quietly; whoever sends next is reset.
        SilentThenRstSender = "silent_then_rst_sender",
        /// As above, but only the inner host is reset.
        SilentThenRstInside = "silent_then_rst_inside",
        /// Both ends are reset at expiry; no segment comes before it.
        RstBothAtExpiry = "rst_both_at_expiry",
        /// A proxy closes both legs: FIN, or a reset if data was unread.
        CloseBoth = "close_both",
        /// FIN is sent to the inner host.
        FinInside = "fin_inside",
        /// The next segment may reach a host without the socket, which resets it.
        Rehash = "rehash",
        /// State is removed, but mostly learned again from the next segment: the connection lives.
        SilentPassthrough = "silent_passthrough",
        /// The device probes both ends first and forgets only what does not answer.
        ProbeThenDrop = "probe_then_drop",
        /// The SSH server closes the TCP connection without a message.
        SshClose = "ssh_close",
        /// The SSH server sends its disconnect message and closes.
        SshDisconnect = "ssh_disconnect",
        /// The tunnel around the connection ends; inside it is silent or sees a local error.
        TunnelTeardown = "tunnel_teardown",
        /// An end gives up its own socket.
        ClientAbort = "client_abort",
        /// The shell ends and the session closes in order.
        ShellExit = "shell_exit",
        /// New connections are refused; this one is not cut.
        RefuseNew = "refuse_new",
        /// Nothing is cut.
        None = "none",
    }
}

/// How well an ending agrees with what a timer does. A variant before another is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agreement {
    /// It is what the timer does.
    Usual,
    /// It is what the timer does if somebody has set it so ([`super::Timer::or_ends_by_when`]).
    Optional,
    /// Something else has to help: unread data, another hop or an end that answers for a silent device.
    Possible,
}

impl Agreement {
    /// The word for it in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Optional => "optional",
            Self::Possible => "possible",
        }
    }
}

impl Expiry {
    /// How well `ending` agrees with this way to expire; `None` if they exclude each other.
    ///
    /// A device that drops in silence sends no reset, but one may still be seen on its path: from another
    /// hop, or from an end that has given up meanwhile. That is [`Agreement::Possible`].
    pub fn shows_as(self, ending: Ending) -> Option<Agreement> {
        use Expiry::{
            ClientAbort, CloseBoth, FinInside, ProbeThenDrop, Rehash, RstBothAtExpiry, ShellExit, SilentDrop,
            SilentPassthrough, SilentThenRstInside, SilentThenRstSender, SshClose, SshDisconnect,
            TunnelTeardown,
        };
        let (usual, possible): (&[Self], &[Self]) = match ending {
            Ending::Close => {
                (&[CloseBoth, FinInside, SshClose, SshDisconnect, ShellExit], &[TunnelTeardown, ClientAbort])
            }
            Ending::ResetAtExpiry => {
                (&[RstBothAtExpiry, ClientAbort], &[CloseBoth, SshClose, SshDisconnect, TunnelTeardown])
            }
            Ending::ResetOnNextPacket => (
                &[SilentThenRstSender, SilentThenRstInside, Rehash],
                &[SilentDrop, SilentPassthrough, ProbeThenDrop, ClientAbort],
            ),
            Ending::Silence => (
                &[SilentDrop, ProbeThenDrop, TunnelTeardown, ClientAbort],
                &[SilentThenRstSender, SilentThenRstInside, SilentPassthrough, Rehash],
            ),
            Ending::Unknown => (&[], Self::ALL),
        };
        if matches!(self, Self::RefuseNew | Self::None) {
            None
        } else if usual.contains(&self) {
            Some(Agreement::Usual)
        } else {
            possible.contains(&self).then_some(Agreement::Possible)
        }
    }
}
