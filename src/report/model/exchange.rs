//! The frames that tell the story of a session.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::build::{round, seconds};
use crate::case::{Case, Ending};
use crate::flow::{Flow, Side};
use crate::frame::FrameNo;
use crate::report::escape::excerpt;
use crate::report::ladder::title;
use crate::report::moment;
use crate::ssh::{Mark, Party};
use crate::units::Timestamp;
use crate::wire::{IcmpError, Segment};

/// One frame of the story.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Step {
    /// Its number.
    pub frame: u64,
    /// When it passed.
    pub time: String,
    /// Seconds since the session's first frame.
    pub at_s: f64,
    /// Whose address it carries, `client` or `server`; `network` for an ICMP error about the session.
    pub side: &'static str,
    /// `syn`, `syn-ack`, `ack`, `banner`, `text`, `kexinit`, `kex-message`, `newkeys`, `disconnect`, `service-accept`, `logged-in`,
    /// `data`, `fin`, `rst`, `icmp-error`.
    pub what: &'static str,
    /// What it holds, or why it is told; empty where `what` says it all.
    pub note: String,
    /// The silence that it ended, seconds; only of the longest that was survived and of the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_silence_s: Option<f64>,
    /// Frames of the session between the step before and this one that are not told.
    pub skipped: u64,
}

/// Most steps that are told: a diagram with more is not read.
const STEPS: usize = 30;

/// Resets that are told beside the decisive one; a forger sends dozens.
const RESETS: usize = 4;

/// A frame with what is to be told of it, by how much the story needs it.
struct Scene {
    rank: u8,
    time: Timestamp,
    side: &'static str,
    what: &'static str,
    notes: Vec<String>,
    octets: u32,
}

/// How much the story needs a frame.
const DECISIVE: u8 = 0;
const TURN: u8 = 1;
const COLOUR: u8 = 2;

/// The story of `case`, at most [`STEPS`] frames.
pub(super) fn of(case: &Case) -> Vec<Step> {
    let segments = case.flow.timeline.segments().collect();
    let mut story = Story { flow: &case.flow, segments, scenes: BTreeMap::new() };
    story.handshake();
    for side in Side::BOTH {
        story.in_clear(side, case.transcript.party.of(side));
    }
    story.in_cipher(case);
    story.silences(case);
    story.end(case);
    story.told(case)
}

impl Scene {
    fn note(&self) -> String {
        let octets = (self.what == "data").then(|| format!("{} octets", self.octets));
        octets.iter().chain(&self.notes).map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

struct Story<'a> {
    flow: &'a Flow,
    /// Those that the flow kept, in the order of their frames.
    segments: Vec<Segment>,
    scenes: BTreeMap<FrameNo, Scene>,
}

impl Story<'_> {
    /// Tells a frame that the flow kept; what was told of it before stays, joined with this.
    fn tell(&mut self, frame: FrameNo, rank: u8, note: &str) {
        if let Some(segment) = self.kept(frame) {
            let what = kind(&segment);
            self.add(frame, segment.time, self.flow.side(segment.from).word(), what, rank, note);
        }
    }

    fn kept(&self, frame: FrameNo) -> Option<Segment> {
        let index = self.segments.binary_search_by_key(&frame, |segment| segment.frame).ok()?;
        self.segments.get(index).copied()
    }

    /// Tells a message of SSH.
    fn message(&mut self, side: Side, mark: Mark, what: &'static str, rank: u8, note: &str) {
        self.add(mark.frame, mark.time, side.word(), what, rank, note);
    }

    fn add(
        &mut self,
        frame: FrameNo,
        time: Timestamp,
        side: &'static str,
        what: &'static str,
        rank: u8,
        note: &str,
    ) {
        let octets = self.kept(frame).map_or(0, |segment| segment.payload_len);
        let scene =
            self.scenes.entry(frame).or_insert(Scene { rank, time, side, what, notes: Vec::new(), octets });
        scene.rank = scene.rank.min(rank);
        if what != scene.what && !is_plain(what) {
            // Two messages in one frame: the first names it.
            if is_plain(scene.what) { scene.what = what } else { scene.notes.push(title(what).to_owned()) }
        }
        if !note.is_empty() && !scene.notes.iter().any(|known| known == note) {
            scene.notes.push(note.to_owned());
        }
    }

