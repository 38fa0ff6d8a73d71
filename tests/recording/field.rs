//! One field of a packet and what becomes of it: `ttl=50`, `seq+=1`, `time-=20ms`, `payload="refused"`.

use sshrst::frame::{LinkType, Mark};

use super::packet::{Packet, Sum};
use super::{Recorded, script};

/// A change of one field.
#[derive(Clone, Debug)]
pub(super) struct Change {
    name: String,
    operation: Operation,
    value: String,
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Set,
    Add,
    Subtract,
}

/// Where a number lies: octets from the start of its header, how many, and which bits of them.
struct Number {
    at: usize,
    width: usize,
    mask: u32,
}

impl Change {
    /// Reads `name=value`, `name+=value` or `name-=value`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (left, value) = text.split_once('=').ok_or(format!("`{text}` is not field=value"))?;
        let (name, operation) = match (left.strip_suffix('+'), left.strip_suffix('-')) {
            (Some(name), _) => (name, Operation::Add),
            (_, Some(name)) => (name, Operation::Subtract),
            _ => (left, Operation::Set),
        };
        Ok(Self { name: name.into(), operation, value: value.into() })
    }

    /// Changes `frame`, and its checksums so that they stand as before.
    pub(super) fn apply(&self, frame: &mut Recorded) -> Result<(), String> {
        if self.name == "time" {
            let by = script::duration(&self.value)?;
            frame.time = match self.operation {
                Operation::Set => return Err("a time can only be moved: time+=…, time-=…".into()),
                Operation::Add => frame.time + by,
                Operation::Subtract => frame.time - by,
            };
            return Ok(());
        }
        if self.name == "mark" {
            frame.mark = match self.value.as_str() {
                "inbound" => Mark::Inbound,
                "outbound" => Mark::Outbound,
                other => return Err(format!("`{other}` is no mark: inbound or outbound")),
            };
            return Ok(());
        }
        let packet = Packet::of(frame).ok_or(format!("frame {} holds no TCP header", frame.number))?;
        let mut sum = packet.sum(frame);
        match self.name.as_str() {
            "checksum" if self.value == "good" => sum = Sum::Good,
            "checksum" if self.value == "partial" => sum = Sum::Partial,
            "checksum" if self.value == "wrong" => sum = Sum::Wrong,
            "payload" => packet.set_payload(frame, &octets(&self.value)?),
            "timestamps" if self.value == "none" => {
                let at = timestamps(frame, packet)?;
                frame.data[at..at + TIMESTAMPS.1].fill(NO_OPERATION);
            }
            _ => self.change_number(frame, packet)?,
        }
        packet.set_sum(frame, sum);
        Ok(())
    }

    fn change_number(&self, frame: &mut Recorded, packet: Packet) -> Result<(), String> {
        let Number { at, width, mask } = self.number(frame, packet)?;
        let value = if self.name == "flags" { flags(&self.value)? } else { number(&self.value)? };
        let old = frame.data[at..at + width].iter().fold(0, |sum, octet| sum << 8 | u32::from(*octet));
        let shift = mask.trailing_zeros();
        let held = (old & mask) >> shift;
        let new = match self.operation {
            Operation::Set => value,
            Operation::Add => held.wrapping_add(value),
            Operation::Subtract => held.wrapping_sub(value),
        };
        let octets = (old & !mask | new << shift & mask).to_be_bytes();
        frame.data[at..at + width].copy_from_slice(&octets[4 - width..]);
        Ok(())
    }

    fn number(&self, frame: &Recorded, packet: Packet) -> Result<Number, String> {
        let Packet { ip, tcp, v6, .. } = packet;
        let (at, width, mask) = match (self.name.as_str(), v6) {
            ("link_source", _) if frame.link == LinkType::ETHERNET => (8, 4, u32::MAX),
            ("ttl", false) => (ip + 8, 1, 0xff),
            ("ttl", true) => (ip + 7, 1, 0xff),
            ("tos", false) => (ip + 1, 1, 0xff),
            ("tos", true) => (ip, 2, 0x0ff0),
            ("ip_id", false) => (ip + 4, 2, 0xffff),
            ("flow_label", true) => (ip, 4, 0x000f_ffff),
            ("source_port", _) => (tcp, 2, 0xffff),
            ("seq", _) => (tcp + 4, 4, u32::MAX),
            ("ack", _) => (tcp + 8, 4, u32::MAX),
            ("flags", _) => (tcp + 13, 1, 0xff),
            ("window", _) => (tcp + 14, 2, 0xffff),
            ("tsval", _) => (timestamps(frame, packet)? + 2, 4, u32::MAX),
            ("tsecr", _) => (timestamps(frame, packet)? + 6, 4, u32::MAX),
            (other, _) => return Err(format!("frame {} has no field `{other}`", frame.number)),
        };
        Ok(Number { at, width, mask })
    }
}

/// Kind and length of the timestamps option (RFC 7323 §3.2).
const TIMESTAMPS: (u8, usize) = (8, 10);

/// The option that does nothing (RFC 9293 §3.1).
const NO_OPERATION: u8 = 1;

/// Where the timestamps option begins.
fn timestamps(frame: &Recorded, packet: Packet) -> Result<usize, String> {
    let mut at = packet.tcp + 20;
    while at + 1 < packet.payload {
        match frame.data[at] {
            kind if kind == TIMESTAMPS.0 => return Ok(at),
            0 => break,
            NO_OPERATION => at += 1,
            _ => at += usize::from(frame.data[at + 1]).max(2),
        }
    }
    Err(format!("frame {} has no timestamps", frame.number))
}

fn number(text: &str) -> Result<u32, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("`{text}` is not a number"))
}

fn flags(text: &str) -> Result<u32, String> {
    let bit = |name: &str| match name {
        "FIN" => Ok(1),
        "SYN" => Ok(2),
        "RST" => Ok(4),
        "PSH" => Ok(8),
        "ACK" => Ok(16),
        other => Err(format!("`{other}` is not a flag")),
    };
    text.split('+').try_fold(0, |flags, name| Ok(flags | bit(name)?))
}

/// `none`, a text in quotes, or octets in hexadecimal.
fn octets(text: &str) -> Result<Vec<u8>, String> {
    if text == "none" {
        return Ok(Vec::new());
    }
    if let Some(quoted) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return Ok(quoted.replace("\\r", "\r").replace("\\n", "\n").into_bytes());
    }
    let pairs = (0..text.len()).step_by(2).map(|at| text.get(at..at + 2).unwrap_or("?"));
    pairs
        .map(|pair| u8::from_str_radix(pair, 16))
        .collect::<Result<_, _>>()
        .map_err(|_| format!("`{text}` is neither a text in quotes nor octets in hexadecimal"))
}
