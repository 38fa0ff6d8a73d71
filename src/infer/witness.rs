//! What the kernel of the capturing host itself says of a reset.
//!
//! No packet shows who sent it as surely: the kernel names each reset that its TCP sends, and why. A filter's and a
//! forger's are none of its TCP's.

use std::net::SocketAddr;

use super::weigh::Weighed;
use super::{Diagnosis, Sender, Verdict, causes, client_saw, settle};
use crate::case::Case;
use crate::cause::{Bearing, Origin};
use crate::units::{Elapsed, Timestamp};
use crate::wire::Endpoint;

/// A reset of which the kernel spoke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelReset {
    /// When.
    pub time: Timestamp,
    /// Its TCP sent it; else it received it, and took it.
    pub sent: bool,
    /// From where.
    pub from: Endpoint,
    /// To where; `None` where the kernel had no connection left to tell.
    pub to: Option<Endpoint>,
    /// Why it was sent, in the kernel's word; empty where it was received.
    pub reason: String,
}

impl KernelReset {
    /// A reset that its TCP sent.
    pub fn sent(time: Timestamp, from: SocketAddr, to: Option<SocketAddr>, reason: String) -> Self {
        Self { time, sent: true, from: endpoint(from), to: to.map(endpoint), reason }
    }

    /// A reset that its TCP received, and took.
    pub fn taken(time: Timestamp, from: SocketAddr, to: SocketAddr) -> Self {
        Self { time, sent: false, from: endpoint(from), to: Some(endpoint(to)), reason: String::new() }
    }
}

fn endpoint(end: SocketAddr) -> Endpoint {
    // A socket that serves both versions names IPv4 peers as mapped ones.
    Endpoint { addr: end.ip().to_canonical(), port: end.port() }
}

/// What the kernel said of the decisive reset of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Testimony {
    /// Its TCP sent it, for this reason.
    Sent(String),
    /// Its TCP did not send it, though its address is one of the host's.
    NotSent,
    /// Its TCP received it from elsewhere, and took it.
    Taken,
}

/// The kernel speaks before the packet passes the capture, within this time; the rest is the error of two clocks.
const TOGETHER: Elapsed = Elapsed::from_millis(100);

/// What is left for errors of the join: another connection with the same ends in another network namespace.
const ERROR: f64 = 0.002;

/// Thirty decibans: what the kernel says of itself outweighs what packets make likely.
const SURE: i32 = -30;

impl Testimony {
    /// What `said`, the resets of which the kernel spoke, says of the decisive reset of `case`. `is_own`: whether an
    /// address is one of the host's.
    pub fn of(case: &Case, said: &[KernelReset], is_own: impl Fn(Endpoint) -> bool) -> Option<Self> {
        let reset = case.reset.as_ref()?;
        let (from, to) = (case.endpoint(reset.claimed), case.endpoint(reset.receiver()));
        let near = |it: &&KernelReset| {
            let apart = it.time.since(reset.segment().time);
            apart <= TOGETHER && Elapsed::ZERO - apart <= TOGETHER
        };
        let of_it = |it: &&KernelReset| it.from == from && it.to.is_none_or(|other| other == to);
        let mut about = said.iter().filter(near).filter(of_it);
        if is_own(from) {
            let sent = about.find(|it| it.sent);
            return Some(sent.map_or(Self::NotSent, |it| Self::Sent(it.reason.clone())));
        }
        about.any(|it| !it.sent).then_some(Self::Taken)
    }

    /// How it bears on each origin.
    const fn bearing(&self) -> Bearing {
        let silent = Bearing::SILENT;
        match self {
            Self::Sent(_) => {
                Bearing { host_filter: SURE, path_filter: SURE, forger: SURE, owner: SURE, ..silent }
            }
            Self::NotSent => Bearing { socket: SURE, stack: SURE, ..silent },
            Self::Taken => silent,
        }
    }
}

