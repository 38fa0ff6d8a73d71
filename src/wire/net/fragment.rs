//! The table of IP datagrams that wait for fragments.

use crate::limits::Limits;
use crate::units::{Elapsed, Timestamp};
use crate::wire::layer::Context;
use crate::wire::net::IpHeader;
use crate::wire::net::train::{Datagram, Key, Train};
use crate::wire::view::View;

/// How long a datagram waits for its pieces: 60 s in IPv6 (RFC 8200 §4.5), 60 s to 120 s in IPv4 (RFC 1122 §3.3.2).
/// After it, the same identification is another datagram's.
const PATIENCE: Elapsed = Elapsed::from_secs(60);

/// A piece of an IP datagram.
#[derive(Clone, Copy, Debug)]
pub(in crate::wire) struct Fragment<'a> {
    /// The header of the piece.
    pub(in crate::wire) header: IpHeader,
    /// Identification: 16 bits in IPv4, 32 in IPv6.
    pub(in crate::wire) id: u32,
    /// Protocol number of the datagram's payload; in IPv6 only the first piece's counts.
    pub(in crate::wire) protocol: u8,
    /// Octets before it in the datagram's payload.
    pub(in crate::wire) offset: usize,
    /// Whether others come behind it.
    pub(in crate::wire) more: bool,
    /// Its octets.
    pub(in crate::wire) piece: View<'a>,
}

/// What became of a piece.
#[derive(Debug)]
pub(in crate::wire) enum Joined {
    /// Others are missing.
    Waiting,
    /// It contradicts those before it, or a limit; the datagram was given up.
    Broken,
    /// It was the last that was missing.
    Whole(Datagram),
}

/// The datagrams that wait for pieces.
#[derive(Debug)]
pub(in crate::wire) struct Fragments {
    trains: Vec<Train>,
    most: usize,
    octets: usize,
    given_up: u64,
}

impl Fragments {
    /// An empty table. It has room for at least one datagram, whatever the limit.
    pub(in crate::wire) fn new(limits: &Limits) -> Self {
        Self {
            trains: Vec::new(),
            most: limits.fragment_trains.max(1),
            octets: limits.fragment_octets,
            given_up: 0,
        }
    }

    /// Datagrams of which a piece was seen and that were not put together: given up, or still waiting.
    pub(in crate::wire) fn unfinished(&self) -> u64 {
        self.given_up + self.trains.len() as u64
    }

    /// Adds a piece to its datagram.
    pub(in crate::wire) fn add(&mut self, fragment: &Fragment<'_>, context: &Context) -> Joined {
        let key = Key::of(fragment, context.place);
        let index = self.train(key, context.time);
        let Some(train) = self.trains.get_mut(index) else { return Joined::Broken };
        if !train.take(fragment, self.octets) {
            self.trains.swap_remove(index);
            self.given_up += 1;
            return Joined::Broken;
        }
        if !train.is_whole() {
            return Joined::Waiting;
        }
        let whole = self.trains.swap_remove(index).finish(fragment.piece.offset());
        whole.map_or(Joined::Broken, Joined::Whole)
    }

