//! The kernel's own word on the resets that this host's TCP sends and takes: its tracepoints (Linux, tracefs).

#![expect(clippy::disallowed_methods, reason = "the edge at which the kernel's files are opened")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::time::{ClockId, clock_gettime};

use crate::analysis::KernelReset;
use crate::units::{Elapsed, Timestamp};

/// Where tracefs is mounted (Documentation/trace/ftrace.rst).
const TRACEFS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/// The events that are asked for.
const EVENTS: [&str; 2] = ["tcp_send_reset", "tcp_receive_reset"];

/// Octets of an unfinished line that are kept: a line has some three hundred.
const LONGEST: usize = 4_096;

/// A trace of this process's own, gone when dropped.
#[derive(Debug)]
pub struct KernelTrace {
    instance: PathBuf,
    pipe: File,
    lines: KernelLines,
}

impl KernelTrace {
    /// Begins to listen.
    ///
    /// # Errors
    ///
    /// Why that is not possible here, with what to do.
    pub fn open() -> Result<Self, String> {
        let tracefs = TRACEFS.map(Path::new).into_iter().find(|path| path.join("instances").is_dir());
        let Some(tracefs) = tracefs else {
            return Err(
                "tracefs is not mounted, or not to be read by this user: as root, `mount -t tracefs tracefs \
                 /sys/kernel/tracing`"
                    .to_owned(),
            );
        };
        let instance = tracefs.join(format!("instances/sshrst-{}", std::process::id()));
        fs::create_dir(&instance).map_err(|error| format!("{}: {error}", instance.display()))?;
        Self::listen(&instance).map_err(|error| {
            _ = fs::remove_dir(&instance);
            format!("{}: {error}", instance.display())
        })
    }

    /// The trace's directory.
    pub fn instance(&self) -> &Path {
        &self.instance
    }

    fn listen(instance: &Path) -> io::Result<Self> {
        // The monotonic clock can be told from here, too: set it in relation to the capture's.
        fs::write(instance.join("trace_clock"), "mono")?;
        for event in EVENTS {
            fs::write(instance.join("events/tcp").join(event).join("enable"), "1")?;
        }
        let nonblocking = i32::from_ne_bytes(OFlags::NONBLOCK.bits().to_ne_bytes());
        let pipe =
            OpenOptions::new().read(true).custom_flags(nonblocking).open(instance.join("trace_pipe"))?;
        Ok(Self { instance: instance.to_owned(), pipe, lines: KernelLines::default() })
    }

    /// Hands what the kernel has said since the last time to `take`. `now`: the time by the host's clock.
    pub fn read(&mut self, now: Timestamp, mut take: impl FnMut(KernelReset)) {
        let mut octets = [0; 16 * 1024];
        let mono = clock_gettime(ClockId::Monotonic);
        let mono = Elapsed::from_secs(mono.tv_sec) + Elapsed::from_nanos(mono.tv_nsec);
        let booted = now + (Elapsed::ZERO - mono);
        while let Ok(count) = self.pipe.read(&mut octets) {
            if count == 0 {
                return;
            }
            self.lines.take(octets.get(..count).unwrap_or_default(), booted, &mut take);
        }
    }
}

impl Drop for KernelTrace {
    fn drop(&mut self) {
        // The pipe is still open, and keeps the instance in use: another file takes its place.
        if let Ok(other) = File::open("/dev/null") {
            self.pipe = other;
        }
        _ = fs::remove_dir(&self.instance);
    }
}

/// The text of `trace_pipe`, in pieces as they come.
#[derive(Debug, Default)]
pub struct KernelLines {
    unfinished: Vec<u8>,
}

impl KernelLines {
    /// Hands what the next `octets` say to `take`, as soon as a line is whole. `booted`: when the monotonic clock showed 0.
    pub fn take(&mut self, octets: &[u8], booted: Timestamp, take: &mut impl FnMut(KernelReset)) {
        self.unfinished.extend_from_slice(octets);
        let whole = self.unfinished.iter().rposition(|&octet| octet == b'\n').map_or(0, |at| at + 1);
        let rest = self.unfinished.split_off(whole);
        let lines = std::mem::replace(&mut self.unfinished, rest);
        for line in String::from_utf8_lossy(&lines).lines() {
            if let Some(said) = parse(line, booted) {
                take(said);
            }
        }
        if self.unfinished.len() > LONGEST {
            self.unfinished.clear();
        }
    }
}

