//! Keystrokes: short packets of the client, each echoed by a short one of the server, at the pace of fingers.

use super::authentication::Unit;
use super::suite::Sizes;
use super::transcript::{Mark, Pair, Side, Typing};
use crate::units::{Elapsed, Timestamp};

/// CHANNEL_DATA with one octet, and with the four that the longest character of UTF-8 or a cursor key has.
const SHORTEST_KEY: u32 = 10;
const LONGEST_KEY: u32 = 13;
/// Requests that keep alive: `keepalive@lag.net` of paramiko, `keepalive@openssh.com`.
const KEEPALIVES: [u32; 2] = [23, 27];
/// CHANNEL_DATA that an echo stays below: the key, a control sequence or two, the end of a line.
const LONGEST_ECHO: u32 = 41;
/// The longest wait for an echo: a slow path, a busy machine.
const ECHO_WAIT: Elapsed = Elapsed::from_secs(2);
/// Two exchanges of this kind can be anything; a third one is a habit.
const LEAST_KEYS: u64 = 3;
/// Interval of the packets that hide keystrokes: 20 ms by default (OpenSSH `clientloop.c`, `ssh_config(5)`
/// `ObscureKeystrokeTiming`), give or take timers and path.
const STEADY: [Elapsed; 2] = [Elapsed::from_millis(15), Elapsed::from_millis(25)];
/// So many in a row no hand types.
const STEADY_RUN: u32 = 10;

/// Watches for keystrokes of one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    /// The key that waits for its echo.
    pending: Option<Mark>,
    first: Option<Mark>,
    last: Mark,
    count: u64,
    /// When the key before it was pressed, where it was the unit before.
    before: Option<Timestamp>,
    steady: u32,
    hidden: bool,
}

impl Keys {
    /// Takes the next unit of the session.
    pub(super) fn take(&mut self, unit: &Unit, sizes: &Pair<Sizes>) {
        match unit.side {
            Side::Client => self.pressed(unit, sizes.client),
            Side::Server => self.echoed(unit, sizes.server),
        }
    }

    fn pressed(&mut self, unit: &Unit, client: Sizes) {
        let fits = |payload| client.fits(payload, unit.octets);
        // Where sizes are coarse the longest keys are as long as keepalives, which are more.
        let key = !client.exceeds(LONGEST_KEY, unit.octets)
            && (fits(SHORTEST_KEY)
                || (SHORTEST_KEY..=LONGEST_KEY).any(fits) && !KEEPALIVES.iter().any(|&it| fits(it)));
        self.pending = key.then_some(unit.mark);
        let distance = self.before.map(|before| unit.mark.time.since(before));
        let steady = key && distance.is_some_and(|distance| STEADY[0] <= distance && distance <= STEADY[1]);
        self.steady = if steady { self.steady.saturating_add(1) } else { 0 };
        self.hidden |= self.steady >= STEADY_RUN;
        self.before = key.then_some(unit.mark.time);
    }

    fn echoed(&mut self, unit: &Unit, server: Sizes) {
        let Some(key) = self.pending.take() else { return };
        let soon = (Elapsed::ZERO..=ECHO_WAIT).contains(&unit.mark.time.since(key.time));
        // What is shorter than a key's echo answers something else.
        let long_enough = server.fits(SHORTEST_KEY, unit.octets) || server.exceeds(SHORTEST_KEY, unit.octets);
        if soon && long_enough && !server.exceeds(LONGEST_ECHO, unit.octets) {
            self.count = self.count.saturating_add(1);
            self.first.get_or_insert(key);
            self.last = key;
        }
    }

    /// The keystrokes, if there were any.
    pub(super) fn conclude(&self) -> Option<Typing> {
        let first = self.first.filter(|_| self.count >= LEAST_KEYS)?;
        Some(Typing { first, last: self.last, keys: self.count, hidden: self.hidden })
    }
}

#[cfg(test)]
mod tests {
    use super::super::suite::Suite;
    use super::*;
    use crate::frame::FrameNo;
    use Side::{Client as C, Server as S};

    /// Plays units (side, milliseconds, octets) under chacha20-poly1305.
    fn play(units: impl IntoIterator<Item = (Side, i64, u64)>) -> Option<Typing> {
        let suite = Sizes::Suite(Suite::of("chacha20-poly1305@openssh.com", "").unwrap());
        let (sizes, mut keys) = (Pair { client: suite, server: suite }, Keys::default());
        for (number, (side, millis, octets)) in units.into_iter().enumerate() {
            let time = Timestamp::from_nanos(millis * 1_000_000);
            let mark = Mark { frame: FrameNo(number as u64), time, offset: 0 };
            keys.take(&Unit { side, mark, octets, single: false }, &sizes);
        }
        keys.conclude()
    }

    #[test]
    fn keys_and_their_echo_are_counted() {
        let typed =
            play((0..7_i64).flat_map(|n| [(C, n * 180, 36), (S, n * 180 + 30, 36), (S, n * 180 + 40, 100)]));
        assert_eq!(typed.map(|typing| (typing.keys, typing.hidden)), Some((7, false)));
        assert_eq!(play([(C, 0, 36), (S, 30, 36), (C, 500, 36), (S, 530, 36)]), None);
    }

    #[test]
    fn window_adjusts_of_a_download_and_keepalives_are_no_keys() {
        assert_eq!(play((0..50_i64).flat_map(|n| [(C, n * 50, 36), (S, n * 50 + 1, 32_804)])), None);
        assert_eq!(play((0..50_i64).flat_map(|n| [(C, n * 5000, 52), (S, n * 5000 + 9, 28)])), None);
    }

    #[test]
    fn a_steady_stream_of_keys_hides_others() {
        let hidden = play((0..40_i64).flat_map(|n| [(C, n * 20, 36), (S, n * 20 + 5, 36)])).unwrap();
        assert!(hidden.hidden);
    }
}