    /// The train of `key`, made if there is none; the oldest leaves if there is no room.
    fn train(&mut self, key: Key, now: Timestamp) -> usize {
        let known = self.trains.iter().position(|train| *train.key() == key);
        let leaving = match known {
            Some(index)
                if self.trains.get(index).is_some_and(|train| now.since(train.start()) <= PATIENCE) =>
            {
                return index;
            }
            Some(index) => Some(index),
            None if self.trains.len() >= self.most => {
                (0..).zip(&self.trains).min_by_key(|(_, train)| train.start()).map(|(index, _)| index)
            }
            None => None,
        };
        if let Some(index) = leaving {
            self.trains.swap_remove(index);
            self.given_up += 1;
        }
        self.trains.push(Train::new(key, now));
        self.trains.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::frame::{Frame, LinkType};
    use crate::limits::Limits;
    use crate::units::{Elapsed, Timestamp};
    use crate::wire::sample::{self, Tunnel};
    use crate::wire::{Decoded, Decoder, Fault, Traits};

    /// A piece of an IPv4 packet: `octets` of its payload.
    fn piece_v4(packet: &[u8], octets: std::ops::Range<usize>) -> Vec<u8> {
        let payload = &packet[20..];
        let more = octets.end < payload.len();
        let mut piece = [&packet[..20], &payload[octets.clone()]].concat();
        let len = piece.len() as u16;
        piece[2..4].copy_from_slice(&len.to_be_bytes());
        piece[4..6].copy_from_slice(&[0, 77]);
        piece[6..8].copy_from_slice(&((octets.start / 8) as u16 | u16::from(more) << 13).to_be_bytes());
        piece
    }

    fn piece_v6(packet: &[u8], octets: std::ops::Range<usize>) -> Vec<u8> {
        let payload = &packet[40..];
        let [high, low] = (octets.start as u16 | u16::from(octets.end < payload.len())).to_be_bytes();
        let mut piece = [&packet[..40], &[packet[6], 0, high, low, 0, 0, 0, 77], &payload[octets]].concat();
        let len = piece.len() as u16 - 40;
        piece[4..6].copy_from_slice(&len.to_be_bytes());
        piece[6] = 44;
        piece
    }

    #[derive(Debug, PartialEq)]
    enum Seen {
        Waiting,
        Broken,
        Segment(Vec<u8>),
        Else,
    }

    fn see(decoder: &mut Decoder, frame: &Frame<'_>) -> Seen {
        match decoder.decode(frame) {
            Decoded::Other("fragment") => Seen::Waiting,
            Decoded::Undecoded(undecoded) if undecoded.fault == Fault::Fragments => Seen::Broken,
            Decoded::Tcp(packet) if packet.segment.traits.has(Traits::REASSEMBLED) => {
                Seen::Segment(packet.payload.to_vec())
            }
            _ => Seen::Else,
        }
    }

    fn see_all(decoder: &mut Decoder, pieces: &[Vec<u8>]) -> Vec<Seen> {
        pieces.iter().map(|piece| see(decoder, &sample::frame(LinkType::RAW, piece))).collect()
    }

    fn whole() -> Seen {
        Seen::Segment(sample::DATA.to_vec())
    }

    proptest! {
        #[test]
        fn pieces_in_any_order_give_the_whole_with_the_last(
            cuts in prop::collection::btree_set(1..6_usize, 1..5),
            order in any::<prop::sample::Index>(),
            is_v6: bool,
        ) {
            let packet = if is_v6 { sample::tcp_v6() } else { sample::tcp_v4() };
            let len = packet.len() - if is_v6 { 40 } else { 20 };
            let mut ends: Vec<usize> = cuts.iter().map(|words| words * 8).chain([len]).collect();
            let mut start = 0;
            let mut pieces: Vec<Vec<u8>> = ends
                .drain(..)
                .map(|end| {
                    let octets = std::mem::replace(&mut start, end)..end;
                    if is_v6 { piece_v6(&packet, octets) } else { piece_v4(&packet, octets) }
                })
                .collect();
            let turn = order.index(pieces.len());
            pieces.rotate_left(turn);
            if turn % 2 == 1 {
                pieces.reverse();
            }
            let mut decoder = Decoder::new(Limits::default());
            let mut seen = see_all(&mut decoder, &pieces);
            prop_assert_eq!(seen.pop(), Some(whole()));
            prop_assert!(seen.iter().all(|seen| *seen == Seen::Waiting));
            prop_assert_eq!(decoder.unfinished_datagrams(), 0);
        }

        #[test]
        fn any_pieces_have_an_answer_and_stay_within_the_limits(
            pieces in prop::collection::vec((0..40_u16, 0..3_u8, 0..64_usize, any::<bool>()), 1..64),
        ) {
            let limits = Limits { fragment_trains: 2, fragment_octets: 256, ..Limits::default() };
            let mut decoder = Decoder::new(limits);
            for (offset, id, len, more) in pieces {
                let mut packet = sample::ipv4(6, &vec![id; len]);
                packet[5] = id;
                packet[6..8].copy_from_slice(&(offset | u16::from(more) << 13).to_be_bytes());
                decoder.decode(&sample::frame(LinkType::RAW, &packet));
                prop_assert!(decoder.fragments.trains.len() <= 2);
            }
        }
    }

    #[test]
    fn a_repeated_piece_changes_nothing_and_an_overlapping_one_ends_the_datagram() {
        let packet = sample::tcp_v4();
        let piece = |octets| piece_v4(&packet, octets);
        let mut decoder = Decoder::new(Limits::default());
        let repeated = [piece(0..24), piece(0..24), piece(24..53)];
        assert_eq!(see_all(&mut decoder, &repeated), [Seen::Waiting, Seen::Waiting, whole()]);
        for overlapping in [piece(16..40), piece(0..32), piece(8..16), piece(16..53)] {
            let pieces = [piece(0..24), overlapping];
            assert_eq!(see_all(&mut decoder, &pieces), [Seen::Waiting, Seen::Broken]);
        }
        assert_eq!(decoder.unfinished_datagrams(), 4);
    }

    #[test]
    fn pieces_cut_by_the_snaplen_give_a_segment_with_its_length() {
        let packet = sample::tcp_v4();
        let mut decoder = Decoder::new(Limits::default());
        let (first, second) = (piece_v4(&packet, 0..40), piece_v4(&packet, 40..53));
        let cut = Frame { data: &first[..54], ..sample::frame(LinkType::RAW, &first) };
        assert_eq!(see(&mut decoder, &cut), Seen::Waiting);
        let Decoded::Tcp(packet) = decoder.decode(&sample::frame(LinkType::RAW, &second)) else {
            panic!("no segment");
        };
        assert_eq!(
            (packet.segment.payload_len as usize, packet.payload),
            (sample::DATA.len(), &sample::DATA[..2])
        );
    }

    #[test]
    fn the_oldest_datagram_leaves_a_full_table_and_is_counted() {
        let packet = sample::tcp_v4();
        let mut decoder = Decoder::new(Limits { fragment_trains: 1, ..Limits::default() });
        let mut other = piece_v4(&packet, 0..24);
        other[5] = 78;
        let pieces = [piece_v4(&packet, 0..24), other, piece_v4(&packet, 24..53)];
        assert_eq!(see_all(&mut decoder, &pieces), [Seen::Waiting, Seen::Waiting, Seen::Waiting]);
        assert_eq!(decoder.unfinished_datagrams(), 3);
    }

    #[test]
    fn an_identification_seen_again_after_a_minute_is_another_datagram() {
        let packet = sample::tcp_v4();
        let mut decoder = Decoder::new(Limits::default());
        let (first, second) = (piece_v4(&packet, 0..24), piece_v4(&packet, 24..53));
        let at = |seconds, data| Frame {
            time: Timestamp::from_nanos(0) + Elapsed::from_secs(seconds),
            ..sample::frame(LinkType::RAW, data)
        };
        assert_eq!(see(&mut decoder, &at(0, &first)), Seen::Waiting);
        assert_eq!(see(&mut decoder, &at(61, &second)), Seen::Waiting);
        assert_eq!(see(&mut decoder, &at(62, &first)), whole());
        assert_eq!(decoder.unfinished_datagrams(), 1);
    }

    #[test]
    fn a_tunnel_in_fragments_with_a_fragment_inside_is_read() {
        let packet = sample::tcp_v4();
        let (first, second) = (piece_v4(&packet, 0..24), piece_v4(&packet, 24..53));
        let outer = Tunnel::Gre.wrap(&second);
        let mut decoder = Decoder::new(Limits::default());
        let pieces = [first, piece_v4(&outer, 0..16), piece_v4(&outer, 16..outer.len() - 20)];
        assert_eq!(see_all(&mut decoder, &pieces), [Seen::Waiting, Seen::Waiting, whole()]);
    }

    #[test]
    fn an_ipv6_packet_that_is_its_only_fragment_is_whole() {
        let packet = sample::tcp_v6();
        let only = piece_v6(&packet, 0..packet.len() - 40);
        let (_, segment, data) = sample::segment(&sample::frame(LinkType::RAW, &only));
        assert!(!segment.traits.has(Traits::REASSEMBLED) && data == sample::DATA);
    }

    #[test]
    fn fragments_that_cannot_hold_tcp_do_not_fill_the_table() {
        let packet = sample::udp(53, &[0; 32]);
        let mut decoder = Decoder::new(Limits::default());
        assert_eq!(see_all(&mut decoder, &[piece_v4(&packet, 0..16)]), [Seen::Waiting]);
        assert_eq!(decoder.unfinished_datagrams(), 0);
    }
}
