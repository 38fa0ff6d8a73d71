//! Which interfaces of several files are one place of the capture.

use std::collections::BTreeMap;

use crate::frame::LinkType;
use crate::source::Format;

/// What the files of a rotated set have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) format: Format,
    /// Index of the interface in its file.
    pub(super) local: u16,
    pub(super) link: Option<LinkType>,
    pub(super) snaplen: Option<u32>,
    pub(super) name: Option<String>,
}

/// The places of all files so far, with the file that was last seen there.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<u16, (Identity, usize)>);

impl Places {
    /// The last place with this identity whose file has `made_way` for another; from now on it is `file`'s.
    pub(super) fn take_over(
        &mut self,
        identity: &Identity,
        file: usize,
        mut made_way: impl FnMut(usize) -> bool,
    ) -> Option<u16> {
        let mut alike = self.0.iter_mut().rev().filter(|(_, (known, _))| known == identity);
        let (&place, (_, owner)) = alike.find(|(_, (_, owner))| made_way(*owner))?;
        *owner = file;
        Some(place)
    }

    /// A new place for interface `local` of `file`: behind those of other files, in the order of its own.
    pub(super) fn allot(&mut self, identity: Identity, file: usize, local: u16) -> u16 {
        let others = self.0.iter().filter(|(_, (_, owner))| *owner != file);
        let first = others.map(|(place, _)| place.saturating_add(1)).max().unwrap_or_default();
        let wanted = first.saturating_add(local);
        let free = (wanted..=u16::MAX).find(|place| !self.0.contains_key(place)).unwrap_or(u16::MAX);
        self.0.insert(free, (identity, file));
        free
    }
}
