//! Captures of the lab, changed frame by frame.

use std::cell::RefCell;
use std::collections::BTreeMap;

use sshrst::frame::{Mark, Place};

use super::recording::packet::{Packet, Sum};
use super::recording::{Recorded, Recording, slugs};
use super::script::Script;

/// Headers end before this place of a frame; the data behind them are mostly cipher.
const HEADERS: usize = 90;

/// Frames of a changed capture at most.
const MOST: usize = 600;

thread_local! {
    /// The captures that were read so far.
    static READ: RefCell<(Vec<String>, BTreeMap<usize, Recording>)> = RefCell::default();
}

/// The capture that `script` chooses.
fn chosen(script: &mut Script<'_>) -> Recording {
    READ.with_borrow_mut(|(names, read)| {
        if names.is_empty() {
            *names = slugs();
        }
        let index = script.below(names.len());
        read.entry(index).or_insert_with(|| Recording::load(&names[index]).unwrap()).clone()
    })
}

/// A capture, changed as `script` says up to its end. Frames are numbered as they then stand.
pub(crate) fn changed(script: &mut Script<'_>) -> Recording {
    let mut recording = chosen(script);
    while !script.is_over() {
        change(&mut recording, script);
    }
    (1..).zip(&mut recording.frames).for_each(|(number, frame)| frame.number = number);
    recording
}

/// Does one thing to it.
fn change(recording: &mut Recording, script: &mut Script<'_>) {
    let what = script.octet();
    let frames = &mut recording.frames;
    if frames.is_empty() {
        return;
    }
    let which = script.below(frames.len());
    match what % 16 {
        place @ 0..=4 => move_frames(frames, which, place, script),
        time @ 5..=7 => change_times(frames, which, time, script),
        octets @ 8..=12 => change_octets(&mut frames[which], octets, script),
        _ => change_field(&mut frames[which], what & 16 == 0, script),
    }
}

/// Swaps, drops, doubles, or puts another capture between.
fn move_frames(frames: &mut Vec<Recorded>, which: usize, what: u8, script: &mut Script<'_>) {
    match what {
        0 => {
            let other = script.below(frames.len());
            frames.swap(which, other);
        }
        1 => _ = frames.remove(which),
        2 => {
            let end = (which + script.below(256)).min(frames.len());
            frames.drain(which..end);
        }
        3 if frames.len() < MOST => {
            let mut copy = frames[which].clone();
            copy.time = copy.time.wrapping_add(script.apart());
            frames.insert(script.below(frames.len()), copy);
        }
        _ => {
            let mut other = chosen(script).frames;
            let (start, shift) = (frames[which].time, script.apart());
            let first = other.first().map_or(0, |frame| frame.time);
            for frame in &mut other {
                frame.time = frame.time.wrapping_sub(first).wrapping_add(start).wrapping_add(shift);
            }
            frames.splice(which..which, other);
            frames.truncate(MOST);
        }
    }
}

fn change_times(frames: &mut [Recorded], which: usize, what: u8, script: &mut Script<'_>) {
    let apart = script.apart();
    match what {
        5 => frames[which].time = frames[which].time.wrapping_add(apart),
        6 => frames[which..].iter_mut().for_each(|frame| frame.time = frame.time.wrapping_add(apart)),
        _ => frames[which].time = [i64::MIN, i64::MAX, 0, -1, u32::MAX.into()][script.below(5)],
    }
}

fn change_octets(frame: &mut Recorded, what: u8, script: &mut Script<'_>) {
    let at = script.below(HEADERS);
    match what {
        8 => frame.data.truncate(at),
        9 => frame.data.get_mut(at).into_iter().for_each(|octet| *octet ^= 1 << script.below(8)),
        10 => frame.data.get_mut(at).into_iter().for_each(|octet| *octet = script.octet()),
        11 => frame.wire_len = script.number::<4>() as u32,
        _ => {
            frame.place = Place { interface: u16::from(script.octet() % 4), cooked: 0 };
            frame.mark = [Mark::None, Mark::Inbound, Mark::Outbound][script.below(3)];
        }
    }
}

/// Changes the data, or a field of TCP or IP; the checksum is put right if `right`.
fn change_field(frame: &mut Recorded, right: bool, script: &mut Script<'_>) {
    let Some(packet) = Packet::of(frame) else { return };
    let (ip, tcp) = (packet.ip, packet.tcp);
    let ttl = if packet.v6 { ip + 7 } else { ip + 8 };
    let fields = [(tcp + 13, 1), (tcp + 4, 4), (tcp + 8, 4), (tcp + 14, 2), (ttl, 1), (ip + 1, 1), (tcp, 4)];
    match fields.get(script.below(fields.len() + 2)) {
        Some(&(at, octets)) => {
            let value = script.number::<4>().to_be_bytes();
            frame.data[at..at + octets].copy_from_slice(&value[8 - octets..]);
        }
        None => packet.set_payload(frame, script.piece()),
    }
    if let (true, Some(packet)) = (right, Packet::of(frame)) {
        packet.set_sum(frame, Sum::Good);
    }
}
