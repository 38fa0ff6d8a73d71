//! Connections that never got past the key exchange and look alike: one row for all of them.

declare_pattern! {
    /// Connections that got past the TCP handshake but not past the key exchange, and came to nothing in the same way.
    ///
    /// ## Sees
    /// A hundred connections or more that ended in the same phase and way, by the same sender and for the same cause: to one
    /// port of one server; of what is left from one network (/24, /64); of what is left then between any. Three of them are
    /// shown singly. Where a capture holds more than 4,096 connections of few packets, those whose packets stand to each
    /// other in the same way are judged by the first of them.
    ///
    /// ## Means
    /// Somebody collects identification strings, a monitoring probe, or programs that try again and again.
    ///
    /// ## Misleads when
    /// A fault that many users meet looks the same from each of them: the row names the cause, the examples show it.
    ///
    /// ## Needs
    /// Nothing; `--all` shows each connection singly.
    ///
    /// ## References
    /// RFC 4253 §4.2 (identification strings), §7 (key exchange).
    ATTEMPTS_ALIKE = "attempts-alike"
}