/// One line of `trace_pipe`; `booted`: when the monotonic clock showed 0.
fn parse(line: &str, booted: Timestamp) -> Option<KernelReset> {
    let (before, fields) = EVENTS.iter().find_map(|event| line.split_once(&format!(": {event}: ")))?;
    let (seconds, fraction) = before.rsplit(' ').next()?.split_once('.')?;
    let nanos =
        fraction.parse::<i64>().ok()? * 10i64.checked_pow(9u32.checked_sub(fraction.len() as u32)?)?;
    let time = booted + Elapsed::from_secs(seconds.parse().ok()?) + Elapsed::from_nanos(nanos);
    let field = |name: &str| {
        let mut fields = fields.split_whitespace();
        fields.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    };
    if let Some(from) = field("src") {
        let (from, to): (SocketAddr, SocketAddr) = (from.parse().ok()?, field("dest")?.parse().ok()?);
        let to = Some(to).filter(|to| to.port() != 0);
        let reason = field("reason").unwrap_or_default().to_owned();
        return Some(KernelReset::sent(time, from, to, reason));
    }
    let v4 = field("family")? == "AF_INET";
    let end = |port: &str, addr: &str| {
        let addr = field(&format!("{addr}{}", if v4 { "" } else { "v6" }))?;
        Some(SocketAddr::new(addr.parse().ok()?, field(port)?.parse().ok()?))
    };
    // `saddr` is the socket's own.
    Some(KernelReset::taken(time, end("dport", "daddr")?, end("sport", "saddr")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "            sshd-812     [001] ..s1.  1234.567890: tcp_send_reset: skbaddr=0000000000000000 \
        skaddr=00000000f1575a56 src=10.33.0.15:22 dest=10.34.0.15:42556 state=TCP_CLOSE reason=TCP_ABORT_ON_CLOSE";

    fn end(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn at(nanos: i64) -> Timestamp {
        Timestamp::from_nanos(nanos)
    }

    #[test]
    fn a_reset_that_was_sent_is_read_with_its_reason_and_its_time() {
        let said = parse(SENT, at(1_000_000_000)).unwrap();
        let expected = KernelReset::sent(
            at(1_235_567_890_000),
            end("10.33.0.15:22"),
            Some(end("10.34.0.15:42556")),
            "TCP_ABORT_ON_CLOSE".to_owned(),
        );
        assert_eq!(said, expected);
        let listening = SENT.replace("dest=10.34.0.15:42556", "dest=0.0.0.0:0");
        assert_eq!(parse(&listening, at(0)).unwrap().to, None);
        let v6 = SENT.replace("10.33.0.15:22", "[fd00::1]:22").replace("10.34.0.15:42556", "[fd00::2]:9");
        assert_eq!(
            parse(&v6, at(0)).unwrap().from,
            KernelReset::sent(at(0), end("[fd00::1]:22"), None, String::new()).from
        );
    }

    #[test]
    fn a_reset_that_was_taken_comes_from_the_other_end() {
        let line = "<idle>-0 [000] ..s2. 7.000001: tcp_receive_reset: family=AF_INET6 sport=22 dport=45644 \
            saddr=0.0.0.0 daddr=0.0.0.0 saddrv6=fd00::2 daddrv6=fd00::1 sock_cookie=1071";
        let said = parse(line, at(0)).unwrap();
        let expected = KernelReset::taken(at(7_000_001_000), end("[fd00::1]:45644"), end("[fd00::2]:22"));
        assert_eq!(said, expected);
    }

    #[test]
    fn what_is_no_event_is_left_out() {
        for line in
            ["", "CPU:1 [LOST 12 EVENTS]", "x: tcp_send_reset: src=1", "a 1.2: tcp_probe: src=[::1]:1"]
        {
            assert_eq!(parse(line, at(0)), None, "{line}");
        }
    }
}
