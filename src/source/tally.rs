//! What is counted while an input is read: numbers, interfaces, damage.

use super::damage::{Cost, Damage, Fault};
use super::summary::Interface;
use crate::frame::FrameNo;
use crate::limits::Limits;
use crate::units::Timestamp;

/// The running counts of one input; its [`Summary`](super::Summary) is made of them.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// The number of the next frame.
    pub(super) next: FrameNo,
    pub(super) limits: Limits,
    pub(super) frames: u64,
    pub(super) untimed: u64,
    pub(super) comments: u64,
    pub(super) sections: u32,
    pub(super) interfaces: Vec<Interface>,
    pub(super) damage: Vec<Damage>,
    pub(super) damages: u64,
    pub(super) complete: bool,
    /// The time of the last frame that had one.
    pub(super) last_time: Timestamp,
}

impl Tally {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            next: FrameNo(1),
            limits,
            frames: 0,
            untimed: 0,
            comments: 0,
            sections: 0,
            interfaces: Vec::new(),
            damage: Vec::new(),
            damages: 0,
            complete: true,
            last_time: Timestamp::default(),
        }
    }

    /// Uses up a number without a frame.
    pub(super) const fn skip_number(&mut self) {
        self.next = FrameNo(self.next.0 + 1);
    }

    /// Notes a damage.
    pub(super) fn damaged(&mut self, offset: u64, part: &'static str, cost: Cost, fault: Fault) {
        self.damages = self.damages.saturating_add(1);
        self.complete &= cost == Cost::Detail;
        if self.damage.len() < self.limits.damages {
            self.damage.push(Damage { offset, part, fault, cost, frames_before: self.frames });
        }
    }

    /// Takes an interface in, and gives its index; `None` if there are too many.
    pub(super) fn interface(&mut self, interface: Interface) -> Option<u16> {
        let index = u16::try_from(self.interfaces.len()).ok()?;
        if usize::from(index) >= self.limits.interfaces {
            return None;
        }
        self.interfaces.push(interface);
        Some(index)
    }

    /// The interface with an index that [`Tally::interface`] gave.
    pub(super) fn interface_at(&mut self, index: u16) -> Option<&mut Interface> {
        self.interfaces.get_mut(usize::from(index))
    }
}
