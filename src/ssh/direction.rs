//! One direction of the connection: from its first octet to its last.

use super::exchange::Exchange;
use super::identification::{self, Line, LineReader, Version};
use super::message::{self, Order};
use super::packet::PacketReader;
use super::rule;
use super::seek::Seek;
use super::session::Arrival;
use super::suite::{Habits, PaddingStyle, Suite};
use super::text::Head;
use super::transcript::{Banner, Mark, Party, Side, StrayText};
use super::walk::Walk;
use crate::limits::Limits;

/// What the next octets are.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// Lines, up to the identification string.
    Identification(LineReader),
    /// Packets in clear.
    Packets(PacketReader),
    /// Encrypted packets with readable lengths.
    Walk(Walk),
    /// Encrypted, without readable lengths; `whole` while the walk was never lost and no octet is missing.
    Opaque { suite: Option<Suite>, whole: bool },
    /// Unknown, as octets before are missing. Looked at again at the start of the next frame's data.
    Seeking(Box<Seek>),
    /// Not SSH, or SSH whose framing is lost; `text` while the beginning is collected.
    Foreign { text: bool },
}

/// What is nothing wrong without strict key exchange.
#[derive(Clone, Debug, Default)]
pub(super) struct Loose {
    /// The first packet, where it is no KEXINIT.
    pub(super) first_packet: Option<(u8, Mark)>,
    /// The first IGNORE, DEBUG or UNIMPLEMENTED in clear.
    pub(super) chatter: Option<(u8, Mark)>,
}

/// One direction's state.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug)]
pub(super) struct Direction {
    pub(super) side: Side,
    pub(super) stage: Stage,
    /// Octets of the stream so far, missing ones included.
    pub(super) offset: u64,
    pub(super) party: Party,
    pub(super) order: Order,
    /// What may turn out to be stray text.
    pub(super) head: Option<Box<Head>>,
    /// Text stood where a packet should be.
    pub(super) text_for_packet: bool,
    /// `first_kex_packet_follows` was set.
    pub(super) guesses: bool,
    /// What strict key exchange does not allow, where there is any.
    pub(super) loose: Option<Box<Loose>>,
    /// Octets since sight was lost.
    pub(super) unread: u64,
    pub(super) end: Option<Mark>,
    /// Something of it is in the capture, were it only the size of a segment.
    pub(super) seen: bool,
    /// Its stream is counted from its first octet.
    pub(super) from_start: bool,
    /// The next octets are taken for the side's first unless they look otherwise.
    pub(super) likely_first: bool,
}

pub(super) const fn mark(at: Arrival, offset: u64) -> Mark {
    Mark { frame: at.frame, time: at.time, offset }
}

impl Direction {
    pub(super) fn new(side: Side, midstream: bool, limits: &Limits) -> Self {
        let stage = if midstream {
            Stage::Seeking(Box::default())
        } else {
            Stage::Identification(LineReader::new(limits.banner_octets, 0))
        };
        Self {
            side,
            stage,
            offset: 0,
            party: Party::default(),
            order: Order::new(midstream),
            head: None,
            text_for_packet: false,
            guesses: false,
            loose: None,
            unread: 0,
            end: None,
            seen: false,
            from_start: !midstream,
            likely_first: false,
        }
    }

    /// What its next octets meet.
    pub(super) const fn foresee(&self) -> (u64, u64, bool) {
        (self.offset, self.party.cipher_octets, matches!(self.stage, Stage::Walk(_)))
    }

    /// Takes octets that arrived in order.
    pub(super) fn data(&mut self, at: Arrival, octets: &[u8], exchange: &mut Exchange) {
        self.seen = true;
        let mut rest = octets;
        while !rest.is_empty() {
            let used = self.step(at, rest, exchange);
            self.offset += used as u64;
            rest = rest.get(used..).unwrap_or_default();
        }
    }

    /// Lets octets pass that the capture does not hold. `one_segment`: they arrived as one segment at `at`.
    pub(super) fn hole(&mut self, at: Arrival, octets: u64, one_segment: bool, exchange: &mut Exchange) {
        self.seen |= one_segment;
        let mut rest = octets;
        while rest > 0 {
            let used = self.skip(at, rest, one_segment, exchange);
            self.offset += used;
            rest -= used.min(rest);
        }
    }

    /// Takes the direction's end; the first one counts.
    pub(super) fn end(&mut self, at: Arrival) {
        self.end.get_or_insert(mark(at, self.offset));
    }

