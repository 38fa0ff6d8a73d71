//! Sessions that ended in the same way and were let go for want of memory: one row for all of them.

declare_pattern! {
    /// Sessions that got past the key exchange, ended in the same way, and were let go while the capture was still read.
    ///
    /// ## Sees
    /// Connections that were over, or had been silent for half a minute, when all connections together were about to take more
    /// memory than `--memory` allows: judged then, by what the capture had shown up to there, and counted by how far they
    /// got, how they ended, by which sender and for which cause. A hundred or more to one port of one server have a row
    /// of their own, then those from one network (/24, /64); the others are counted together. Three of each row are shown
    /// singly.
    ///
    /// ## Means
    /// What the row says, of each of them. They are not compared with sessions that came later.
    ///
    /// ## Misleads when
    /// What would have told more came later in the capture: other connections of the same hosts, a later end of others.
    ///
    /// ## Needs
    /// More memory (`--memory`) or fewer hours of capture to show each of them.
    ///
    /// ## References
    /// RFC 4291 §2.5.1 (a /64 is one network).
    SESSIONS_ALIKE = "sessions-alike"
}