    fn handshake(&mut self) {
        let opening = |side: Side| self.flow.half(side).opened.map(|opened| opened.frame);
        let (syn, syn_ack) = (opening(Side::Client), opening(Side::Server));
        let client = self.flow.end(Side::Client);
        let third = syn_ack.and_then(|syn_ack| {
            let mut after = self.segments.iter().filter(|it| it.frame > syn_ack && it.from == client);
            after.find(|it| it.flags.ack() && !it.flags.rst()).map(|it| it.frame)
        });
        if let Some(frame) = syn {
            self.tell(frame, TURN, "");
        }
        if let Some(frame) = syn_ack {
            self.tell(frame, TURN, "");
        }
        if let Some(frame) = third {
            self.tell(frame, COLOUR, "");
        }
    }

    /// What a side sent before its NEWKEYS.
    fn in_clear(&mut self, side: Side, party: &Party) {
        if let Some(banner) = &party.banner {
            self.message(side, banner.mark, "banner", TURN, &excerpt(&banner.line));
        }
        if let Some(stray) = &party.stray {
            self.message(side, stray.mark, "text", DECISIVE, &excerpt(&stray.text));
        }
        if let Some(disconnect) = &party.disconnect {
            let note = format!("code {}: {}", disconnect.code, excerpt(&disconnect.text));
            self.message(side, disconnect.mark, "disconnect", DECISIVE, &note);
        }
        let marks = [
            (party.kexinit, "kexinit", TURN),
            (party.kex_message, "kex-message", COLOUR),
            (party.newkeys, "newkeys", TURN),
        ];
        for (mark, what, rank) in marks {
            if let Some(mark) = mark {
                self.message(side, mark, what, rank, "");
            }
        }
    }

    fn in_cipher(&mut self, case: &Case) {
        let cipher = &case.transcript.cipher;
        for violation in case.transcript.violations.iter().take(RESETS) {
            self.tell(violation.mark.frame, DECISIVE, &format!("breaks the protocol: {}", violation.id));
        }
        // Told by sizes: the side that sent it is the one whose segment it is.
        for (mark, what) in [(cipher.service_accepted, "service-accept"), (cipher.success, "logged-in")] {
            let sent = mark.and_then(|mark| self.kept(mark.frame));
            if let Some((mark, segment)) = mark.zip(sent) {
                self.message(self.flow.side(segment.from), mark, what, TURN, "by its size");
            }
        }
        // The first refusal answers the question which methods there are.
        let refused = cipher.last_failure.filter(|_| cipher.failures > 1);
        for (mark, note) in [
            (refused, "a try to log in is refused, by its size"),
            (cipher.too_many_failures, "too many authentication failures, by its size"),
            (cipher.client_disconnect, "the client says goodbye, by its size"),
        ] {
            if let Some(mark) = mark {
                self.tell(mark.frame, TURN, note);
            }
        }
    }

    fn silences(&mut self, case: &Case) {
        let (last, survived) = case.silence();
        for (silence, rank) in last.map(|it| (it, DECISIVE)).into_iter().chain(survived.map(|it| (it, TURN)))
        {
            self.tell(silence.before, rank, "");
            self.tell(silence.after, rank, "");
        }
    }

    fn end(&mut self, case: &Case) {
        for side in Side::BOTH {
            if let Some((fin, _)) = self.flow.half(side).fin {
                self.tell(fin.frame, TURN, "");
            }
            if let Some(owed) = self.flow.half(side).unanswered.filter(|_| case.ending == Ending::Silence) {
                self.tell(owed.first.frame, DECISIVE, "never answered");
                self.tell(
                    owed.last.frame,
                    DECISIVE,
                    &format!("sent again {} times, never answered", owed.repeats),
                );
            }
        }
        self.refusal(case);
        self.resets(case);
        self.tell(self.flow.first.frame, TURN, "");
        self.tell(self.flow.last.frame, COLOUR, "");
    }

