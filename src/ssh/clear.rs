//! What a direction's packets say: in clear, and along the walk once it is in cipher.

use super::direction::{Direction, Stage, mark};
use super::exchange::Exchange;
use super::identification::Version;
use super::message::Method;
use super::packet::{ClearPacket, Lost, Padding, Step};
use super::rule::Rule;
use super::seek::Seek;
use super::session::Arrival;
use super::text::{is_text, length_as_text};
use super::transcript::{Disconnect, Mark};
use super::walk::{Met, Walk};
use super::{kex_value, kexinit, message, negotiate, rule};

impl Direction {
    /// Goes on after clear octets were taken; the next octet is at `behind`.
    pub(super) fn clear(&mut self, at: Arrival, step: Step, behind: u64, exchange: &mut Exchange) {
        match step {
            Step::More => {}
            Step::Packet(packet) => self.packet(at, &packet, behind, exchange),
            Step::Lost(lost) => self.lost(at, lost, exchange),
        }
    }

    fn packet(&mut self, at: Arrival, packet: &ClearPacket, behind: u64, exchange: &mut Exchange) {
        let here = mark(at, packet.offset);
        self.party.clear_packets = self.party.clear_packets.saturating_add(1);
        if self.party.clear_packets == 1 && packet.number != message::KEXINIT {
            self.loose.get_or_insert_default().first_packet = Some((packet.number, here));
        }
        match packet.padding {
            Some(Padding::TooShort(padding)) => {
                let detail = format!("{padding} octets of padding");
                exchange.violation(self.side, here, rule::PADDING_TOO_SHORT, detail);
            }
            Some(Padding::ExceedsPacket(padding)) => {
                let detail = format!("{padding} octets of padding in a packet of {} octets", packet.octets);
                exchange.violation(self.side, here, rule::PADDING_EXCEEDS_PACKET, detail);
                return;
            }
            None => {}
        }
        if matches!(packet.number, 30..=49) && !self.order.incomplete {
            exchange.look_for_reversal(self.side, packet.number, self.order.kex_messages() == 0);
        }
        if let Some((rule, detail)) = self.order_broken(packet, exchange) {
            exchange.violation(self.side, here, rule, detail);
        }
        self.message(here, packet.number, packet.payload.as_deref(), exchange);
        if packet.number == message::NEWKEYS {
            self.start_cipher(behind, exchange);
        }
    }

    /// The rules that the message breaks by its place, or by a public value that is none.
    fn order_broken(&mut self, packet: &ClearPacket, exchange: &mut Exchange) -> Option<(Rule, String)> {
        let role = exchange.role(self.side);
        let sent = self.order.kex_messages();
        let kex = exchange.kex(self.side, sent).map(str::to_owned);
        let method = kex.as_deref().and_then(Method::of);
        if let Some(rule) = self.order.take(role, packet.number, method) {
            return Some((rule, format!("message {} ({})", packet.number, message::name(packet.number))));
        }
        let payload = packet.payload.as_deref().filter(|_| matches!(packet.number, 30..=49))?;
        let fault = match method? {
            Method::OneRoundTrip => kex_value::fault(&kex?, role, payload)?,
            Method::GroupExchange => exchange.group.take(payload)?,
        };
        Some((rule::KEX_VALUE, fault))
    }

    fn message(&mut self, here: Mark, number: u8, payload: Option<&[u8]>, exchange: &mut Exchange) {
        match number {
            message::DISCONNECT => self.disconnect(here, payload, exchange),
            message::IGNORE | message::DEBUG => {
                self.loose.get_or_insert_default().chatter.get_or_insert((number, here));
            }
            message::UNIMPLEMENTED => {
                self.loose.get_or_insert_default().chatter.get_or_insert((number, here));
                self.party.unimplemented = self.party.unimplemented.saturating_add(1);
            }
            message::KEXINIT if self.party.kexinit.is_none() => {
                self.party.kexinit = Some(here);
                match payload.map(|payload| kexinit::parse(payload, exchange.bounds.names_per_list)) {
                    Some(Ok(offer)) => {
                        self.guesses = offer.lists.guesses;
                        let octets = payload.map_or(0, <[u8]>::len);
                        let sent = exchange.encrypted.first_exchange(exchange.role(self.side));
                        sent.kexinit(octets, negotiate::marker_octets(&offer.lists));
                        exchange.offer(self.side, offer);
                    }
                    Some(Err(why)) => {
                        exchange.violation(self.side, here, rule::KEXINIT_MALFORMED, why.to_owned());
                    }
                    None => {}
                }
            }
            message::NEWKEYS => {
                self.party.newkeys = Some(here);
                if let Some(octets) = payload.map(<[u8]>::len).filter(|&octets| octets != 1) {
                    let detail = format!("{octets} octets of payload");
                    exchange.violation(self.side, here, rule::NEWKEYS_MALFORMED, detail);
                }
            }
            30..=49 => {
                self.party.kex_message.get_or_insert(here);
                let octets = payload.map_or(0, <[u8]>::len);
                exchange.encrypted.first_exchange(exchange.role(self.side)).message(octets);
            }
            _ => {}
        }
    }