impl Diagnosis {
    /// Takes what the kernel said of the decisive reset, and judges anew.
    pub fn hear(&mut self, case: &Case, testimony: Testimony) {
        let (Some(verdict), Some(reset)) = (self.verdict.take(), case.reset.as_ref()) else { return };
        let bearing = testimony.bearing();
        let likely = |(origin, share): (Origin, f64)| share * bearing.of(origin).likelihood_ratio();
        let mut shares = Origin::ALL.into_iter().zip(verdict.origins).map(likely);
        let shares = verdict.origins.map(|_| shares.next().unwrap_or_default().max(ERROR / 6.0));
        let total: f64 = shares.iter().sum();
        let prior_middlebox = verdict.prior_middlebox;
        let conflict = verdict.conflict && testimony == Testimony::Taken;
        let weighed = Weighed { posterior: shares.map(|share| share / total), prior_middlebox, conflict };
        let mut heard = Verdict::new(case, reset, verdict.evidence, &weighed);
        heard.would_settle = match heard.sender {
            Sender::Undetermined => settle::observations(case, reset, &heard),
            _ => Vec::new(),
        };
        heard.kernel = Some(testimony);
        self.causes = causes::ranked(case, Some(&heard));
        self.client_saw = client_saw::text(case, self.likeliest());
        self.verdict = Some(heard);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::case;
    use crate::flow::Side;
    use crate::flow::tests::{Sent, Wire};
    use crate::infer::diagnose;
    use crate::wire::Flags;

    /// A SYN that was answered by a reset with the server's address: nobody can tell by whom.
    fn refused() -> Case {
        let mut wire = Wire::new();
        wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() }).send(
            Side::Server,
            Sent { flags: Flags::RST.with(Flags::ACK), seq: 0, ack: 101, ..Sent::default() },
        );
        case(&wire)
    }

    fn said(case: &Case, sent: bool, later: Elapsed) -> KernelReset {
        let reset = case.reset.as_ref().unwrap();
        KernelReset {
            time: reset.segment().time + later,
            sent,
            from: case.endpoint(reset.claimed),
            to: Some(case.endpoint(reset.receiver())),
            reason: "NO_SOCKET".to_owned(),
        }
    }

    #[test]
    fn the_kernel_settles_what_the_packets_leave_open() {
        let case = refused();
        let mut diagnosis = diagnose(&case);
        assert_eq!(diagnosis.verdict.as_ref().unwrap().sender, Sender::Undetermined);
        let sent = said(&case, true, Elapsed::from_micros(-40));
        let testimony = Testimony::of(&case, &[sent], |_| true).unwrap();
        assert_eq!(testimony, Testimony::Sent("NO_SOCKET".to_owned()));
        diagnosis.hear(&case, testimony);
        let verdict = diagnosis.verdict.unwrap();
        assert_eq!(
            (verdict.sender, verdict.would_settle.len()),
            (Sender::Server, 0),
            "{:?}",
            verdict.origins
        );
        assert!((verdict.origins.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_kernel_that_did_not_send_it_leaves_filters_and_others() {
        let case = refused();
        let mut diagnosis = diagnose(&case);
        let testimony = Testimony::of(&case, &[], |_| true).unwrap();
        assert_eq!(testimony, Testimony::NotSent);
        diagnosis.hear(&case, testimony);
        let origins = diagnosis.verdict.unwrap().origins;
        let own = |origin: Origin| matches!(origin, Origin::Socket | Origin::Stack);
        let left: f64 =
            Origin::ALL.into_iter().zip(origins).filter(|(it, _)| own(*it)).map(|(_, share)| share).sum();
        assert!(left < 0.01, "{origins:?}");
    }

    #[test]
    fn another_reset_is_not_this_one_and_a_foreign_host_is_not_asked() {
        let case = refused();
        let late = said(&case, true, Elapsed::from_secs(1));
        let other = KernelReset {
            to: Some(Endpoint { port: 9, ..case.endpoint(Side::Client) }),
            ..said(&case, true, Elapsed::ZERO)
        };
        assert_eq!(Testimony::of(&case, &[late, other], |_| true), Some(Testimony::NotSent));
        assert_eq!(Testimony::of(&case, &[], |_| false), None);
        let taken = said(&case, false, Elapsed::ZERO);
        assert_eq!(Testimony::of(&case, &[taken], |_| false), Some(Testimony::Taken));
    }

    #[test]
    fn what_the_kernel_leaves_open_still_says_what_would_settle_it() {
        let case = refused();
        let mut diagnosis = diagnose(&case);
        diagnosis.hear(&case, Testimony::Taken);
        let verdict = diagnosis.verdict.unwrap();
        assert_eq!((verdict.sender, verdict.would_settle.is_empty()), (Sender::Undetermined, false));
    }

    #[test]
    fn two_clocks_may_be_a_tenth_of_a_second_apart() {
        let case = refused();
        let of = |millis| Testimony::of(&case, &[said(&case, true, Elapsed::from_millis(millis))], |_| true);
        let sent = Some(Testimony::Sent("NO_SOCKET".to_owned()));
        assert_eq!([of(100), of(-100)], [sent.clone(), sent]);
        assert_eq!([of(101), of(-101)], [Some(Testimony::NotSent), Some(Testimony::NotSent)]);
    }

    #[test]
    fn what_the_kernel_says_rules_out_what_it_would_not_say() {
        let ruled_out = |testimony: Testimony| {
            let case = refused();
            let mut diagnosis = diagnose(&case);
            diagnosis.verdict.as_mut().unwrap().origins = [1.0 / 6.0; 6];
            diagnosis.hear(&case, testimony);
            let origins = diagnosis.verdict.unwrap().origins;
            Origin::ALL
                .into_iter()
                .zip(origins)
                .filter(|(_, share)| *share < 0.01)
                .map(|(it, _)| it)
                .collect()
        };
        let (own, others) = Origin::ALL.split_at(2);
        assert_eq!(own, [Origin::Socket, Origin::Stack]);
        let sent: Vec<Origin> = ruled_out(Testimony::Sent(String::new()));
        let not_sent: Vec<Origin> = ruled_out(Testimony::NotSent);
        assert_eq!((&sent[..], &not_sent[..]), (others, own));
        assert_eq!(ruled_out(Testimony::Taken), []);
    }

    #[test]
    fn a_few_in_a_thousand_are_left_for_another_connection_with_the_same_ends() {
        let case = refused();
        let mut diagnosis = diagnose(&case);
        diagnosis.verdict.as_mut().unwrap().origins = [0.5, 0.5, 0.0, 0.0, 0.0, 0.0];
        diagnosis.hear(&case, Testimony::Sent(String::new()));
        let verdict = diagnosis.verdict.unwrap();
        // Of six parts of the error three are a box's.
        assert!((verdict.middlebox - ERROR / 2.0).abs() < ERROR / 100.0, "{}", verdict.middlebox);
    }

    #[test]
    fn a_conflict_outlives_only_what_leaves_it_open() {
        let case = refused();
        let after = |testimony: Testimony| {
            let mut diagnosis = diagnose(&case);
            diagnosis.verdict.as_mut().unwrap().conflict = true;
            diagnosis.hear(&case, testimony);
            diagnosis.verdict.unwrap().conflict
        };
        let sent = Testimony::Sent(String::new());
        assert_eq!([sent, Testimony::NotSent, Testimony::Taken].map(after), [false, false, true]);
    }
}