    /// This side's part of the transcript; adds violations that only show in retrospect.
    pub(super) fn conclude(mut self, exchange: &mut Exchange) -> Party {
        self.party.cut_inside_packet = self.cut_inside_packet();
        let mut party = std::mem::take(&mut self.party);
        party.offer.clone_from(exchange.offers.of(self.side));
        match &self.stage {
            // An identification string that has not ended yet is no stray text.
            Stage::Identification(reader) if identification::looks_like_ssh(reader.unfinished()) => {}
            Stage::Identification(_) | Stage::Foreign { text: true } => {
                party.stray = party.stray.or_else(|| self.stray());
            }
            Stage::Seeking(seek) => {
                let held = seek.head().len() as u64;
                party.cipher_octets =
                    if party.newkeys.is_some() { party.cipher_octets } else { self.unread } + held;
            }
            Stage::Walk(walk) if walk.is_again() && party.newkeys.is_none() => {
                party.cipher_octets += self.unread;
            }
            _ => {}
        }
        self.judge_identification(&mut party, exchange);
        // What sshd writes in words when it refuses is its way to say so, not a broken rule.
        let unknown_text = party.stray.as_ref().filter(|stray| self.text_for_packet && stray.known.is_none());
        if let Some(stray) = unknown_text {
            let detail = format!("`{}`", excerpt(&stray.text));
            exchange.violation(self.side, stray.mark, rule::TEXT_FOR_PACKET, detail);
        }
        if exchange.is_strict() == Some(true) && !self.order.incomplete {
            self.judge_strictly(exchange);
        }
        party
    }

    /// Rules of the identification string. Whether one is broken depends on the peer, too: what it goes on with, it
    /// has taken.
    fn judge_identification(&self, party: &mut Party, exchange: &mut Exchange) {
        let Some(Banner { line, mark }) = &party.banner else { return };
        if exchange.versions.of(self.side).is_none() {
            return;
        }
        if !*exchange.kex_begun.of(!self.side) {
            for (rule, detail) in identification::faults(self.side, line) {
                exchange.violation(self.side, *mark, rule, detail);
            }
        }
        if Version::of(line) == Version::One {
            match identification::version_fault(self.side, line, *exchange.versions.of(!self.side)) {
                Some(detail) => exchange.violation(self.side, *mark, rule::VERSION_UNSUPPORTED, detail),
                // Version 1 is not read; what follows its identification string is its own.
                None => party.stray = None,
            }
        }
    }

    /// Rules that hold only where both offers announce strict key exchange.
    fn judge_strictly(&self, exchange: &mut Exchange) {
        let Some(loose) = &self.loose else { return };
        if let Some((number, here)) = loose.first_packet {
            let detail = format!("the first packet is message {number} ({})", message::name(number));
            exchange.violation(self.side, here, rule::STRICT_FIRST_PACKET, detail);
        }
        if let Some((number, here)) = loose.chatter {
            exchange.violation(self.side, here, rule::STRICT_UNEXPECTED, message::name(number).to_owned());
        }
    }

    /// Whether the stream ends inside a packet, where that can be told.
    fn cut_inside_packet(&self) -> Option<bool> {
        match &self.stage {
            Stage::Packets(reader) => Some(reader.inside_packet()),
            Stage::Walk(walk) => Some(walk.inside_packet()),
            Stage::Opaque { suite: Some(suite), whole: true } => {
                (!suite.can_be_whole(self.party.cipher_octets)).then_some(true)
            }
            _ => None,
        }
    }

    /// Whether the contents of more octets are of use.
    pub(super) fn wants_octets(&self) -> bool {
        match self.stage {
            Stage::Identification(_) | Stage::Packets(_) | Stage::Walk(_) | Stage::Seeking(_) => true,
            Stage::Opaque { .. } => false,
            Stage::Foreign { text } => text && self.head.as_ref().is_none_or(|head| head.wants_more()),
        }
    }

    fn step(&mut self, at: Arrival, octets: &[u8], exchange: &mut Exchange) -> usize {
        match &mut self.stage {
            Stage::Identification(_) => self.identify(at, octets, exchange),
            Stage::Packets(reader) => {
                let (used, step) = reader.take(octets);
                self.clear(at, step, self.offset + used as u64, exchange);
                used
            }
            Stage::Walk(walk) => {
                let (used, met) = walk.take(octets);
                self.party.cipher_octets += used as u64;
                self.met(at, met, exchange);
                used
            }
            Stage::Opaque { .. } => {
                self.party.cipher_octets += octets.len() as u64;
                exchange.encrypted.segment(
                    exchange.role(self.side),
                    mark(at, self.offset),
                    octets.len() as u64,
                );
                octets.len()
            }
            Stage::Seeking(_) => self.seek(at, octets, exchange),
            Stage::Foreign { text } => {
                if *text {
                    self.head.get_or_insert_default().add(octets, mark(at, self.offset));
                }
                octets.len()
            }
        }
    }

