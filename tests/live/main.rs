//! Captures in network namespaces of their own, never on the host's interfaces.
//!
//! Where namespaces cannot be made (no root, no `ip`), or sshrst was built without libpcap, a test says so and passes
//! without having shown anything.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests start programs and print"
)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it must be"
)]
#![cfg(all(feature = "live", target_os = "linux"))]

mod held;
mod kept;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use serde_json::Value;

/// Connects to ports given as arguments, says how each went, and sends nothing.
const CONNECT: &str = "
import socket, sys
for port in sys.argv[1:]:
    try: socket.create_connection(('127.0.0.1', int(port)), 2)
    except OSError as error: print(error)
";

/// A network namespace with its loopback interface up; gone when dropped.
struct Namespace(String);

impl Namespace {
    /// `None`, and a word why, where there cannot be one.
    fn new(test: &str) -> Option<Self> {
        let name = format!("sshrst-{test}-{}", std::process::id());
        let made = Command::new("ip").args(["netns", "add", &name]).output();
        if !made.as_ref().is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: no network namespace can be made here: {made:?}");
            return None;
        }
        let namespace = Self(name);
        namespace.ip("link set lo up");
        Some(namespace)
    }

    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.0]).arg(program.as_ref());
        command.env_remove("SSH_CONNECTION");
        command
    }

    fn ip(&self, arguments: &str) {
        let output = self.command("ip").args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "ip {arguments}: {output:?}");
    }

    fn connect(&self, ports: &[&str]) {
        let output = self.command("python3").args(["-c", CONNECT]).args(ports).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// `sshrst capture` with these arguments.
    fn capture(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_sshrst"));
        command.arg("capture").args(arguments);
        command
    }

    /// Starts to capture, and waits until sshrst says that it does.
    fn start(&self, arguments: &[&str]) -> Running {
        Running::new(&mut self.capture(arguments))
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        _ = Command::new("ip").args(["netns", "del", &self.0]).status();
    }
}

/// A capture that runs; killed when dropped.
struct Running {
    child: Child,
    errors: BufReader<ChildStderr>,
    /// What it said before it began.
    said: String,
}

impl Running {
    fn new(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        errors.read_line(&mut said).unwrap();
        assert!(said.contains("capturing on"), "{said}");
        Self { child, errors, said }
    }

    /// `ip netns exec` becomes the program, so its process is the child's.
    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    fn end(mut self) -> (Value, String, i32) {
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.errors.read_to_string(&mut self.said).unwrap();
        let status = self.child.wait().unwrap().code().unwrap();
        let report =
            serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}\n{}", self.said));
        (report, std::mem::take(&mut self.said), status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A path that no other test has; the file is gone when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("sshrst-live-{}-{name}", std::process::id())))
    }

    fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}

fn ports(report: &Value) -> Vec<u64> {
    let sessions = report["sessions"].as_array().unwrap().iter();
    sessions.map(|session| session["server"]["port"].as_u64().unwrap()).collect()
}

