//! In cipher, and nobody was let in yet.

use super::{Share, scaled, session, signs};
use crate::case::{Case, Ending, Reset};
use crate::cause::Cause;
use crate::flow::Side;
use crate::infer::Verdict;
use crate::units::Elapsed;

pub(super) fn causes(case: &Case, verdict: Option<&Verdict>) -> Vec<Share> {
    match (case.ending, &case.reset, verdict) {
        (Ending::Reset, Some(reset), Some(verdict)) => reset_at_login(case, reset, verdict),
        (Ending::Close, ..) => closed(case),
        (Ending::Silence, ..) => session::silence(case),
        _ => Vec::new(),
    }
}

fn reset_at_login(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<Share> {
    let own = |shares| scaled(shares, verdict.claimed_host);
    let mut shares = match reset.claimed {
        Side::Server if signs::after_usual_grace(age(case, reset)) => {
            own(vec![(Cause::LoginGraceTimeout, 0.8), (Cause::SshdSessionKilled, 0.15)])
        }
        Side::Server => own(vec![
            (Cause::SshdSessionKilled, 0.45),
            (Cause::LoginGraceTimeout, 0.3),
            (Cause::OomKill, 0.1),
            (Cause::CorruptedPacket, 0.05),
        ]),
        Side::Client => {
            let ended = vec![(Cause::ClientAbort, 0.55), (Cause::ClientKilled, 0.35)];
            session::by_client_early(case, reset, verdict, ended)
        }
    };
    shares.extend(session::boxes(case, reset, verdict));
    shares
}

fn age(case: &Case, reset: &Reset) -> Elapsed {
    signs::age(case, crate::flow::Moment::of(reset.segment()))
}

fn closed(case: &Case) -> Vec<Share> {
    let Some((side, fin)) = case.first_fin() else { return Vec::new() };
    let cipher = &case.transcript.cipher;
    if cipher.too_many_failures.is_some() {
        return vec![(Cause::MaxAuthTries, 0.93)];
    }
    match side {
        // A refused login ends with the client's close; so does a prompt at which the user gave up.
        Side::Client if cipher.failures > 1 => {
            vec![(Cause::AuthenticationFailed, 0.75), (Cause::ClientAbort, 0.2)]
        }
        // Nobody decides that fast: the client had no more to try.
        Side::Client if cipher.failures > 0 && signs::pause_before(case, fin.frame) < BY_ITSELF => {
            vec![(Cause::AuthenticationFailed, 0.7), (Cause::ClientAbort, 0.25)]
        }
        Side::Client => {
            vec![(Cause::ClientAbort, 0.5), (Cause::AuthenticationFailed, 0.25), (Cause::ClientKilled, 0.2)]
        }
        Side::Server => server_closed(case, signs::age(case, fin), fin),
    }
}

fn server_closed(case: &Case, age: Elapsed, fin: crate::flow::Moment) -> Vec<Share> {
    if signs::after_usual_grace(age) {
        return vec![(Cause::LoginGraceTimeout, 0.8), (Cause::SshdSessionKilled, 0.15)];
    }
    // Waiting for the user's password is a silence; the grace time ends it, whatever its length is set to.
    if signs::pause_before(case, fin.frame) > PROMPT {
        return if signs::is_whole_seconds(age) {
            vec![(Cause::LoginGraceTimeout, 0.75), (Cause::SshdSessionKilled, 0.2)]
        } else {
            vec![(Cause::SshdSessionKilled, 0.5), (Cause::LoginGraceTimeout, 0.35), (Cause::OomKill, 0.05)]
        };
    }
    if case.transcript.cipher.failures > 2 {
        return vec![(Cause::MaxAuthTries, 0.7), (Cause::AuthenticationFailed, 0.2)];
    }
    vec![(Cause::SshdSessionKilled, 0.5), (Cause::CorruptedPacket, 0.2), (Cause::LoginGraceTimeout, 0.15)]
}

/// A pause at the prompt.
const PROMPT: Elapsed = Elapsed::from_millis(1500);

/// A program closes within this after the message that makes it close; a person takes longer.
const BY_ITSELF: Elapsed = Elapsed::from_millis(150);
