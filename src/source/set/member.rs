//! One open file of a set.

use super::Taken;
use super::places::Identity;
use super::twins::{Twin, are_of_one_time};
use crate::frame::FrameNo;
use crate::source::batch::{Batch, Head};
use crate::source::{Opened, Source};
use crate::units::{Elapsed, Timestamp};

/// Longest time that one file of a rotated set can reach into the next: frames of several queues or processors are written a
/// little out of order.
const OVERLAP: Elapsed = Elapsed::from_secs(1);

/// A file that is being read.
pub(super) struct Member {
    pub(super) reader: Opened,
    /// How many files were opened before it.
    pub(super) index: usize,
    /// The time of its first frame.
    pub(super) first: Option<Timestamp>,
    pub(super) late: bool,
    batch: Batch,
    /// The batch behind it, if somebody wanted to know whether there is one.
    ahead: Option<Batch>,
    /// The next frame of `batch`.
    at: usize,
    is_over: bool,
    /// The last number that the file itself gave.
    own_number: u64,
    /// The place of each of its interfaces, as far as they are known.
    places: Vec<Option<u16>>,
    numbers: Option<(FrameNo, FrameNo)>,
    twins: u64,
    twin_of: Option<usize>,
}

impl Member {
    pub(super) fn new(reader: Opened) -> Self {
        let mut member = Self {
            reader,
            index: 0,
            first: None,
            late: false,
            batch: Batch::new(),
            ahead: None,
            at: 0,
            is_over: false,
            own_number: 0,
            places: Vec::new(),
            numbers: None,
            twins: 0,
            twin_of: None,
        };
        member.first = member.time();
        member
    }

    /// The time of its next frame, for which it may have to be read on; `None` at its end.
    pub(super) fn time(&mut self) -> Option<Timestamp> {
        if self.at >= self.batch.len() && !self.is_over {
            self.at = 0;
            match self.ahead.take() {
                Some(ahead) => self.batch = ahead,
                None => self.is_over = !self.reader.read_batch(&mut self.batch),
            }
        }
        self.batch.heads.get(self.at).map(|head| head.time)
    }

    /// Whether no frame of its batch was given yet.
    pub(super) const fn is_whole(&self) -> bool {
        self.at == 0
    }

    /// Whether a frame of its batch is of `time` or later, or may be a twin of one of that time.
    pub(super) fn reaches(&self, time: Timestamp) -> bool {
        self.batch.heads.iter().any(|head| head.time >= time || are_of_one_time(head.time, time))
    }

    /// Whether it ends so soon after `first`, the first time of another file, that the other is its continuation.
    pub(super) fn gives_way(&mut self, first: Timestamp) -> bool {
        if !self.is_over && self.ahead.is_none() {
            let mut ahead = Batch::new();
            if self.reader.read_batch(&mut ahead) {
                self.ahead = Some(ahead);
            } else {
                self.is_over = true;
            }
        }
        let last = self.batch.heads.iter().map(|head| head.time).max();
        let (Some(last), Some(begun), true) = (last, self.first, self.is_over) else { return false };
        let (overlap, span) = (last.since(first), last.since(begun));
        overlap <= OVERLAP && overlap.as_nanos() <= span.as_nanos() / 10
    }

    /// Gives its whole batch, and takes an empty one for it. `next`: the number of the set's next frame.
    pub(super) fn give_all(&mut self, batch: &mut Batch, next: &mut FrameNo) {
        std::mem::swap(&mut self.batch, batch);
        self.at = 0;
        let last = batch.heads.last().map_or(0, |head| u64::from(head.after_first));
        let own = batch.first.0;
        batch.first = FrameNo(next.0 + own.saturating_sub(self.own_number + 1));
        self.own_number = own + last;
        self.numbered(batch.first);
        self.numbered(FrameNo(batch.first.0 + last));
        *next = FrameNo(batch.first.0 + last + 1);
    }

    /// Gives its next frame, for which a number of the set is used up, and more for records before it that hold none.
    pub(super) fn give_one(&mut self, next: &mut FrameNo) -> Option<(Head, &[u8])> {
        let head = *self.batch.heads.get(self.at)?;
        let own = self.batch.first.0 + u64::from(head.after_first);
        next.0 += own.saturating_sub(self.own_number);
        self.own_number = own;
        self.at += 1;
        let octets = self.batch.octets.get(head.start as usize..)?.get(..head.len as usize)?;
        Some((head, octets))
    }

    /// A frame of it has this number in the set.
    pub(super) fn numbered(&mut self, number: FrameNo) {
        self.numbers = Some((self.numbers.map_or(number, |(first, _)| first), number));
    }

    /// A frame of its interface `local` is also in another file: then both were captured at one place.
    pub(super) fn is_twin(&mut self, local: u16, twin: Twin) {
        self.twins += 1;
        self.twin_of.get_or_insert(twin.file);
        if self.place(local).is_none() {
            self.set_place(local, twin.place);
        }
    }

    /// The place of its interface `local`, if it is known.
    pub(super) fn place(&self, local: u16) -> Option<u16> {
        self.places.get(usize::from(local)).copied().flatten()
    }

    pub(super) fn set_place(&mut self, local: u16, place: u16) {
        let local = usize::from(local);
        if local >= self.places.len() {
            self.places.resize(local + 1, None);
        }
        if let Some(known) = self.places.get_mut(local) {
            *known = Some(place);
        }
    }

    /// What tells its interface `local` from those of other captures.
    pub(super) fn identity(&self, local: u16) -> Identity {
        let interface = self.reader.interface(local);
        Identity {
            format: self.reader.format(),
            local,
            link: interface.map(|interface| interface.link),
            snaplen: interface.map(|interface| interface.snaplen),
            name: interface.and_then(|interface| interface.name.clone()),
        }
    }

    /// Its index, what was read of it, and how many numbers it uses behind its last frame.
    pub(super) fn close(self) -> (usize, Taken, u64) {
        let summary = self.reader.summary();
        let unused = summary.numbers.saturating_sub(self.own_number);
        let Self { index, numbers, twins, twin_of, late, .. } = self;
        (index, Taken { summary, numbers, twins, twin_of, late }, unused)
    }
}