    fn disconnect(&mut self, here: Mark, payload: Option<&[u8]>, exchange: &mut Exchange) {
        let Some(payload) = payload else { return };
        let Some((code, text)) = read_disconnect(payload) else {
            let detail = format!("{} octets of payload", payload.len());
            exchange.violation(self.side, here, rule::DISCONNECT_MALFORMED, detail);
            return;
        };
        self.party.disconnect.get_or_insert_with(|| {
            Box::new(Disconnect {
                code,
                text: text.get(..DISCONNECT_KEPT).unwrap_or(text).to_vec(),
                mark: here,
            })
        });
    }

    fn start_cipher(&mut self, behind: u64, exchange: &mut Exchange) {
        let suite = exchange.start_cipher(self.side);
        self.stage = match suite.filter(|suite| suite.walkable()) {
            Some(suite) => {
                self.party.cipher_packets = Some(0);
                Stage::Walk(Walk::new(suite, behind))
            }
            None => Stage::Opaque { suite, whole: true },
        };
    }

    /// The framing in clear is lost.
    fn lost(&mut self, at: Arrival, lost: Lost, exchange: &mut Exchange) {
        let Stage::Packets(reader) = &self.stage else { return };
        let compatible =
            self.party.banner.as_ref().is_some_and(|banner| banner.line.starts_with(b"SSH-1.99-"));
        let peer_may_speak_1 = !exchange.versions.of(!self.side).is_some_and(Version::is_2);
        if compatible && peer_may_speak_1 && self.party.clear_packets == 0 && lost != Lost::Text {
            // Packets of version 1: neither aligned nor padded as those of version 2.
            exchange.version_1_seen = true;
            self.stage = Stage::Foreign { text: false };
            return;
        }
        let here = mark(at, reader.offset());
        let (rule, detail) = match lost {
            Lost::Hole => return self.lose_sight(at),
            Lost::Text => {
                // The mark's frame is that of the last of the four octets: near enough for a citation.
                self.head.get_or_insert_default().add(reader.partial(), here);
                self.text_for_packet = true;
                self.stage = Stage::Foreign { text: true };
                return;
            }
            Lost::OutOfRange(length) => {
                let is = length_as_text(length.to_be_bytes()).map_or(String::new(), |is| format!(": {is}"));
                (rule::LENGTH_OUT_OF_RANGE, format!("packet_length {length}{is}"))
            }
            Lost::Misaligned(length) => {
                let detail = format!("packet_length {length}: {} octets with it", u64::from(length) + 4);
                (rule::MISALIGNED, detail)
            }
        };
        exchange.violation(self.side, here, rule, detail);
        self.stage = Stage::Foreign { text: false };
    }

    /// Goes on after octets of the walk.
    pub(super) fn met(&mut self, at: Arrival, met: Met, exchange: &mut Exchange) {
        match met {
            Met::Inside => {}
            Met::Packet { offset, octets } => {
                self.party.cipher_packets = self.party.cipher_packets.map(|packets| packets + 1);
                exchange.encrypted.packet(exchange.role(self.side), mark(at, offset), octets);
            }
            Met::Hidden => self.resume_later(at, exchange),
            Met::Broken { offset, length } => self.walk_broken(at, offset, length, exchange),
        }
    }

    /// A length that no packet has.
    fn walk_broken(&mut self, at: Arrival, offset: u64, length: [u8; 4], exchange: &mut Exchange) {
        if matches!(&self.stage, Stage::Walk(walk) if walk.is_again()) {
            return self.resume_later(at, exchange);
        }
        let number = u32::from_be_bytes(length);
        let text = length.into_iter().all(is_text);
        let detail = if text {
            format!("length {number}, which is the text `{}`", length.escape_ascii())
        } else {
            format!("length {number}")
        };
        let here = mark(at, offset);
        exchange.violation(self.side, here, rule::CIPHER_FRAMING, detail);
        self.party.cipher_packets = None;
        exchange.encrypted.gap(exchange.role(self.side));
        self.stage = Stage::Opaque { suite: None, whole: false };
        if text {
            self.head = None;
            self.head.get_or_insert_default().add(&length, here);
            self.stage = Stage::Foreign { text: true };
        }
    }

    /// A length was not seen: the walk may go on where a later segment begins with a packet.
    fn resume_later(&mut self, at: Arrival, exchange: &mut Exchange) {
        let Stage::Walk(walk) = &self.stage else { return };
        self.party.cipher_packets = None;
        exchange.encrypted.gap(exchange.role(self.side));
        self.stage = Stage::Seeking(Box::new(Seek::in_cipher(at.frame, walk.suite())));
    }
}

/// Octets of a DISCONNECT's description that are kept; a packet could hold 256 KiB of it.
const DISCONNECT_KEPT: usize = 512;

/// Reason code and description of a DISCONNECT's payload (RFC 4253 §11.1).
///
/// The language tag is not asked for: some senders leave it out.
fn read_disconnect(payload: &[u8]) -> Option<(u32, &[u8])> {
    let (code, rest) = payload.get(1..)?.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let text = rest.get(..u32::from_be_bytes(*length) as usize)?;
    Some((u32::from_be_bytes(*code), text))
}
