//! A page in a browser, where there is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use sshrst::report::{self, Detail};

use super::form::many;
use super::{html, rendered, report_of};

/// The browser, if it is installed.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok())
}

/// A folder for pages and what the browser keeps, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sshrst-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn page(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// What `browser` makes of a page: with `--dump-dom` its elements on standard output, complaints on standard error.
    fn open(&self, browser: &str, mode: &str, page: &Path) -> Output {
        Command::new(browser)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
            ])
            .args(["--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND", mode])
            .arg(format!("--user-data-dir={}", self.0.join("profile").display()))
            .arg(format!("file://{}", page.display()))
            .output()
            .unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
#[allow(clippy::disallowed_macros, reason = "says why it is skipped")]
fn chromium_shows_a_page_without_a_complaint() {
    let Some(browser) = browser() else {
        println!("skipped: no Chromium");
        return;
    };
    let folder = Folder::new("browser");
    let page = folder.page("report.html", &html(&report_of("idle-reject-seen-at-client")));
    let output = folder.open(browser, "--dump-dom", &page);
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("</svg>") && shown.trim_end().ends_with("</html>"), "{shown}{complaints}");
    let console: Vec<&str> = complaints.lines().filter(|line| line.contains(":CONSOLE")).collect();
    assert!(console.is_empty(), "{console:#?}");
}

/// Octets that a page of ten thousand sessions may have.
const PAGE: usize = 5_000_000;

#[test]
#[ignore = "takes its time where others use the machine, too"]
#[allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "says why it is skipped; a stopwatch"
)]
fn chromium_draws_ten_thousand_sessions() {
    let Some(browser) = browser() else {
        println!("skipped: no Chromium");
        return;
    };
    let folder = Folder::new("browser-many");
    let report = many(10_000);
    let large = rendered(|out| report::html(&report, Detail::Deaths, out));
    assert!(large.len() <= PAGE, "{} octets", large.len());
    let pages =
        [folder.page("empty.html", "<!DOCTYPE html><title>empty</title>"), folder.page("large.html", &large)];
    let drawn = folder.0.join("drawn.png");
    let mode = format!("--screenshot={}", drawn.display());
    // Of each the shortest of some: the first start makes the browser's profile, and others use the machine, too.
    let [empty, loaded] = pages.map(|page| {
        let times = (0..4).map(|_| {
            _ = fs::remove_file(&drawn);
            let began = Instant::now();
            folder.open(browser, &mode, &page);
            assert!(drawn.exists(), "{} was not drawn", page.display());
            began.elapsed()
        });
        times.min().unwrap()
    });
    let took = loaded.saturating_sub(empty);
    println!("{} octets: {took:?} more than an empty page ({empty:?})", large.len());
    assert!(took < Duration::from_secs(3), "{took:?} more than an empty page");
}
