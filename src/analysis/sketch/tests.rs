//! Connections of one sketch have the shape, and show of their hosts, what their flows would.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::analysis::shard::Shard;
use crate::analysis::slots::Slot;
use crate::analysis::view::View;
use crate::flow::{Event, FlowId, Kept, Moment, Side, Table};
use crate::frame::{Mark, Place};
use crate::limits::Limits;
use crate::wire::{Checksum, Endpoint, Flags, FlowKey, Packet, Traits};

const SYN: u16 = 0x02;
const SYN_ACK: u16 = 0x12;
const ACK: u16 = 0x10;
const PUSH: u16 = 0x18;
const FIN: u16 = 0x11;
const RST: u16 = 0x04;
const RST_ACK: u16 = 0x14;

/// By the client or not, its flags, its data.
type Step = (bool, u16, &'static [u8]);

/// How scans go: what is dropped from the end, or drawn again, makes the others.
const SCRIPTS: [&[Step]; 5] = [
    &[(true, SYN, b""), (false, RST_ACK, b""), (true, SYN, b""), (false, RST_ACK, b"")],
    &[(true, SYN, b""), (false, SYN_ACK, b""), (true, RST, b""), (true, RST_ACK, b"")],
    &[
        (true, SYN, b""),
        (false, SYN_ACK, b""),
        (true, ACK, b""),
        (false, PUSH, b"SSH-2.0-a\r\n"),
        (true, ACK, b""),
        (true, PUSH, b"SSH-2.0-b\r\n"),
        (false, ACK, b""),
        (true, FIN, b""),
        (false, FIN, b""),
        (true, ACK, b""),
    ],
    &[
        (true, SYN, b""),
        (false, SYN_ACK, b""),
        (true, PUSH, b"GET /\r\n"),
        (true, FIN, b""),
        (false, PUSH, b"no\r\n"),
        (true, RST, b""),
        (true, RST, b""),
    ],
    &[(false, SYN_ACK, b""), (true, RST, b""), (false, PUSH, b"SSH-2.0-a\r\n"), (true, ACK, b"")],
];

/// Something about one packet that is not as the script has it.
#[derive(Clone, Copy, Debug)]
enum Twist {
    Lost,
    Twice,
    Later(i64),
    Ttl(u8),
    Seq(i32),
    Ack(i32),
    Window(u16),
    Identified(u16),
    Flags(u16),
}

fn twist() -> impl Strategy<Value = (usize, Twist)> {
    let what = prop_oneof![
        Just(Twist::Lost),
        Just(Twist::Twice),
        prop::sample::select(vec![-2_000, 40, 900, 2_500, 30_000, 450_000, 700_000, 12_000_000])
            .prop_map(Twist::Later),
        prop::sample::select(vec![50, 63, 64, 128]).prop_map(Twist::Ttl),
        prop::sample::select(vec![-1, 1, 4, 100_000]).prop_map(Twist::Seq),
        prop::sample::select(vec![-1, 1, 4]).prop_map(Twist::Ack),
        prop::sample::select(vec![0, 9]).prop_map(Twist::Window),
        prop::sample::select(vec![0, 1, 77]).prop_map(Twist::Identified),
        prop::sample::select(vec![RST, RST_ACK, ACK]).prop_map(Twist::Flags),
    ];
    (0..10_usize, what)
}

/// A connection: how it goes, how far, and what is not as usual in it.
type Drawn = (usize, usize, Vec<(usize, Twist)>);

fn connections() -> impl Strategy<Value = Vec<Drawn>> {
    let twists = prop_oneof![2 => Just(Vec::new()), 3 => prop::collection::vec(twist(), 1..3)];
    prop::collection::vec((0..SCRIPTS.len(), 1..11_usize, twists), 1..120)
}

/// The packets of connection number `n`.
fn packets_of(n: u32, (script, length, twists): &Drawn) -> Vec<(Segment, &'static [u8])> {
    let mut micros = i64::from(n) * 1_000_003;
    let mut next = [n.wrapping_mul(0x9e37_79b9), n.wrapping_mul(0x85eb_ca6b)];
    let mut packets = Vec::new();
    for (index, &(client, flags, data)) in SCRIPTS[*script].iter().take(*length).enumerate() {
        micros += 1_100;
        let (own, other) = if client { (0, 1) } else { (1, 0) };
        let flags = Flags(flags);
        let mut segment = Segment {
            time: Timestamp::from_nanos(0),
            frame: FrameNo(0),
            seq: Seq(if flags.rst() && flags.ack() && index == 1 { 0 } else { next[own] }),
            ack: Seq(if flags.ack() { next[other] } else { 0 }),
            payload_len: data.len() as u32,
            ts_value: 0,
            ts_echo: 0,
            flow_label: 0,
            link_source: 1 + own as u32,
            flags,
            window: 500,
            ip_id: if flags.rst() { 0 } else { (n as u16).wrapping_add(index as u16) | 1 },
            mss: 0,
            traits: Traits(0),
            ttl: if client { 51 } else { 64 },
            tos: 0,
            window_scale: 0,
            from: if client { End::Low } else { End::High },
            checksum: Checksum::Good,
            mark: Mark::None,
        };
        let mut times = 1;
        for (_, twist) in twists.iter().filter(|(at, _)| *at == index) {
            match *twist {
                Twist::Lost => times = 0,
                Twist::Twice => times = 2,
                Twist::Later(by) => micros += by,
                Twist::Ttl(ttl) => segment.ttl = ttl,
                Twist::Seq(by) => segment.seq = segment.seq.advance(by as u32),
                Twist::Ack(by) => segment.ack = segment.ack.advance(by as u32),
                Twist::Window(window) => segment.window = window,
                Twist::Identified(id) => segment.ip_id = id,
                Twist::Flags(flags) => segment.flags = Flags(flags),
            }
        }
        next[own] = segment.end().0;
        for _ in 0..times {
            micros += 7;
            let time = Timestamp::from_nanos(micros * 1_000);
            packets.push((Segment { time, ..segment }, data));
        }
    }
    packets
}

fn table(connections: &[Drawn]) -> Table {
    let mut table = Table::new(Limits::default(), &[22]);
    let mut frame = 0;
    for (n, drawn) in (0..).zip(connections) {
        let client = Endpoint { addr: "192.0.2.1".parse().unwrap(), port: 30_000 + n as u16 };
        let server = Endpoint { addr: "192.0.2.2".parse().unwrap(), port: 22 };
        let (key, _) = FlowKey::new(client, server);
        for (segment, payload) in packets_of(n, drawn) {
            frame += 1;
            let segment = Segment { frame: FrameNo(frame), ..segment };
            table.handle(&Packet { key, place: Place::default(), segment, payload }, &mut |_, _, _| {});
        }
    }
    table
}

proptest! {
    #[test]
    fn connections_of_one_sketch_are_of_one_shape(connections in connections(), more in 0..2_000_i64) {
        let (limits, table) = (Limits::default(), table(&connections));
        let (shapes, mut desk) = (Shapes::default(), Desk::default());
        let end = Timestamp::from_nanos((connections.len() as i64 - 1) * 1_000_003_000 + more * 1_000_000);
        let mut known: BTreeMap<u64, u64> = BTreeMap::new();
        for (index, kept) in table.flows().iter().enumerate() {
            let Some(sketch) = desk.sketch(kept.packets(), &shapes).filter(|it| it.is_before(end)) else { continue };
            let mut slot = Slot::default();
            let tell = &mut |_: FlowId, at: Moment, event: Event<'_>| slot.feed(&limits, at, event);
            let flow = table.replay(FlowId(index as u32), tell).unwrap();
            let transcript = slot.has_spoken().then(|| slot.transcript(&limits));
            let shape = shapes.of(&flow, transcript.as_ref(), end);
            prop_assert_eq!((sketch.client, sketch.start), (flow.client, flow.start()));
            prop_assert_eq!(sketch.shape(*known.entry(sketch.hash).or_insert(shape.own)), shape);
            for side in Side::BOTH {
                prop_assert_eq!(desk.sight(flow.end(side)), Sight::of(&flow, side));
            }
        }
    }
}

#[test]
fn what_scans_do_all_day_has_a_sketch() {
    let usual: Vec<Drawn> = (0..SCRIPTS.len()).map(|script| (script, 3, Vec::new())).collect();
    let table = table(&usual);
    let mut desk = Desk::default();
    let sketched = |kept: &Kept| desk.sketch(kept.packets(), &Shapes::default()).is_some();
    assert!(table.flows().iter().all(sketched));
}

/// The part that has taken the first `count` packets of a connection which is tried again after it was refused.
fn tried_again(count: usize) -> Vec<Shard> {
    let limits = Limits::default();
    let mut parts = Shard::several(1, limits, &[22]);
    let client = Endpoint { addr: "192.0.2.1".parse().unwrap(), port: 30_000 };
    let server = Endpoint { addr: "192.0.2.2".parse().unwrap(), port: 22 };
    let (key, _) = FlowKey::new(client, server);
    let hash = parts[0].table.hash(&key);
    for (mut segment, payload) in packets_of(0, &(0, count, Vec::new())) {
        if segment.flags.is_syn() {
            segment.seq = Seq(7);
        }
        parts[0].handle(hash, &Packet { key, place: Place::default(), segment, payload }, &limits);
    }
    parts
}

#[test]
fn a_packet_after_the_end_makes_what_was_sketched_void() {
    assert!(View::of(&tried_again(2)).sketch(0).is_some());
    let parts = tried_again(3);
    assert_eq!(parts[0].table.flows().len(), 1, "the same packet opens nothing new");
    assert!(View::of(&parts).sketch(0).is_none());
}