fn limits(report: &Value) -> Vec<&str> {
    let limits = report["capture"]["limits"].as_array().unwrap().iter();
    limits.map(|limit| limit["id"].as_str().unwrap()).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_refused_session_is_reported_and_the_written_file_says_the_same() {
    let Some(namespace) = Namespace::new("refused") else { return };
    let file = Scratch::new("refused.pcap");
    let running =
        namespace.start(&["-i", "lo", "-p", "2222", "--duration", "2s", "-f", "json", "-w", file.text()]);
    namespace.connect(&["2222", "80"]);
    let (report, _, status) = running.end();
    assert_eq!(status, 0);
    assert_eq!(ports(&report), [2222], "port 80 is not asked for");
    assert_eq!(report["sessions"][0]["conn_state"], "REJ");
    assert_eq!(report["capture"]["frames"], 2, "SYN and RST, each once");
    let analysed = Command::new(env!("CARGO_BIN_EXE_sshrst"))
        .args(["analyze", "-p", "2222", "-f", "json", file.text()])
        .output()
        .unwrap();
    let analysed: Value = serde_json::from_slice(&analysed.stdout).unwrap();
    assert_eq!(analysed["sessions"], report["sessions"], "to the nanosecond");
    assert_eq!(analysed["capture"]["frames"], 2);
}

#[test]
fn an_interrupt_ends_a_quiet_capture_with_its_report() {
    let Some(namespace) = Namespace::new("interrupt") else { return };
    for signal in ["-INT", "-TERM"] {
        let running = namespace.start(&["-i", "lo", "-f", "json"]);
        namespace.connect(&["22"]);
        running.signal(signal);
        let (report, _, status) = running.end();
        assert_eq!((ports(&report), status), (vec![22], 0), "{signal}");
    }
}

#[test]
fn a_count_ends_it_at_that_frame() {
    let Some(namespace) = Namespace::new("count") else { return };
    let running = namespace.start(&["-i", "any", "-c", "3", "-f", "json"]);
    namespace.connect(&["22", "22", "22"]);
    let (report, _, status) = running.end();
    assert_eq!((report["capture"]["frames"].as_u64(), status), (Some(3), 0));
}

#[test]
fn the_users_words_narrow_and_the_report_says_so() {
    let Some(namespace) = Namespace::new("words") else { return };
    let running =
        namespace.start(&["-i", "lo", "-p", "any", "--duration", "1", "-f", "json", "--", "port", "2223"]);
    namespace.connect(&["2222", "2223"]);
    let (report, _, _) = running.end();
    assert_eq!(report["capture"]["frames"], 2);
    assert_eq!(limits(&report), ["capture-filtered"]);
}

#[test]
fn the_session_it_runs_in_is_left_out_unless_asked_for() {
    let Some(namespace) = Namespace::new("own") else { return };
    let connect = "
import socket
own = socket.socket()
own.bind(('127.0.0.1', 40022))
try: own.connect(('127.0.0.1', 22))
except OSError: pass
";
    for (asked, expected) in [(None, vec![]), (Some("--include-own"), vec![22])] {
        let mut command = namespace.capture(&["-i", "lo", "--duration", "1", "-f", "json"]);
        command.args(asked).env("SSH_CONNECTION", "127.0.0.1 40022 127.0.0.1 22");
        let running = Running::new(&mut command);
        assert!(namespace.command("python3").args(["-c", connect]).status().unwrap().success());
        let (report, said, _) = running.end();
        assert_eq!(ports(&report), expected, "{asked:?}");
        assert_eq!(said.contains("--include-own"), asked.is_none(), "{said}");
        assert_eq!(limits(&report).contains(&"capture-filtered"), asked.is_none());
    }
}

#[test]
fn tagged_sessions_are_seen_though_the_system_takes_the_outer_tag_off() {
    let Some(namespace) = Namespace::new("tags") else { return };
    namespace.ip("link add veth-a type veth peer name veth-b");
    namespace.ip("link set veth-a up");
    namespace.ip("link set veth-b up");
    // SYNs from 10.0.0.1, ports 1000 to 1003: without a tag, with one, with two of either kind; one of them not to 22.
    let send = r"
import socket, struct
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind(('veth-b', 0))
ip = bytes([0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2])
tags = [b'', b'\x81\0\0\5', b'\x88\xa8\0\x09\x81\0\0\7', b'\x81\0\0\x09\x81\0\0\7', b'\x81\0\0\5']
for port, tag in enumerate(tags, 1000):
    tcp = struct.pack('!HHIIBBHHH', port, 80 if port == 1004 else 22, 1, 0, 0x50, 2, 1000, 0, 0)
    out.send(b'\xff' * 6 + b'\2' * 6 + tag + b'\x08\0' + ip + tcp)
";
    for (words, expected) in [(None, vec![1000, 1001, 1002, 1003]), (Some("vlan 5"), vec![1001])] {
        // It ends by itself, however long a busy machine takes to send them.
        let count = expected.len().to_string();
        let arguments = ["-i", "veth-a", "--count", &count, "--duration", "20", "-f", "json", "--"];
        let mut command = namespace.capture(&arguments);
        let running = Running::new(command.args(words));
        assert!(namespace.command("python3").args(["-c", send]).status().unwrap().success());
        let (report, _, _) = running.end();
        let sessions = report["sessions"].as_array().unwrap().iter();
        let clients: Vec<_> = sessions.map(|session| session["client"]["port"].as_u64().unwrap()).collect();
        assert_eq!(clients, expected, "{words:?}");
    }
}

#[test]
fn an_interface_that_disappears_leaves_a_report_that_says_it_is_partial() {
    let Some(namespace) = Namespace::new("gone") else { return };
    namespace.ip("link add veth-a type veth peer name veth-b");
    namespace.ip("link set veth-a up");
    let running = namespace.start(&["-i", "veth-a", "--duration", "60", "-f", "json"]);
    namespace.ip("link del veth-a");
    let (report, said, status) = running.end();
    assert_eq!(status, 4, "{said}");
    assert_eq!(limits(&report), ["capture-damaged"]);
    assert!(said.contains("veth-a: live capture"), "{said}");
    assert_eq!(report["capture"]["files"][0]["complete"], false);
}

#[test]
fn an_interface_that_goes_down_and_comes_back_is_said_and_the_capture_goes_on() {
    let Some(namespace) = Namespace::new("down") else { return };
    namespace.ip("link add veth-a type veth peer name veth-b");
    namespace.ip("link set veth-a up");
    namespace.ip("link set veth-b up");
    let mut running = namespace.start(&["-i", "veth-a", "-f", "json"]);
    let line = |running: &mut Running| {
        let mut line = String::new();
        running.errors.read_line(&mut line).unwrap();
        line
    };
    namespace.ip("link set veth-a down");
    let said = line(&mut running);
    assert!(said.contains("veth-a is down") && said.contains("ip link set veth-a up"), "{said}");
    namespace.ip("link set veth-a up");
    assert!(line(&mut running).contains("veth-a is up again"));
    running.signal("-INT");
    let (report, said, status) = running.end();
    assert_eq!(status, 0, "{said}");
    assert!(report["capture"]["limits"][0]["detail"].as_str().unwrap().contains("was down once"), "{report}");
}

#[test]
fn what_keeps_a_capture_from_beginning_is_said_with_what_to_do() {
    let Some(namespace) = Namespace::new("kept") else { return };
    namespace.ip("link add veth-a type veth peer name veth-b");
    let here = Scratch::new("here.pcap");
    std::fs::write(&here.0, "kept").unwrap();
    for (arguments, status, words) in [
        (vec!["-i", "veht-a"], 3, "did you mean `veth-a`?"),
        (vec!["-i", "veth-a"], 3, "`ip link set veth-a up`"),
        (vec!["-i", "lo", "--", "port", "and"], 2, "`port and` is not a capture filter"),
        (vec!["-i", "lo", "--", "tcp) or (udp"], 2, "is not a capture filter"),
        (vec!["-i", "lo", "-w", here.text()], 5, "`--force` overwrites it"),
        (vec!["-i", "lo", "-w", "/nowhere/x.pcap"], 5, "its directory does not exist"),
        (vec!["-i", "lo", "--exec", "no-such-program now"], 2, "there is no program no-such-program"),
        (vec!["-i", "lo", "--after", "3"], 2, "`--stop-on` or `--deaths`"),
        (vec!["-i", "lo", "-w", "x.pcap", "-W", "3"], 2, "`-C` or `-G`"),
        (vec!["-i", "lo", "-w", "-"], 2, "standard output is for the report"),
        (vec!["-i", "lo", "--duration", "soon"], 2, "`90s`, `10m` or `2h`"),
        (vec!["-i", "lo", "-s", "20"], 2, "128..=262144"),
        (vec![], 2, "--interface"),
    ] {
        let output = namespace.capture(&arguments).output().unwrap();
        let said = said(&output);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    assert_eq!(std::fs::read_to_string(&here.0).unwrap(), "kept");
}

#[test]
fn a_full_disk_is_said_and_the_report_is_of_the_whole_capture() {
    let Some(namespace) = Namespace::new("full") else { return };
    let running =
        namespace.start(&["-i", "lo", "--duration", "1", "-f", "json", "--force", "-w", "/dev/full"]);
    namespace.connect(&["22"]);
    let (report, said, status) = running.end();
    assert_eq!((ports(&report), status), (vec![22], 5), "{said}");
    assert!(said.contains("/dev/full ends early"), "{said}");
}

#[test]
fn a_user_without_the_right_is_told_which_it_is() {
    let Some(namespace) = Namespace::new("right") else { return };
    let output = namespace
        .command("setpriv")
        .args(["--bounding-set=-net_raw", "--inh-caps=-net_raw", env!("CARGO_BIN_EXE_sshrst")])
        .args(["capture", "-i", "lo"])
        .output()
        .unwrap();
    if said(&output).contains("setpriv") {
        eprintln!("skipped: {}", said(&output));
        return;
    }
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("CAP_NET_RAW") && said(&output).contains("setcap"), "{}", said(&output));
}

#[test]
fn interfaces_are_listed_with_state_and_addresses() {
    let Some(namespace) = Namespace::new("list") else { return };
    let output = namespace.capture(&["-D"]).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let lo = listed.lines().find(|line| line.starts_with("lo ")).unwrap();
    let words: Vec<_> = lo.split_whitespace().collect();
    assert_eq!(words[..3], ["lo", "up", "127.0.0.1"], "{listed}");
}

/// A listener that answers each connection with a reset: it closes while what the other end sent lies unread.
const RESETS: &str = "
import socket, sys, time
address, times = sys.argv[1:]
listener = socket.create_server((address, 22), backlog=64)
for _ in range(int(times)):
    client = socket.create_connection((address, 22))
    server, _ = listener.accept()
    client.sendall(b'SSH-2.0-client\\r\\n')
    server.sendall(b'SSH-2.0-server\\r\\n')
    time.sleep(0.05)
    server.close()
    time.sleep(0.05)
    client.close()
";

/// Lines of a program that runs, as they come.
fn lines(running: &mut Running) -> impl Iterator<Item = String> + use<> {
    BufReader::new(running.child.stdout.take().unwrap()).lines().map(Result::unwrap)
}

impl Namespace {
    fn reset(&self, times: &str) {
        self.reset_at("127.0.0.1", times);
    }

    fn reset_at(&self, address: &str, times: &str) {
        let output = self.command("python3").args(["-c", RESETS, address, times]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn a_death_is_told_while_the_capture_goes_on_and_the_closing_line_follows() {
    let Some(namespace) = Namespace::new("told") else { return };
    let mut running = namespace.start(&["-i", "lo", "-f", "ndjson"]);
    let mut lines = lines(&mut running);
    namespace.reset("1");
    let asked = std::time::Instant::now();
    let told: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    let waited = asked.elapsed().as_secs_f64();
    assert!(waited < 3.5, "two seconds of afterlife, and one: {waited}");
    assert_eq!((told["ended_by"].as_str(), told["id"].as_u64()), (Some("reset"), Some(1)), "{told}");
    assert_eq!(told["reset"]["sender"], "server");
    running.signal("-INT");
    let closing: Vec<Value> = lines.map(|line| serde_json::from_str(&line).unwrap()).collect();
    assert_eq!(closing.len(), 1, "nothing is to be revised: {closing:?}");
    assert!(closing[0]["capture"]["frames"].as_u64().unwrap() > 5);
}

#[test]
fn it_stops_on_the_reset_and_the_ring_holds_the_whole_session() {
    let Some(namespace) = Namespace::new("stop") else { return };
    let ring = Scratch::new("stop.pcapng");
    let running = namespace.start(&[
        "-i",
        "lo",
        "-f",
        "json",
        "--stop-on",
        "reset",
        "--after",
        "1",
        "--ring",
        "1MiB",
        "-w",
        ring.text(),
    ]);
    namespace.reset("1");
    let (report, said, status) = running.end();
    assert_eq!(status, 0, "{said}");
    assert!(
        said.contains("the server sent the RST"),
        "the line is on stderr, the document on stdout: {said}"
    );
    let analysed = kept::analyzed(ring.text());
    assert_eq!(analysed["capture"]["files"][0]["format"], "pcapng, little-endian");
    assert_eq!(analysed["sessions"], report["sessions"], "the ring holds all of it");
    kept::assert_commented(&ring);
}

#[test]
fn it_stops_after_so_many_deaths_and_tells_each_to_a_command() {
    let Some(namespace) = Namespace::new("deaths") else { return };
    let told = Scratch::new("told.json");
    let command = format!("tee -a {}", told.text());
    let running = namespace.start(&["-i", "lo", "-f", "json", "--deaths", "3", "--exec", &command]);
    namespace.reset("3");
    let (report, said, status) = running.end();
    assert_eq!((ports(&report), status), (vec![22; 3], 0), "{said}");
    let told = std::fs::read_to_string(&told.0).unwrap();
    let ids: Vec<u64> = told
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, [1, 2, 3]);
}

#[test]
fn signals_give_counters_and_a_new_file() {
    let Some(namespace) = Namespace::new("signals") else { return };
    let (now, moved) = (Scratch::new("lines.ndjson"), Scratch::new("lines.old"));
    let mut running = namespace.start(&["-i", "lo", "-f", "ndjson", "-o", now.text(), "--duration", "60"]);
    std::fs::rename(&now.0, &moved.0).unwrap();
    running.signal("-HUP");
    running.signal("-USR1");
    let mut counters = String::new();
    running.errors.read_line(&mut counters).unwrap();
    assert!(counters.contains("0 frames captured") && counters.contains("dropped"), "{counters}");
    running.signal("-TERM");
    running.child.wait().unwrap();
    assert_eq!(std::fs::read_to_string(&moved.0).unwrap(), "");
    let closing = std::fs::read_to_string(&now.0).unwrap();
    assert_eq!(closing.lines().count(), 1, "{closing}");
}

#[test]
fn a_second_interrupt_quits_at_once() {
    let Some(namespace) = Namespace::new("twice") else { return };
    let mut running = namespace.start(&["-i", "lo", "--duration", "60"]);
    running.signal("-STOP");
    running.signal("-INT");
    running.signal("-CONT");
    running.signal("-INT");
    // Either the first one had ended it by then, or the second one did what signals do.
    let started = std::time::Instant::now();
    running.child.wait().unwrap();
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
fn files_are_rotated_as_tcpdump_does() {
    let Some(namespace) = Namespace::new("rotate") else { return };
    let base = Scratch::new("rotate.pcap");
    let names: Vec<Scratch> = (0..2).map(|at| Scratch::new(&format!("rotate.pcap{at}"))).collect();
    // Later files are begun by whoever sshrst is by then.
    let running = namespace.start(&[
        "-i",
        "lo",
        "-f",
        "json",
        "-Z",
        "root",
        "-w",
        base.text(),
        "-C",
        "1",
        "-W",
        "2",
        "--full",
        "--duration",
        "4",
    ]);
    let bulk = "
import socket, time
listener = socket.create_server(('127.0.0.1', 22))
client = socket.create_connection(('127.0.0.1', 22))
server, _ = listener.accept()
for _ in range(25):
    time.sleep(0.02)
    client.sendall(bytes(100_000))
    left = 100_000
    while left: left -= len(server.recv(left))
";
    assert!(namespace.command("python3").args(["-c", bulk]).status().unwrap().success());
    let (_, said, status) = running.end();
    assert_eq!(status, 0, "{said}");
    let sizes: Vec<u64> = names.iter().map(|name| std::fs::metadata(&name.0).unwrap().len()).collect();
    assert!(sizes.iter().all(|&size| size < 1_200_000), "{sizes:?}");
    assert!(sizes.iter().any(|&size| size > 100_000), "{sizes:?}");
    assert!(!base.0.exists());
}

#[test]
fn root_is_given_up_once_the_interface_is_open() {
    let Some(namespace) = Namespace::new("rights") else { return };
    for (user, expected) in [(None, "nobody"), (Some("root"), "root"), (Some("daemon"), "daemon")] {
        let mut command = namespace.capture(&["-i", "lo", "-f", "json"]);
        command.env_remove("SUDO_UID").args(user.iter().flat_map(|user| ["-Z", user]));
        let running = Running::new(&mut command);
        let status = std::fs::read_to_string(format!("/proc/{}/status", running.child.id())).unwrap();
        let uid = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap();
        let name = Command::new("id").args(["-u", expected]).output().unwrap();
        let wanted = String::from_utf8(name.stdout).unwrap();
        assert!(uid.split_whitespace().all(|uid| uid == wanted.trim()), "{expected}: {uid}");
        running.signal("-INT");
        running.end();
    }
    let output = namespace.capture(&["-i", "lo", "-Z", "no-such-user"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("there is no user no-such-user"), "{}", said(&output));
}

#[test]
fn a_reader_that_is_gone_ends_the_capture() {
    let Some(namespace) = Namespace::new("gone-reader") else { return };
    let mut running = namespace.start(&["-i", "lo", "-f", "ndjson", "--duration", "60"]);
    drop(running.child.stdout.take());
    namespace.reset("2");
    let started = std::time::Instant::now();
    let status = running.child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(started.elapsed().as_secs() < 10);
}

#[test]
fn the_kernel_says_which_resets_are_its_own() {
    let Some(namespace) = Namespace::new("kernel") else { return };
    let script = format!(
        "mount -t tracefs tracefs /sys/kernel/tracing || exit 77
         exec {} capture -i lo --kernel-trace -f json --deaths 1",
        env!("CARGO_BIN_EXE_sshrst")
    );
    let mut command = namespace.command("sh");
    command.args(["-c", &script]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    errors.read_line(&mut said).unwrap();
    if !said.contains("capturing on") {
        eprintln!("skipped: the kernel cannot be asked here: {said}");
        _ = child.kill();
        child.wait().unwrap();
        return;
    }
    let running = Running { child, errors, said };
    namespace.reset("1");
    let (report, said, _) = running.end();
    let reset = &report["sessions"][0]["reset"];
    let kernel = &reset["kernel"];
    let heard = (kernel["says"].as_str(), kernel["reason"].as_str(), reset["sender"].as_str());
    assert_eq!(heard, (Some("sent"), Some("TCP_ABORT_ON_CLOSE"), Some("server")), "{said}");
    assert!(reset["confidence"].as_f64().unwrap() > 0.99, "{reset}");
}

#[test]
fn without_a_trace_it_is_said_and_the_capture_goes_on() {
    let Some(namespace) = Namespace::new("no-kernel") else { return };
    // `ip netns exec` mounts a /sys of its own, in which nothing else is mounted.
    let mut command = namespace.capture(&["-i", "lo", "--kernel-trace", "-f", "json", "--duration", "1"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output).contains("`mount -t tracefs tracefs"), "{}", said(&output));
}

#[test]
fn the_unit_for_unattended_use_is_one() {
    let unit =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/sshrst.service")).unwrap();
    let folder = std::env::temp_dir().join(format!("sshrst-unit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("sshrst.service");
    // It looks for the program, which is installed nowhere yet.
    std::fs::write(&file, unit.replace("/usr/local/bin/sshrst", env!("CARGO_BIN_EXE_sshrst"))).unwrap();
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file).output();
    std::fs::remove_dir_all(&folder).unwrap();
    let Ok(verified) = verified else {
        eprintln!("skipped: there is no systemd-analyze here");
        return;
    };
    let about_it: Vec<String> =
        said(&verified).lines().filter(|line| line.contains("sshrst.service")).map(str::to_owned).collect();
    assert!(about_it.is_empty() && verified.status.success(), "{about_it:?} {verified:?}");
    // What it starts is something that the command line knows: only the interface may be missing here.
    let started =
        unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/sshrst ")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sshrst"))
        .args(started.replace("-i any", "-i no-such").split(' '))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
}
