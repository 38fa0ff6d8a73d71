//! The logins of `tests/lab/pairs`, and what `sshrst` says of them against the programs' own logs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// SSH message numbers that are counted.
const KEXINIT: &str = "20";
const NEWKEYS: &str = "21";
const FAILURE: &str = "51";
const SUCCESS: &str = "52";

/// One login: what was done and logged, and the session of the report.
pub(crate) struct Login<'a> {
    done: &'a Value,
    session: &'a Value,
}

/// A share of logins, by what they have in common.
#[derive(Default)]
pub(crate) struct Share(BTreeMap<String, [u32; 2]>);

impl Share {
    fn add(&mut self, of: &str, right: bool) {
        let [counted, all] = self.0.entry(of.to_owned()).or_default();
        *counted += u32::from(right);
        *all += 1;
    }

    /// Those of which less than `least` per cent are right.
    pub(crate) fn below(&self, least: u32) -> Vec<String> {
        let low = self.0.iter().filter(|(_, [right, all])| right * 100 < all * least);
        low.map(|(of, [right, all])| format!("{of}: {right} of {all}")).collect()
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let told: Vec<String> =
            self.0.iter().map(|(of, [right, all])| format!("{of} {right}/{all}")).collect();
        f.write_str(&told.join(", "))
    }
}

/// Puts logins and sessions together, by the server's address; each login has its own.
pub(crate) fn logins<'a>(done: &'a Value, report: &'a Value) -> Vec<Login<'a>> {
    let sessions: BTreeMap<&str, &Value> = report["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|session| (session["server"]["ip"].as_str().unwrap(), session))
        .collect();
    let done = done.as_array().unwrap().iter();
    let of = |done: &Value| sessions.get(done["server_ip"].as_str().unwrap()).copied();
    done.map(|done| Login {
        done,
        session: of(done).unwrap_or_else(|| panic!("{} is not in the report", done["name"])),
    })
    .collect()
}

impl Login<'_> {
    fn text(&self, field: &str) -> &str {
        self.done[field].as_str().unwrap()
    }

    pub(crate) fn name(&self) -> &str {
        self.text("name")
    }

    pub(crate) fn pair(&self) -> (&str, &str) {
        (self.text("client"), self.text("server"))
    }

    /// Whether it was made to end before the user was let in.
    pub(crate) fn ended_in_authentication(&self) -> bool {
        self.done["in_authentication"].as_bool().unwrap()
    }

    /// Messages of a number that a log counts.
    fn logged(&self, way: &str, number: &str) -> u64 {
        self.done[way][number].as_u64().unwrap_or(0)
    }

    fn event(&self, id: &str) -> Option<u64> {
        let events = self.session["ssh"]["encrypted"]["events"].as_array().unwrap();
        events.iter().find(|event| event["id"] == id).map(|event| event["count"].as_u64().unwrap())
    }

    /// Whether some log holds the server's messages.
    fn has_log(&self) -> bool {
        self.done["s2c"].as_object().is_some_and(|counts| !counts.is_empty())
    }

    /// Whether the user was let in, by a log.
    fn was_let_in(&self) -> bool {
        self.logged("s2c", SUCCESS) > 0
    }

    /// Adds whether the counts of authentication are those of the log.
    pub(crate) fn add_authentication(&self, share: &mut Share) {
        if self.has_log() {
            let failures = self.event("authentication-failed").unwrap_or(0) == self.logged("s2c", FAILURE);
            let success = self.event("authentication-succeeded").is_some() == self.was_let_in();
            share.add(self.text("suite"), failures && success);
        }
    }

    /// What the report says otherwise than it must.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut must = |holds: bool, fault: String| {
            if !holds {
                faults.push(format!("{}: {fault}", self.name()));
            }
        };
        let ssh = &self.session["ssh"];
        must(ssh["violations"].as_array().unwrap().is_empty(), format!("violations {}", ssh["violations"]));
        for log in self.done["negotiated"].as_array().unwrap() {
            for (field, name) in log.as_object().unwrap() {
                must(ssh["negotiated"][field] == *name, format!("{field} is not {name}"));
            }
        }
        for side in ["client", "server"] {
            let stream = &ssh["encrypted"][side];
            let walked = stream["packets"].as_u64().is_some() && stream["cut_inside_packet"] == false;
            must(!self.lengths_are_clear() || walked, format!("the {side}'s packets: {stream}"));
            must(stream["cut_inside_packet"] != true, format!("the {side}'s stream is cut"));
        }
        must(self.phase_is_right(), format!("phase {}", self.session["phase"]));
        must(self.keepalives_are_right(), format!("keepalives {}", ssh["keepalive"]));
        must(self.rekeys_are_right(), format!("key exchanges {:?}", self.event("rekeyed")));
        must(self.activity_is_right(), format!("activity {}", ssh["encrypted"]["events"]));
        faults
    }

    fn lengths_are_clear(&self) -> bool {
        matches!(self.text("suite"), "gcm" | "etm" | "umac-etm")
    }

    fn phase_is_right(&self) -> bool {
        let phase = self.session["phase"].as_str();
        // A server that answers paramiko's second SERVICE_REQUEST with DISCONNECT lets nobody in, whatever was planned.
        let in_authentication = self.ended_in_authentication() || self.has_log() && !self.was_let_in();
        if in_authentication {
            phase.is_some_and(|phase| phase != "session")
        } else {
            matches!(phase, Some("session" | "closed"))
        }
    }

    fn keepalives_are_right(&self) -> bool {
        let interval = |side: &str| self.session["ssh"]["keepalive"][format!("{side}_interval_s")].as_f64();
        let (client, server) = (interval("client"), interval("server"));
        // Dropbear compresses where the peer does too: sizes then say nothing.
        match self.text("how") {
            "alive" => {
                self.pair() == ("dropbear", "dropbear") || client.is_some_and(|it| (0.9..1.2).contains(&it))
            }
            // OpenSSH 9.2 sends the second one a second late when told to send one a second.
            "alive-server" => client.is_none() && server.is_some_and(|it| (0.9..2.2).contains(&it)),
            _ => client.is_none() && server.is_none(),
        }
    }

    /// Exact where lengths are read; else some may share a segment with data and be missed.
    fn rekeys_are_right(&self) -> bool {
        let counted = |number| self.logged("c2s", number).min(self.logged("s2c", number)).saturating_sub(1);
        let (said, done) = (self.event("rekeyed").unwrap_or(0), counted(NEWKEYS));
        let begun = self.logged("c2s", KEXINIT).max(self.logged("s2c", KEXINIT)).saturating_sub(1);
        if self.lengths_are_clear() { (done..=begun).contains(&said) } else { said <= begun }
    }

    fn activity_is_right(&self) -> bool {
        let keys = self.event("keystrokes");
        match self.text("how") {
            // Twenty-one keys and the end of the file; two that fall into one segment are one.
            "typing" if self.text("server") == "openssh" => {
                keys.is_some_and(|keys| (18..=24).contains(&keys))
            }
            "typing" => true,
            "stalled" => self.event("bulk-stalled").is_some() && keys.is_none(),
            "bulk" => self.event("bulk").is_some() && keys.is_none(),
            _ => keys.is_none() && self.event("hidden-keystrokes").is_none(),
        }
    }
}

/// The pairs of programs in these logins.
pub(crate) fn pairs<'a>(logins: &'a [Login<'a>]) -> BTreeSet<(&'a str, &'a str)> {
    logins.iter().map(Login::pair).collect()
}
