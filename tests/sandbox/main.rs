//! What is left to a process that has given up its rights, tried from inside: each trial is a thread that gives them up
//! and then does what it must not. And what the program itself has given up, as the kernel shows it.

#![cfg(all(feature = "sandbox", target_os = "linux"))]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::disallowed_types,
    reason = "the fence is around the core; tests open files and sockets"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod program;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::thread;

use sshrst::sandbox::{Kept, Rights};

/// Does `trial` with `rights` alone; `None`, and a word, where the kernel cannot take the others away.
fn with_only<T: Send>(rights: &Rights, trial: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let inside = scope.spawn(|| match rights.keep_only() {
            Kept { files: Ok(()), calls: Ok(()) } => Some(trial()),
            kept => {
                eprintln!("skipped: {:?}", kept.words());
                None
            }
        });
        inside.join().unwrap()
    })
}

/// Fails unless the system refused it.
#[track_caller]
fn assert_refused<T: std::fmt::Debug>(outcome: io::Result<T>) {
    match outcome {
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{error}"),
        Ok(done) => panic!("it was not refused: {done:?}"),
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn only_the_named_files_are_read_and_none_is_written() {
    let (folder, named) = (folder(), folder());
    let [file, other, inner] = [folder.path().join("a"), folder.path().join("b"), named.path().join("c")];
    for path in [&file, &other, &inner] {
        fs::write(path, "text").unwrap();
    }
    let link = named.path().join("link");
    symlink(&other, &link).unwrap();
    let rights = Rights::none().reading(&file).reading(named.path()).reading("/nowhere");
    with_only(&rights, || {
        assert_eq!(fs::read_to_string(&file).unwrap(), "text");
        assert_eq!(fs::read_to_string(&inner).unwrap(), "text");
        assert_eq!(fs::read_dir(named.path()).unwrap().count(), 2);
        assert_refused(fs::read_to_string(&other));
        assert_refused(fs::read_to_string(&link));
        assert_refused(fs::read_to_string("/etc/passwd"));
        assert_refused(fs::read_dir(folder.path()));
        assert_refused(OpenOptions::new().append(true).open(&file));
        assert_refused(File::create(named.path().join("d")));
        assert_refused(fs::remove_file(&inner));
        assert_refused(fs::rename(&inner, &file));
        assert_refused(fs::create_dir(folder.path().join("e")));
        assert_refused(symlink("/etc", named.path().join("f")));
        let mode = file.metadata().unwrap().permissions();
        assert_refused(fs::set_permissions(&file, mode));
        assert_refused(std::os::unix::fs::chown(&file, Some(0), None));
    });
}

#[test]
fn what_is_open_stays_open_and_can_be_given_its_name_only() {
    let folder = folder();
    let [begun, other] = [folder.path().join("begun"), folder.path().join("other")];
    let mut open = File::create(&begun).unwrap();
    fs::write(&other, "old").unwrap();
    with_only(&Rights::none().naming_in(folder.path()), || {
        open.write_all(b"new").unwrap();
        assert_refused(File::options().write(true).open(&other));
        assert_refused(File::open(&begun));
        fs::rename(&begun, &other).unwrap();
        // Written by nobody but who had it open.
        assert_refused(File::create(folder.path().join("third")));
    });
    assert!(matches!(fs::read_to_string(&other).unwrap().as_str(), "new" | "old"));
}

#[test]
fn files_of_a_ring_are_made_read_and_removed_where_they_belong() {
    let (here, elsewhere) = (folder(), folder());
    let rights = Rights::none().holding_in(here.path()).making_in(elsewhere.path());
    with_only(&rights, || {
        let held = here.path().join("ring1");
        fs::write(&held, "x").unwrap();
        fs::write(&held, "y").unwrap();
        assert_eq!(fs::read_to_string(&held).unwrap(), "y");
        fs::remove_file(&held).unwrap();
        let made = elsewhere.path().join("a.pcap1");
        fs::write(&made, "x").unwrap();
        assert_refused(File::open(&made));
        assert_refused(fs::remove_file(&made));
        assert_refused(fs::create_dir(here.path().join("d")));
    });
}

#[test]
fn a_directory_can_be_removed_where_that_is_named() {
    let (here, elsewhere) = (folder(), folder());
    let [inner, other] = [here.path().join("a"), elsewhere.path().join("a")];
    for path in [&inner, &other] {
        fs::create_dir(path).unwrap();
    }
    with_only(&Rights::none().removing_directories_in(here.path()), || {
        fs::remove_dir(&inner).unwrap();
        assert_refused(fs::remove_dir(&other));
    });
}

#[test]
fn no_connection_is_opened_or_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    with_only(&Rights::none(), || {
        assert_refused(TcpStream::connect(address));
        assert_refused(TcpListener::bind("127.0.0.1:0"));
        assert_refused(UdpSocket::bind("127.0.0.1:0"));
        assert_refused(std::os::unix::net::UnixDatagram::unbound());
        assert_refused(listener.accept());
        // Not even on a socket that is open.
        assert_refused(sender.send_to(b"x", address));
    });
}

#[test]
fn no_program_is_started_and_no_process_signalled() {
    let victim = Command::new("sleep").arg("60").spawn();
    let mut victim = victim.unwrap();
    with_only(&Rights::none(), || {
        assert_refused(Command::new("false").spawn());
        // Were it not refused, the test would end with the exit status of `false`.
        assert_refused::<()>(Err(Command::new("false").exec()));
        assert_refused(victim.kill());
    });
    victim.kill().unwrap();
    victim.wait().unwrap();
}

#[test]
fn threads_that_are_started_later_have_no_more_rights() {
    let folder = folder();
    let file = folder.path().join("a");
    fs::write(&file, "x").unwrap();
    with_only(&Rights::none(), || {
        let inner =
            thread::spawn(move || (File::open(file).map(drop), UdpSocket::bind("127.0.0.1:0").map(drop)));
        let (file, socket) = inner.join().unwrap();
        assert_refused(file);
        assert_refused(socket);
    });
}

#[test]
fn this_test_has_kept_its_own_rights() {
    assert!(Path::new("/etc/passwd").metadata().is_ok() && File::open("/etc/passwd").is_ok());
}