    fn refusal(&mut self, case: &Case) {
        let quote = self.flow.quotes.first().filter(|_| case.ending == Ending::Refused);
        if let Some((quote, IcmpError::Unreachable(code))) = quote.map(|quote| (quote, quote.error)) {
            let note = format!("unreachable, code {code}, from {}", quote.reporter);
            self.add(quote.frame, quote.time, "network", "icmp-error", DECISIVE, &note);
        }
    }

    fn resets(&mut self, case: &Case) {
        let Some(reset) = &case.reset else { return };
        let decisive = reset.segment();
        if let Some(trigger) = &reset.trigger {
            self.tell(trigger.segment.frame, DECISIVE, "");
        }
        for seen in self.flow.resets.iter().take(RESETS).chain([&reset.seen]) {
            let segment = &seen.segment;
            let rank = if segment.frame == decisive.frame { DECISIVE } else { TURN };
            let note = format!(
                "{}, TTL {}",
                if segment.flags.ack() { "with ACK" } else { "without ACK" },
                segment.ttl
            );
            self.add(segment.frame, segment.time, self.flow.side(segment.from).word(), "rst", rank, &note);
        }
        // Whether either end went on is what a forged reset is known by.
        for end in [decisive.from, !decisive.from] {
            let mut after = self.segments.iter().filter(|it| it.frame > decisive.frame && it.from == end);
            let next = after.find(|it| !it.flags.rst()).map(|it| it.frame);
            if let Some(next) = next {
                self.tell(next, TURN, "after the reset");
            }
        }
    }

    fn told(mut self, case: &Case) -> Vec<Step> {
        let mut ranks: Vec<(u8, FrameNo)> =
            self.scenes.iter().map(|(frame, scene)| (scene.rank, *frame)).collect();
        // Of equals the later ones go first: the beginning is alike everywhere but needed to read the rest.
        ranks.sort_unstable();
        for (_, frame) in ranks.iter().skip(STEPS) {
            self.scenes.remove(frame);
        }
        let (last, survived) = case.silence();
        let silence = |frame: FrameNo| {
            let mut both = last.into_iter().chain(survived);
            both.find(|silence| silence.after == frame).map(|silence| seconds(silence.length))
        };
        let start = self.flow.start();
        let mut before = None;
        let mut steps = Vec::with_capacity(self.scenes.len());
        for (frame, scene) in &self.scenes {
            steps.push(Step {
                frame: frame.0,
                time: moment(scene.time),
                at_s: round(seconds(scene.time.since(start)), 6),
                side: scene.side,
                what: scene.what,
                note: scene.note(),
                after_silence_s: silence(*frame),
                skipped: before.map_or(0, |before| self.between(before, *frame)),
            });
            before = Some(*frame);
        }
        steps
    }

    /// Frames of the session between two.
    fn between(&self, before: FrameNo, after: FrameNo) -> u64 {
        let kept =
            |within: &dyn Fn(&Segment) -> bool| self.segments.iter().filter(|it| within(it)).count() as u64;
        let inside = kept(&|it| it.frame > before && it.frame < after);
        let gap = self.flow.timeline.gap().filter(|(head, tail)| before <= head.frame && tail.frame <= after);
        inside + gap.map_or(0, |_| self.flow.timeline.dropped)
    }
}

/// Whether a word only says what kind of TCP segment a frame is.
fn is_plain(what: &str) -> bool {
    matches!(what, "data" | "ack")
}

fn kind(segment: &Segment) -> &'static str {
    let flags = segment.flags;
    match () {
        () if flags.rst() => "rst",
        () if flags.is_syn() => "syn",
        () if flags.is_syn_ack() => "syn-ack",
        () if flags.fin() => "fin",
        () if segment.payload_len > 0 => "data",
        () => "ack",
    }
}
