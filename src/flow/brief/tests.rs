use proptest::prelude::*;

use super::*;
use crate::flow::Table;
use crate::flow::packed::NOTHING;
use crate::frame::{FrameNo, Mark};
use crate::units::Timestamp;
use crate::wire::{Checksum, End, Endpoint, Flags, Seq, Traits};

prop_compose! {
    fn noted()(
        (time, frame, seq, ack) in any::<(i64, u32, u32, u32)>(),
        numbers in any::<[u32; 4]>(),
        (window, ip_id, mss, traits) in any::<(u16, u16, u16, u16)>(),
        (flags, ttl, tos, window_scale) in (0..0x200_u16, any::<u8>(), any::<u8>(), any::<u8>()),
        (high, sum, mark) in (any::<bool>(), 0..4_usize, 0..3_usize),
        octets in proptest::collection::vec(any::<u8>(), 0..40),
    ) -> (Segment, Vec<u8>) {
        let [ts_value, ts_echo, flow_label, link_source] = numbers;
        let checksum = [Checksum::Unknown, Checksum::Good, Checksum::Partial, Checksum::Bad][sum];
        let segment = Segment {
                time: Timestamp::from_nanos(time),
                frame: FrameNo(frame.into()),
                seq: Seq(seq),
                ack: Seq(ack),
                payload_len: octets.len() as u32,
                ts_value,
                ts_echo,
                flow_label,
                link_source,
                flags: Flags(flags),
                window,
                ip_id,
                mss,
                traits: Traits(traits),
                ttl,
                tos,
                window_scale,
                from: if high { End::High } else { End::Low },
                checksum,
                mark: [Mark::None, Mark::Inbound, Mark::Outbound][mark],
            };
        (segment, octets)
    }
}

/// Which connection, from the server or not, sequence and acknowledgement number, which flags, and the data.
type Drawn = (u16, bool, u32, u32, usize, Vec<u8>);

/// Packets of a few connections with small numbers, so that they continue, repeat, close and reset one another.
fn traffic() -> impl Strategy<Value = Vec<(FlowKey, Segment, Vec<u8>)>> {
    let packet =
        (0..3_u16, any::<bool>(), 0..6_u32, 0..6_u32, 0..6_usize, proptest::collection::vec(65..90_u8, 0..4));
    proptest::collection::vec(packet, 1..60).prop_map(|packets| {
        let packet = |(n, (port, server, seq, ack, flags, octets)): (u32, Drawn)| {
            let flags = [0x02, 0x12, 0x10, 0x18, 0x11, 0x14][flags];
            let client = Endpoint { addr: "192.0.2.1".parse().unwrap(), port: 40_000 + port };
            let host = Endpoint { addr: "192.0.2.2".parse().unwrap(), port: 22 };
            let (source, target) = if server { (host, client) } else { (client, host) };
            let (key, from) = FlowKey::new(source, target);
            let segment = Segment {
                time: Timestamp::from_nanos(i64::from(n) * 1_000_000),
                frame: FrameNo(u64::from(n)),
                seq: Seq(seq),
                ack: Seq(ack),
                payload_len: octets.len() as u32,
                flags: Flags(flags),
                ip_id: n as u16,
                ttl: 64,
                from,
                ..NOTHING
            };
            (key, segment, octets)
        };
        (1_u32..).zip(packets).map(packet).collect()
    })
}

/// What a table says of `packets` when so many of a connection are kept as they are.
fn told(
    packets: &[(FlowKey, Segment, Vec<u8>)],
    brief_packets: usize,
    rests: bool,
) -> (Vec<String>, Vec<Vec<String>>) {
    let limits = Limits { brief_packets, ..Limits::default() };
    let mut table = Table::new(limits, &[22]);
    let mut events: Vec<Vec<String>> = Vec::new();
    let mut tell = |id: FlowId, at: Moment, event: Event<'_>| {
        if matches!(event, Event::Brief(_)) {
            return;
        }
        events.resize(events.len().max(id.0 as usize + 1), Vec::new());
        events[id.0 as usize].push(format!("{at:?} {event:?}"));
    };
    for (key, segment, payload) in packets {
        let packet = Packet { key: *key, place: Place::default(), segment: *segment, payload };
        table.handle(&packet, &mut tell);
        if rests {
            table.rest();
        }
    }
    (0..table.flows().len()).for_each(|id| table.expand(FlowId(id as u32), &mut tell));
    table.finish(&mut tell);
    let resting = |mut flow: Box<Flow>| {
        flow.rest();
        format!("{flow:?}")
    };
    (table.into_flows().map(|(_, flow)| resting(flow)).collect(), events)
}

proptest! {
    #[test]
    fn packed_packets_are_read_back(noted in proptest::collection::vec(noted(), 0..8)) {
        let mut list = Noted::default();
        for (segment, octets) in &noted {
            list.push(*segment, octets);
        }
        prop_assert!(list.each().eq(noted.iter().map(|(segment, octets)| (segment, &**octets))));
        let packed = pack(list.each(), &mut Writer::default());
        let unpacked = Unpacking::of(&packed).map(|(segment, octets)| (segment, octets.to_vec()));
        prop_assert_eq!(unpacked.collect::<Vec<_>>(), noted);
    }

    #[test]
    fn it_makes_no_difference_whether_a_connection_was_brief(packets in traffic()) {
        let whole = told(&packets, 0, false);
        for brief_packets in [1, 3, 12] {
            prop_assert_eq!(&told(&packets, brief_packets, false), &whole);
        }
    }

    #[test]
    fn it_makes_no_difference_whether_a_connection_rested(packets in traffic()) {
        prop_assert_eq!(told(&packets, 0, true), told(&packets, 0, false));
    }
}

#[test]
fn a_first_packet_with_more_data_than_is_brief_is_not_lost() {
    let client = Endpoint { addr: "192.0.2.1".parse().unwrap(), port: 40_000 };
    let host = Endpoint { addr: "192.0.2.2".parse().unwrap(), port: 22 };
    let (key, from) = FlowKey::new(client, host);
    let payload = vec![b'x'; Limits::default().brief_octets + 1];
    let first = NOTHING;
    let data = Segment { from, flags: Flags(0x18), payload_len: payload.len() as u32, ..first };
    let packets =
        [(key, data, payload), (key, Segment { flags: Flags(0x10), payload_len: 0, ..data }, Vec::new())];
    for count in [1, 2] {
        assert_eq!(told(&packets[..count], 12, false), told(&packets[..count], 0, false));
        assert_eq!(told(&packets[..count], 12, false).0.len(), 1);
    }
}

#[test]
fn a_refused_connection_takes_little_room() {
    assert!(size_of::<crate::flow::Kept>() <= 72, "{}", size_of::<crate::flow::Kept>());
}
