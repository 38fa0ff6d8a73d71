//! The program as scripts and people call it: exit statuses, streams, bad input.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test makes files and fails by panicking"
)]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A capture of the repository: one session, reset by a box.
const CAPTURE: &str = "captures/idle-reject-seen-at-client/capture.pcap";

/// A capture of the repository: one session, closed in order.
const HEALTHY: &str = "captures/healthy-seen-at-client/capture.pcap";

fn sshrst(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sshrst"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    sshrst(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The octets of [`CAPTURE`].
fn capture() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(CAPTURE)).unwrap()
}

/// A directory of one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sshrst-cli-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, octets: &[u8]) -> String {
        let path = self.path(name);
        fs::write(&path, octets).unwrap();
        path
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs `analyze` on `file` and holds what it complains of against `expected`; nothing may be on standard output.
fn assert_refused(file: &str, status: i32, expected: &str) {
    let output = run(&["analyze", file]);
    let complaint = stderr(&output);
    assert_eq!(output.status.code(), Some(status), "{file}: {complaint}");
    assert!(complaint.starts_with("sshrst: ") && complaint.contains(expected), "{file}: {complaint}");
    assert!(output.stdout.is_empty(), "{file}: {}", stdout(&output));
    assert!(!complaint.contains("panicked"), "{complaint}");
}

