//! Connections that never got past the handshake and look alike: one row for all of them.

declare_pattern! {
    /// Connections that never got past the handshake and came to nothing in the same way.
    ///
    /// ## Sees
    /// Connections that ended in the same way, by the same sender and for the same cause, before the TCP handshake was
    /// complete: ten or more to one port of one server; of what is left ten or more from one network (/24, /64); of what is
    /// left then a hundred or more. Three of them are shown singly. Where a capture holds more than 4,096 connections of
    /// few packets, those whose packets stand to each other in the same way are judged by the first of them.
    ///
    /// ## Means
    /// A scan, a monitoring probe, or a client that tries again and again. One row stands for all.
    ///
    /// ## Misleads when
    /// A network holds clients of several owners, as behind a carrier's address translator.
    ///
    /// ## Needs
    /// Nothing; `--all` shows each connection singly.
    ///
    /// ## References
    /// RFC 4291 §2.5.1 (a /64 is one network).
    HANDSHAKES_ALIKE = "handshakes-alike"
}
