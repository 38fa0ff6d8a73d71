//! The last frames of a capture, in so much memory.

use std::collections::VecDeque;

use crate::frame::{Frame, FrameNo, LinkType, Mark, Place};
use crate::units::Timestamp;

/// Holds the last frames.
#[derive(Debug)]
pub struct Ring {
    frames: VecDeque<Held>,
    octets: usize,
    most: usize,
}

#[derive(Debug)]
struct Held {
    number: FrameNo,
    time: Timestamp,
    link: LinkType,
    place: Place,
    mark: Mark,
    wire_len: u32,
    data: Box<[u8]>,
}

/// What a frame takes beside its octets: the entry, and the allocator's share.
const ENTRY: usize = size_of::<Held>() + 16;

impl Ring {
    /// An empty ring for frames of so many octets, what they are held in included.
    pub const fn new(most: usize) -> Self {
        Self { frames: VecDeque::new(), octets: 0, most }
    }

    /// Holds `frame`; the oldest go for it.
    pub fn push(&mut self, frame: &Frame<'_>) {
        let Frame { number, time, link, place, mark, wire_len, data } = *frame;
        self.octets += ENTRY + data.len();
        self.frames.push_back(Held { number, time, link, place, mark, wire_len, data: data.into() });
        while self.octets > self.most
            && let Some(gone) = self.frames.pop_front()
        {
            self.octets -= ENTRY + gone.data.len();
        }
    }

    /// The frames that are held, in the order of the capture.
    pub fn frames(&self) -> impl ExactSizeIterator<Item = Frame<'_>> {
        self.frames.iter().map(|held| Frame {
            number: held.number,
            time: held.time,
            link: held.link,
            place: held.place,
            mark: held.mark,
            wire_len: held.wire_len,
            data: &held.data,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_frames_stay_and_the_size_is_kept() {
        let mut ring = Ring::new(3 * (ENTRY + 100));
        for number in 1..=10 {
            ring.push(&Frame {
                number: FrameNo(number),
                time: Timestamp::default(),
                link: LinkType::ETHERNET,
                place: Place::default(),
                mark: Mark::None,
                wire_len: 100,
                data: &[number as u8; 100],
            });
        }
        let held: Vec<(u64, u8)> = ring.frames().map(|frame| (frame.number.0, frame.data[0])).collect();
        assert_eq!(held, [(8, 8), (9, 9), (10, 10)]);
    }
}