#[test]
fn help_and_version_are_results_and_go_to_standard_output() {
    for arguments in
        [&["--help"][..], &["analyze", "--help"], &["explain", "-h"], &["timers", "--help"], &["help"]]
    {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(stdout(&output).contains("Usage:") && stdout(&output).ends_with('\n'), "{arguments:?}");
        assert!(output.stderr.is_empty());
    }
    assert_eq!(stdout(&run(&["--version"])), concat!("sshrst ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn an_analysis_ends_with_0_whatever_was_found() {
    for file in [CAPTURE, HEALTHY] {
        let output = run(&["analyze", file]);
        assert_eq!(output.status.code(), Some(0));
        assert!(output.stderr.is_empty(), "{}", stderr(&output));
    }
}

#[test]
fn wrong_usage_ends_with_2_and_a_hint() {
    for (arguments, expected) in [
        (&[][..], "no command was given"),
        (&["analyze"], "required"),
        (&["analyse"], "analyze"),
        (&["analyze", CAPTURE, "--port", "ssh"], "a port is a number from 1 to 65535"),
        (&["analyze", CAPTURE, "--port", "0"], "a port is a number"),
        (&["analyze", CAPTURE, "--format", "yaml"], "possible values"),
        (&["analyze", CAPTURE, "--force"], "--output"),
        (&["analyze", CAPTURE, "--threads", "0"], "threads"),
        (&["analyze", "-", "-"], "once"),
        (&["explain", "reset-ttl-difers"], "did you mean `reset-ttl-differs`?"),
        (&["explain", "qqqq"], "`sshrst explain` lists all"),
        (&["analyze", CAPTURE, "--session", "0"], "session"),
        (&["analyze", CAPTURE, "--host", "example.com"], "expected an IP address"),
        (&["analyze", CAPTURE, "--around", "noon"], "expected a time as"),
        (&["analyze", CAPTURE, "--around", "10:19", "--since", "10:19"], "cannot be used with"),
        (&["analyze", CAPTURE, "--fail-on", "fire"], "expected reset, death, a sender"),
        (&["completions", "sh"], "bash"),
        (&["timers", "soon"], "seconds"),
        (&["timers", "--", "-5"], "seconds"),
    ] {
        let output = run(arguments);
        let complaint = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complaint}");
        assert!(
            complaint.starts_with("sshrst: ") && complaint.contains(expected),
            "{arguments:?}: {complaint}"
        );
        assert!(complaint.contains("hint: ") || complaint.contains("tip: "), "{arguments:?}: {complaint}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn what_is_no_capture_ends_with_3_and_is_called_by_its_name() {
    let folder = Folder::new("bad");
    let file = |name: &str, octets: &[u8]| folder.file(name, octets);
    assert_refused(&folder.path("missing.pcap"), 3, "does not exist");
    assert_refused(folder.0.to_str().unwrap(), 3, "holds no capture");
    assert_refused(&file("empty.pcap", b""), 3, "is empty");
    assert_refused(&file("noise.pcap", b"\x01\x02\x03\x04\x05\x06\x07\x08"), 3, "is not a capture");
    assert_refused(&file("notes.pcap", b"10:19:00 IP 10.0.0.1.22 > 10.0.0.2.5000\n"), 3, "is text");
    assert_refused(
        &file("dump.pcap.gz", b"\x1f\x8b\x08\0\0\0\0\0"),
        3,
        "(gzip); decompressed it could not be read",
    );
    assert_refused(&file("dump.snoop", b"snoop\0\0\0\0\0\0\x02\0\0\0\x04"), 3, "Solaris snoop");
    assert_refused(&file("dump.cap", b"GMBU\0\x02\0\0\0\0\0\0"), 3, "Network Monitor");
    assert_refused(&file("trace.etl", &[0; 64]), 3, "etl2pcap");
    // The first half of a pcap header.
    assert_refused(&file("cut.pcap", &capture()[..12]), 3, "damaged");
}

#[test]
fn a_file_that_may_not_be_read_ends_with_3() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("permission");
    let path = folder.file("secret.pcap", &capture());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&path).is_ok() {
        return eprintln!("skipped: root reads every file");
    }
    assert_refused(&path, 3, "may not be read by this user");
}

#[test]
fn a_cut_capture_ends_with_4_and_its_report_is_still_written() {
    let folder = Folder::new("cut");
    let whole = capture();
    let path = folder.file("cut.pcap", &whole[..whole.len() - 7]);
    let output = run(&["analyze", &path]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("cut.pcap"), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("INCOMPLETE") && stdout(&output).contains("1 SSH session"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn an_unreadable_file_among_good_ones_ends_with_4_and_the_others_are_analysed() {
    let output = run(&["analyze", CAPTURE, "/nonexistent/dump.pcap"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("/nonexistent/dump.pcap does not exist"), "{}", stderr(&output));
    assert!(stdout(&output).contains("1 SSH session; it died."), "{}", stdout(&output));
}

#[test]
fn a_report_goes_to_a_file_only_if_nothing_is_lost_by_it() {
    let folder = Folder::new("output");
    let path = folder.path("report.txt");
    let write = |more: &[&str]| run(&[&["analyze", CAPTURE, "--output", &path], more].concat());
    let first = write(&[]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(first.stdout.is_empty());
    let report = fs::read_to_string(&path).unwrap();
    assert!(report.contains("1 SSH session; it died."));

    let second = write(&["--format", "json"]);
    assert_eq!(second.status.code(), Some(5));
    assert!(stderr(&second).contains("exists already\nhint: `--force` overwrites it"), "{}", stderr(&second));
    assert_eq!(fs::read_to_string(&path).unwrap(), report, "an existing file is left alone");

    assert_eq!(write(&["--format", "json", "--force"]).status.code(), Some(0));
    assert!(fs::read_to_string(&path).unwrap().starts_with('{'));
}

#[test]
fn a_report_that_cannot_be_written_ends_with_5() {
    let folder = Folder::new("unwritable");
    for (path, expected) in [
        (folder.path("no/such/folder/report.txt"), "its directory does not exist"),
        (folder.0.to_str().unwrap().to_owned(), "directory"),
    ] {
        let output = run(&["analyze", CAPTURE, "--output", &path]);
        assert_eq!(output.status.code(), Some(5), "{path}");
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    // A full disk: what is written to /dev/full fails.
    if let Ok(full) = File::options().write(true).open("/dev/full") {
        let output = sshrst(&["analyze", CAPTURE]).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    }
}

#[test]
fn an_input_is_never_overwritten_by_its_report() {
    let folder = Folder::new("itself");
    let path = folder.file("dump.pcap", &capture());
    let output = run(&["analyze", &path, "--output", &path, "--force"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(&path).unwrap(), capture());
}

#[test]
fn nothing_is_made_when_no_input_could_be_read() {
    let folder = Folder::new("nothing");
    let path = folder.path("report.txt");
    let output = run(&["analyze", "/nonexistent/dump.pcap", "--output", &path]);
    assert_eq!(output.status.code(), Some(3));
    assert!(!Path::new(&path).exists());
}

#[test]
fn a_reader_that_closes_the_pipe_early_is_no_failure() {
    // 148 timers are more than a pipe holds unread only if the reader is gone at once; a long report is.
    let mut child = sshrst(&["analyze", "--all", "--format", "json", CAPTURE])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut complaint = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{complaint}");
    assert_eq!(complaint, "");
}

#[test]
fn a_file_name_cannot_command_the_terminal() {
    let folder = Folder::new("name");
    let sound = folder.file("a\u{1b}]0;owned\u{7}.pcap", &capture());
    let missing = folder.path("b\u{1b}[2J.pcap");
    let output = run(&["analyze", &sound, &missing]);
    assert_eq!(output.status.code(), Some(4));
    for stream in [stdout(&output), stderr(&output)] {
        assert!(stream.chars().all(|it| it == '\n' || !it.is_control()), "{stream:?}");
        assert!(stream.contains("u{1b}"), "{stream}");
    }
    let usage = run(&["analyze", CAPTURE, "--port", "\u{1b}[2J"]);
    assert!(!stderr(&usage).contains('\u{1b}'), "{:?}", stderr(&usage));
    let unknown = run(&["explain", "\u{1b}[2J"]);
    assert!(!stderr(&unknown).contains('\u{1b}'), "{:?}", stderr(&unknown));
}

#[test]
fn colour_is_for_terminals_and_who_asks_for_it() {
    let colored = |arguments: &[&str], no_color: Option<&str>| {
        let mut command = sshrst(arguments);
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        command.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(!colored(&["analyze", CAPTURE], None), "standard output is no terminal here");
    assert!(colored(&["analyze", CAPTURE, "--color", "always"], None));
    assert!(colored(&["analyze", CAPTURE, "--color", "always"], Some("1")), "who asks for it gets it");
    assert!(!colored(&["analyze", CAPTURE, "--color", "never"], None));
    assert!(!colored(&["analyze", CAPTURE], Some("1")));
}

#[test]
fn standard_input_and_any_number_of_threads_give_the_same_report() {
    let report = |arguments: &[&str], input: Option<&str>| {
        let mut command = sshrst(&["analyze", "--format", "json"]);
        command.args(arguments);
        if let Some(path) = input {
            command.stdin(File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap());
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output)
    };
    let file = report(&[CAPTURE], None);
    assert_eq!(report(&[CAPTURE, "--threads", "1"], None), file);
    assert_eq!(report(&[CAPTURE, "--threads", "4"], None), file);
    let path = format!("\"path\": \"{CAPTURE}\"");
    assert!(file.contains(&path));
    assert_eq!(report(&["-"], Some(CAPTURE)), file.replace(&path, "\"path\": \"-\""));
}

#[test]
fn a_reproducible_report_holds_neither_version_nor_directories() {
    let text = stdout(&run(&["analyze", "--reproducible", "--format", "json", CAPTURE]));
    assert!(text.contains("\"path\": \"capture.pcap\""), "{text}");
    assert!(!text.contains("\"version\""), "{text}");
}

#[test]
fn each_line_of_ndjson_is_an_object_with_the_schemas_name() {
    let text = stdout(&run(&["analyze", "--format", "ndjson", CAPTURE, HEALTHY]));
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["schema"] == "sshrst/1"), "{text}");
    assert!(lines.last().unwrap()["capture"].is_object());
    assert_eq!(lines.len(), 3, "two sessions and the closing line");
}

#[test]
fn without_ssh_the_report_says_where_else_to_look() {
    let text = stdout(&run(&["analyze", "--port", "2222", CAPTURE]));
    assert!(text.contains("No SSH session found"), "{text}");
    let found = stdout(&run(&["analyze", "--port", "any", CAPTURE]));
    assert!(found.contains("1 SSH session; it died."), "{found}");
}

#[test]
fn every_id_that_a_report_names_can_be_explained() {
    let text = stdout(&run(&["analyze", "--format", "json", CAPTURE]));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let session = &report["sessions"][0];
    let mut ids = vec![session["cause"]["id"].as_str().unwrap()];
    ids.extend(session["reset"]["evidence"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()));
    ids.extend(
        session["timer"]["candidates"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()),
    );
    for id in ids {
        let output = run(&["explain", id]);
        assert_eq!(output.status.code(), Some(0), "{id}");
        assert!(stdout(&output).contains("References"), "{id}");
    }
}

#[test]
fn a_message_is_explained_whatever_stands_around_it() {
    let reset = "kex_exchange_identification: read: Connection reset by peer";
    for message in [reset, "ssh[4711]: KEX_EXCHANGE_IDENTIFICATION: read: connection reset by peer"] {
        let page = stdout(&run(&["explain", message]));
        assert!(page.starts_with(reset) && page.contains("tcp-wrappers"), "{page}");
    }
    let unquoted = stdout(&run(&["explain", "Connection", "reset", "by", "10.0.0.1", "port", "22"]));
    assert!(unquoted.contains("OpenSSH's ssh") && unquoted.contains("log of OpenSSH's sshd"), "{unquoted}");
    let unknown = run(&["explain", "No space left on device"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("no message is known like"), "{}", stderr(&unknown));
}

#[test]
fn what_the_report_says_that_the_user_saw_can_be_explained() {
    let text = stdout(&run(&["analyze", "--format", "json", CAPTURE]));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let message = report["sessions"][0]["client_saw"].as_str().unwrap();
    assert_eq!(run(&["explain", message]).status.code(), Some(0), "{message}");
}

#[test]
fn the_catalogue_of_timers_is_listed_and_searched() {
    assert!(stdout(&run(&["timers"])).contains("aws-nlb-tcp"));
    for seconds in ["350", "350s"] {
        assert!(stdout(&run(&["timers", seconds])).starts_with("As long as 5 min 50 s"), "{seconds}");
    }
}

/// A file of timers with `lines` in its only one.
fn timers(folder: &Folder, lines: &str) -> String {
    let head = "[[timer]]\nid = \"edge\"\nwhose = \"our firewall\"\nends_by = \"silent_then_rst_sender\"\n";
    folder.file("timers.toml", format!("{head}{lines}").as_bytes())
}

#[test]
fn a_timer_of_the_users_is_named_first_where_it_fits() {
    let folder = Folder::new("own-timers");
    for (lines, fits) in
        [("default_s = 5\n", true), ("settable_s = [4, 20]\n", true), ("default_s = 60\n", false)]
    {
        let file = timers(&folder, lines);
        let output = run(&["analyze", "--format", "json", "--timers", &file, CAPTURE]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let first = &report["sessions"][0]["timer"]["candidates"][0]["id"];
        assert_eq!(first == "edge", fits, "{lines}: {first}");
        let text = stdout(&run(&["analyze", "--timers", &file, CAPTURE]));
        assert_eq!(text.contains("yours: our firewall"), fits, "{text}");
        let redacted = stdout(&run(&["analyze", "--format", "json", "--redact", "--timers", &file, CAPTURE]));
        assert!(!redacted.contains("edge") && !redacted.contains("our firewall"), "{redacted}");
        assert_eq!(redacted.contains("\"own-timer-1\""), fits, "{redacted}");
    }
    let listed = stdout(&run(&["timers", "70", "--timers", &timers(&folder, "default_s = 60\n")]));
    assert!(listed.starts_with("Yours\n  edge "), "{listed}");
}

#[test]
fn a_file_of_timers_that_cannot_be_used_ends_with_2_and_its_line() {
    let folder = Folder::new("bad-timers");
    for (lines, expected) in [
        ("default_s = -5\n", "timers.toml, line 5: -5 s is not a time"),
        ("defalt_s = 5\n", "timers.toml, line 5: unknown field `defalt_s`"),
        ("", "has no value"),
    ] {
        let file = timers(&folder, lines);
        for arguments in [&["analyze", CAPTURE, "--timers", &file][..], &["timers", "--timers", &file]] {
            let output = run(arguments);
            assert_eq!(output.status.code(), Some(2), "{lines}");
            assert!(stderr(&output).contains(expected) && output.stdout.is_empty(), "{}", stderr(&output));
        }
    }
    let missing = run(&["analyze", CAPTURE, "--timers", &folder.path("none.toml")]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("timers could not be read"), "{}", stderr(&missing));
}

/// `analyze` of [`CAPTURE`] with these options, as JSON.
fn json_of(options: &[&str]) -> serde_json::Value {
    let output = run(&[&["analyze", CAPTURE, "--format", "json"], options].concat());
    assert_eq!(output.status.code(), Some(0), "{options:?}: {}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn sessions_are_chosen_by_number_address_and_time() {
    let ours = ["192.168.40.51", "10.44.7.12"];
    for (options, chosen) in [
        (&["--session", "1"][..], true),
        (&["--session", "2"], false),
        (&["--session", "2", "--session", "1"], true),
        (&["--host", ours[0]], true),
        (&["--host", ours[1]], true),
        (&["--host", "10.44.0.0/16", "--host", "192.0.2.1"], true),
        (&["--host", "192.0.2.1"], false),
        (&["--client", ours[0]], true),
        (&["--client", ours[1]], false),
        (&["--server", ours[1]], true),
        (&["--server", ours[0]], false),
        (&["--client", ours[0], "--server", "192.0.2.1"], false),
        (&["--since", "2026-11-21T10:19:05Z"], true),
        (&["--since", "10:19:11"], false),
        (&["--until", "2026-11-21 10:19:05"], true),
        (&["--until", "10:19"], false),
        (&["--around", "10:23"], true),
        (&["--around", "10:25"], false),
        (&["--around", "2026-11-21 11:18+01:00"], true),
        (&["--around", "2026-11-20 10:19"], false),
    ] {
        let report = json_of(options);
        assert_eq!(report["sessions"].as_array().unwrap().len(), usize::from(chosen), "{options:?}");
        assert_eq!(report["selection"]["chosen"], u64::from(chosen), "{options:?}");
        assert_eq!(report["selection"]["of"], 1, "{options:?}");
    }
    assert!(json_of(&[]).get("selection").is_none());
}

#[test]
fn where_nothing_is_chosen_the_report_says_what_there_is() {
    for format in ["text", "markdown", "html"] {
        let output = run(&["analyze", CAPTURE, "--client", "192.0.2.0/24", "--format", format]);
        let report = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(0));
        for part in [
            "No session is as asked for",
            "192.0.2.0/24",
            "The capture holds 1 SSH session",
            "192.168.40.51",
            "10.44.7.12",
        ] {
            assert!(report.contains(part), "{format}: `{part}` is missing in {report}");
        }
    }
}

#[test]
fn a_chosen_session_is_shown_with_its_exchange() {
    let text = stdout(&run(&["analyze", HEALTHY, "--session", "1"]));
    assert!(text.contains("The exchange") && text.contains("SYN, ACK"), "{text}");
    assert!(!stdout(&run(&["analyze", CAPTURE])).contains("The exchange"));
}

#[test]
fn fail_on_ends_with_1_where_it_matches() {
    for (file, what, status) in [
        (CAPTURE, &["reset"][..], 1),
        (CAPTURE, &["death"], 1),
        (CAPTURE, &["middlebox"], 1),
        (CAPTURE, &["server"], 0),
        (CAPTURE, &["server", "network-or-firewall-timeout"], 1),
        (CAPTURE, &["protocol-error"], 0),
        (HEALTHY, &["reset", "death", "middlebox", "undetermined"], 0),
        (HEALTHY, &["normal"], 1),
    ] {
        let mut arguments = vec!["analyze", file];
        arguments.extend(what.iter().flat_map(|what| ["--fail-on", what]));
        assert_eq!(run(&arguments).status.code(), Some(status), "{what:?}");
    }
    // What is not shown does not count.
    let elsewhere = ["analyze", CAPTURE, "--fail-on", "reset", "--host", "192.0.2.1"];
    assert_eq!(run(&elsewhere).status.code(), Some(0));
    // Damage outranks it: a script that sees 1 may trust that everything was read.
    let folder = Folder::new("fail-on");
    let whole = capture();
    let cut = folder.file("cut.pcap", &whole[..whole.len() - 5]);
    assert_eq!(run(&["analyze", &cut, CAPTURE, "--fail-on", "reset"]).status.code(), Some(4));
}

#[test]
fn manual_and_completions_hold_every_command() {
    let manual = stdout(&run(&["man"]));
    let scripts = ["bash", "zsh", "fish"].map(|shell| stdout(&run(&["completions", shell])));
    // What sshrst calls itself with is nobody else's.
    for command in sshrst::cli::command().get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = command.get_name();
        assert!(manual.contains(&format!("sshrst\\-{name}")), "{name} is not in the manual");
        assert!(scripts.iter().all(|script| script.contains(name)), "{name} is not completed");
    }
    assert!(manual.contains("\\-\\-fail\\-on") && scripts.iter().all(|script| script.contains("fail-on")));
}

#[test]
fn times_are_those_of_the_zone_that_is_asked_for() {
    let zone = ["--time-zone", "Asia/Kolkata"];
    let arguments = [&["analyze", CAPTURE, "--since", "15:49", "--until", "15:50"], &zone[..]].concat();
    let shown = stdout(&run(&arguments));
    assert!(shown.contains("2026-11-21 15:49:10.610 +05:30, frame 87"), "{shown}");
    assert!(!shown.contains("10:19:10"), "{shown}");
    let json = stdout(&run(&[&arguments[..], &["--format", "ndjson"]].concat()));
    assert!(json.contains("2026-11-21T15:49:10.610331808+05:30"), "{json}");
    assert!(json.contains("\"time_zone\":\"Asia/Kolkata\""), "{json}");
    let wrong = run(&["analyze", CAPTURE, "--time-zone", "kolkata"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("did you mean `Asia/Kolkata`?"), "{}", stderr(&wrong));
}