    /// Takes octets of the identification string, or of a line before it.
    fn identify(&mut self, at: Arrival, octets: &[u8], exchange: &mut Exchange) -> usize {
        let Stage::Identification(reader) = &mut self.stage else { return octets.len() };
        let start = reader.offset();
        let too_long = reader.grows_too_long(octets);
        let (used, line) = reader.take(octets);
        self.head.get_or_insert_default().add(octets.get(..used).unwrap_or_default(), mark(at, self.offset));
        if let Some((rule, detail)) = too_long {
            exchange.violation(self.side, mark(at, start), rule, detail.to_owned());
        }
        if let Some(line) = line {
            self.line(mark(at, start), line, self.offset + used as u64, exchange);
        }
        used
    }

    fn skip(&mut self, at: Arrival, octets: u64, one_segment: bool, exchange: &mut Exchange) -> u64 {
        let here = mark(at, self.offset);
        match &mut self.stage {
            Stage::Identification(reader) => {
                let line = reader.unfinished();
                if self.party.banner.is_none() && line.starts_with(b"SSH-") {
                    self.party.banner = Some(Banner { line: line.to_vec(), mark: here });
                } else if self.side == Side::Client
                    && !line.is_empty()
                    && !identification::looks_like_ssh(line)
                {
                    // A server may say what it likes before its identification string, a client may not.
                    self.keep_stray();
                }
                self.lose_sight(at);
                octets
            }
            Stage::Packets(reader) => {
                let (used, step) = reader.skip(octets);
                self.clear(at, step, self.offset + used, exchange);
                used
            }
            Stage::Walk(walk) => {
                let (used, met) = walk.skip(octets);
                self.party.cipher_octets += used;
                self.met(at, met, exchange);
                used
            }
            Stage::Opaque { whole, .. } => {
                self.party.cipher_octets += octets;
                if one_segment || exchange.encrypted.continues(exchange.role(self.side), here) {
                    exchange.encrypted.segment(exchange.role(self.side), here, octets);
                } else {
                    *whole = false;
                    exchange.encrypted.gap(exchange.role(self.side));
                }
                octets
            }
            Stage::Seeking(_) => {
                self.skip_unread(at, octets, one_segment, exchange);
                octets
            }
            Stage::Foreign { .. } => octets,
        }
    }

    /// The next octets need not be the side's first. If it is `likely` that they are, what is neither a packet nor an
    /// identification string is read as the beginning all the same.
    pub(super) fn start_late(&mut self, likely: bool) {
        self.order.incomplete = true;
        self.from_start = false;
        self.likely_first = likely;
        self.stage = Stage::Seeking(Box::default());
    }

    /// Goes on without knowing what comes next.
    pub(super) fn lose_sight(&mut self, at: Arrival) {
        self.order.incomplete = true;
        self.stage = Stage::Seeking(Box::new(Seek::behind(Some(at.frame))));
    }

    /// What follows is in another segment, though it comes with the same frame.
    pub(super) const fn close_segment(&mut self) {
        if let Stage::Seeking(seek) = &mut self.stage {
            seek.close_segment();
        }
    }

    /// Takes a line that began at `here`; the next octet is at `behind`.
    fn line(&mut self, here: Mark, line: Line, behind: u64, exchange: &mut Exchange) {
        match line {
            Line::Identification(line) => {
                *exchange.padding.of_mut(self.side) = PaddingStyle::of(&line);
                *exchange.habits.of_mut(self.side) = Some(Habits::of(&line));
                let version = Version::of(&line);
                *exchange.versions.of_mut(self.side) = Some(version);
                if version.is_2() {
                    // Lines before are a server's right, and stray text from a client.
                    if self.side == Side::Client && !self.party.lines_before.is_empty() {
                        self.keep_stray();
                    }
                    self.head = None;
                    self.stage = Stage::Packets(PacketReader::new(behind, exchange.bounds.ssh_packet_octets));
                } else {
                    self.stage = Stage::Foreign { text: true };
                }
                self.party.banner = Some(Banner { line, mark: here });
            }
            Line::Other(line) => {
                if self.side == Side::Client && self.party.lines_before.is_empty() {
                    let detail = format!("the client begins with `{}`", excerpt(&line));
                    exchange.violation(self.side, here, rule::NOT_IDENTIFIED, detail);
                }
                if self.party.lines_before.len() < exchange.bounds.lines_before_banner {
                    self.party.lines_before.push(line);
                }
            }
            Line::NotText => {
                let detail = format!("the {} begins with octets that are no line of text", self.side.word());
                exchange.violation(self.side, here, rule::NOT_IDENTIFIED, detail);
                self.stage = Stage::Foreign { text: true };
            }
        }
    }

    /// Keeps what was collected as stray text.
    pub(super) fn keep_stray(&mut self) {
        if self.party.stray.is_none() {
            self.party.stray = self.stray();
        }
    }

    fn stray(&self) -> Option<Box<StrayText>> {
        self.head.as_ref()?.stray().map(Box::new)
    }
}

/// The beginning of a line, safe to show.
pub(super) fn excerpt(line: &[u8]) -> String {
    line.get(..60).unwrap_or(line).escape_ascii().to_string()
}
