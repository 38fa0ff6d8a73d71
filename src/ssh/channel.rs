//! The session channel: its opening, and the server's messages at its normal end.

use super::authentication::{Unit, opens_channel};
use super::suite::Sizes;
use super::transcript::{Mark, Pair, Side};

/// CHANNEL_REQUEST `exit-status`, and `eow@openssh.com`, which OpenSSH sends beside it (`session.c`, `channels.c`).
const EXIT_STATUS: u32 = 25;
/// CHANNEL_EOF and CHANNEL_CLOSE (RFC 4254 §5.3).
const CLOSE: u32 = 5;
/// Units that are kept of the server's end.
const TAIL: usize = 4;

/// Watches one connection's session channel.
#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    asked: bool,
    opened: Option<Mark>,
    /// The server's last unit since the client's last one.
    last: Option<Mark>,
    /// Octets of its last ones, the latest first; 0 where there is none.
    tail: [u64; TAIL],
    /// Octets of the client's first unit since, and whether there were more than CLOSE and DISCONNECT can be.
    behind: Option<u64>,
    behind_count: u32,
}

impl Channel {
    /// Takes the next unit of the session.
    pub(super) fn take(&mut self, unit: &Unit, sizes: &Pair<Sizes>) {
        match unit.side {
            Side::Client => self.client_spoke(unit, sizes.client),
            Side::Server => self.server_spoke(unit),
        }
    }

    fn client_spoke(&mut self, unit: &Unit, client: Sizes) {
        if self.opened.is_none() {
            // Whatever a client asks for in its channel, it asks for once it has it.
            self.opened = self.last.filter(|_| self.asked && self.behind.is_none());
            let asks = opens_channel(unit, client);
            self.asked |= asks;
            if asks {
                self.forget_tail();
            }
        }
        self.behind.get_or_insert(unit.octets);
        self.behind_count = self.behind_count.saturating_add(1);
    }

    fn server_spoke(&mut self, unit: &Unit) {
        if self.behind.take().is_some() {
            self.forget_tail();
            self.behind_count = 0;
        }
        self.last = Some(unit.mark);
        self.tail.rotate_right(1);
        if let Some(place) = self.tail.first_mut() {
            *place = unit.octets;
        }
    }

    const fn forget_tail(&mut self) {
        self.last = None;
        self.tail = [0; TAIL];
    }

    /// The server's last message before the client made use of the channel that it had asked for.
    pub(super) const fn opened(&self) -> Option<Mark> {
        self.opened
    }

    /// The server's last message, where its last ones have the sizes of `exit-status`, EOF and CLOSE, and the client adds
    /// at most its own CLOSE and DISCONNECT.
    pub(super) fn finished(&self, sizes: &Pair<Sizes>) -> Option<Mark> {
        let last = self.last?;
        let close = sizes.server.packet(CLOSE)?;
        let status = sizes.server.packet(EXIT_STATUS)?;
        let mut sum = 0;
        // One or two of each: `eow@openssh.com` is as long as `exit-status`, and EOF as CLOSE.
        let fits = self.tail.iter().any(|octets| {
            sum += octets;
            [(1, 1), (1, 2), (2, 1), (2, 2)]
                .iter()
                .any(|(statuses, closes)| statuses * status + closes * close == sum)
        });
        let polite =
            self.behind.is_none_or(|octets| sizes.client.packet(CLOSE).is_some_and(|close| octets >= close));
        (fits && polite && self.behind_count <= 3 && self.opened.is_some()).then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::super::suite::Suite;
    use super::*;
    use crate::frame::FrameNo;
    use Side::{Client as C, Server as S};

    /// Plays units (side, octets) under chacha20-poly1305, behind SUCCESS.
    fn play(units: &[(Side, u64)]) -> (Option<u64>, Option<u64>) {
        let suite = Sizes::Suite(Suite::of("chacha20-poly1305@openssh.com", "").unwrap());
        let (sizes, mut channel) = (Pair { client: suite, server: suite }, Channel::default());
        for (number, &(side, octets)) in units.iter().enumerate() {
            let mark = Mark { frame: FrameNo(number as u64), ..Mark::default() };
            channel.take(&Unit { side, mark, octets, single: false }, &sizes);
        }
        let frame = |mark: Option<Mark>| mark.map(|mark| mark.frame.0);
        (frame(channel.opened()), frame(channel.finished(&sizes)))
    }

    #[test]
    fn a_command_that_ends_is_opened_and_finished() {
        // OpenSSH 9.2 both: CHANNEL_OPEN and no-more-sessions, host keys, confirmation, the command, its end.
        let units = [(C, 112), (S, 264), (S, 192), (C, 60), (S, 72), (S, 44), (S, 176), (C, 36), (C, 60)];
        assert_eq!(play(&units), (Some(2), Some(6)));
        let units = [(C, 112), (S, 44), (C, 60), (S, 36), (S, 44), (S, 124), (C, 36), (C, 60)];
        assert_eq!(play(&units), (Some(1), Some(5)));
        let units = [(C, 52), (S, 44), (C, 60), (S, 44), (S, 52), (S, 36), (C, 36), (C, 36), (C, 76)];
        assert_eq!(play(&units).1, Some(5));
    }

    #[test]
    fn output_that_goes_on_is_no_end_and_no_answer_no_opening() {
        assert_eq!(play(&[(C, 112), (S, 44), (C, 60), (S, 124), (C, 36), (S, 36)]), (Some(1), None));
        assert_eq!(play(&[(C, 112), (S, 264)]), (None, None));
    }
}
