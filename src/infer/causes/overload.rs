//! A server that had no time.

use super::Share;
use crate::case::{Case, Progress};
use crate::cause::Cause;
use crate::flow::Side;
use crate::units::Elapsed;

/// That the server was overloaded, as an alternative to `shares`, where its kernel was quick and its programs were slow
/// before the user was let in. Never more: a name server or directory that does not answer looks the same.
pub(super) fn alternative(case: &Case, shares: &[Share]) -> Option<Share> {
    let likeliest = shares.iter().map(|(_, share)| *share).fold(0.0, f64::max);
    // A text says what it was.
    let open = (0.0..SAID).contains(&likeliest) && likeliest > 0.0;
    let before_login = matches!(case.progress?, Progress::Banner | Progress::Kex | Progress::Auth);
    (open && before_login && is_slow(case)).then_some((Cause::ServerOverloaded, likeliest * PART))
}

fn is_slow(case: &Case) -> bool {
    let service = case.service();
    let answered_late = service.longest().is_some_and(|longest| longest >= SLOW);
    answered_late || service.syn_tries > 1 || service.closed_window >= SLOW || said_nothing(case)
}

/// The server's kernel acknowledged what the client sent, and its program said nothing for a long time.
fn said_nothing(case: &Case) -> bool {
    let (client, server) = (case.flow.half(Side::Client), case.flow.half(Side::Server));
    let acknowledged = client.largest_arrived > 0;
    let since_opened = server.opened.map(|opened| case.flow.last.time.since(opened.time));
    acknowledged && server.first_data.is_none() && since_opened.is_some_and(|waited| waited >= SLOW)
}

/// Longer than any round trip, key exchange or password check takes on a machine that is well.
const SLOW: Elapsed = Elapsed::from_secs(3);

/// Part of the likeliest cause's share.
const PART: f64 = 0.15;

/// Share from which on something in clear text decided.
const SAID: f64 = 0.9;
