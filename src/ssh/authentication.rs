//! Authentication as it shows in sizes and order: service, failures, success.
//!
//! Client and server take turns. A request of the client is answered by the last packet the server sends before
//! the client goes on; what comes before it (a banner, EXT_INFO) answers nothing.

use super::suite::Sizes;
use super::transcript::{Cipher, Mark, Pair, Side};
use super::volume::Volume;
use crate::units::{Elapsed, Timestamp};

/// Octets of payload of the messages that are looked for (RFC 4252, RFC 4253 §10; texts of OpenSSH).
pub(super) mod payload {
    /// SERVICE_REQUEST and SERVICE_ACCEPT for `ssh-userauth`.
    pub(in crate::ssh) const SERVICE: u32 = 17;
    /// USERAUTH_SUCCESS; REQUEST_SUCCESS and REQUEST_FAILURE.
    pub(in crate::ssh) const SUCCESS: u32 = 1;
    /// IGNORE without contents.
    pub(in crate::ssh) const IGNORE: u32 = 5;
    /// CHANNEL_OPEN for a session.
    pub(in crate::ssh) const CHANNEL_OPEN: u32 = 24;
    /// CHANNEL_OPEN_CONFIRMATION.
    pub(in crate::ssh) const OPEN_CONFIRMATION: u32 = 17;
    /// GLOBAL_REQUEST `no-more-sessions@openssh.com`.
    pub(in crate::ssh) const NO_MORE_SESSIONS: u32 = 34;
    /// DISCONNECT `Too many authentication failures`, of OpenSSH (`auth.c`) and of Go's library.
    pub(in crate::ssh) const TOO_MANY_FAILURES: u32 = 45;
    /// The longest USERAUTH_FAILURE that is expected: 100 octets of method names.
    pub(in crate::ssh) const LONGEST_FAILURE: u32 = 106;
    /// USERAUTH_FAILURE with the usual method lists: 6 octets and the names.
    pub(in crate::ssh) const USUAL_FAILURES: [u32; 8] = [14, 15, 24, 26, 36, 44, 45, 53];
}

/// The longest time between a side's last packet and its end for one to have led to the other. A process that
/// ends after a write is gone within milliseconds; loaded machines are slower.
pub(super) const SAME_BREATH: Elapsed = Elapsed::from_millis(200);
/// One packet, or what arrived in one segment where packets cannot be told apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub(super) side: Side,
    pub(super) mark: Mark,
    pub(super) octets: u64,
    /// Surely one packet.
    pub(super) single: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    /// The client has not asked for the service.
    #[default]
    Waiting,
    /// It has.
    Requested,
    /// It was told yes.
    Accepted,
    /// Past authentication.
    Over,
}

/// What the client has asked for.
#[derive(Clone, Copy, Debug, Default)]
struct Request {
    /// Anything, since the service was accepted.
    made: bool,
    /// Its last unit is a SERVICE_REQUEST, by size and habit. (Others answer prompts with messages as short.)
    is_service: bool,
    /// It is longer, so that the first request can be in it (Dropbear does not wait for the accept).
    is_more: bool,
}

/// What is known of the programs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Programs {
    /// The client asks for the service again before each attempt.
    pub(super) ask_again: bool,
    /// SUCCESS can be told from an IGNORE: it is shorter, or it is known that the server sends none.
    pub(super) success_is_certain: bool,
}

/// Where authentication stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Authentication {
    step: Step,
    volume: Volume,
    /// When the client's last unit came, and its octets.
    last_client: Option<(Timestamp, u64)>,
    /// The shortest time in which the server answered: at least the round trip from here to the server.
    quickest: Option<Elapsed>,
    learned: Option<u64>,
    /// The server's last unit since the client's last one.
    answer: Option<Unit>,
    request: Request,
    pub(super) programs: Programs,
    failure_size: Option<u64>,
    /// A unit of the server that can hold SUCCESS and something behind it.
    possible_success: bool,
    channel_asked: bool,
    service_accepted: Option<Mark>,
    failures: u32,
    first_failure: Option<Mark>,
    last_failure: Option<Mark>,
    success: Option<Mark>,
    past: Option<&'static str>,
}

impl Authentication {
    /// Takes the next unit; true when it is the one that shows success.
    pub(super) fn take(&mut self, unit: &Unit, sizes: &Pair<Sizes>) -> bool {
        if self.is_over() {
            return self.success == Some(unit.mark);
        }
        let unsure = self.server_sizes(sizes) == Sizes::Unknown || self.volume.is_missing_from_server();
        self.weigh(unit, unsure);
        self.note_answer_time(unit);
        let server = self.server_sizes(sizes);
        match (self.step, unit.side) {
            (Step::Waiting, Side::Client) => self.step = Step::Requested,
            (Step::Waiting, Side::Server) | (Step::Over, _) => {}
            (Step::Requested, Side::Client) => self.client_goes_on(unit, sizes.client),
            (Step::Requested, Side::Server) => self.accept(unit, server),
            (Step::Accepted, Side::Client) => {
                self.settle(server);
                self.request.made = true;
                self.channel_asked = self.possible_success && opens_channel(unit, sizes.client);
            }
            (Step::Accepted, Side::Server) => self.answered(unit, server),
        }
        if unit.side == Side::Client {
            self.request.is_service =
                self.programs.ask_again && sizes.client.fits(payload::SERVICE, unit.octets);
            self.request.is_more = !unit.single && sizes.client.exceeds(payload::SERVICE, unit.octets);
            self.last_client = Some((unit.mark.time, unit.octets));
        }
        self.success == Some(unit.mark)
    }

    /// Looks at volume and time only. `unsure`: SUCCESS may have passed without being recognised.
    pub(super) fn weigh(&mut self, unit: &Unit, unsure: bool) {
        if let Some(why) = self.volume.take(unit, unsure).filter(|_| !self.is_over()) {
            self.over(why);
        }
    }

    /// Learns that this was SUCCESS.
    pub(super) const fn succeeded(&mut self, mark: Mark) {
        self.success = Some(mark);
        self.step = Step::Over;
    }

    /// Octets of the server that no segment stands for may hold anything, SUCCESS too.
    pub(super) fn gap(&mut self, side: Side) {
        if side == Side::Server {
            self.volume.miss_from_server();
            self.possible_success |= self.step == Step::Accepted;
        }
    }

    /// Whether the service was accepted.
    pub(super) fn has_begun(&self) -> bool {
        matches!(self.step, Step::Accepted | Step::Over)
    }

    /// Whether authentication is over.
    pub(super) const fn is_over(&self) -> bool {
        self.success.is_some() || self.past.is_some()
    }

    /// Writes down what is known, the ends of both directions given.
    pub(super) fn conclude(&mut self, sizes: &Pair<Sizes>, ends: &Pair<Option<Mark>>, cipher: &mut Cipher) {
        let server = self.server_sizes(sizes);
        if let Some(mark) = self.thrown_out(server, ends) {
            self.answer = None;
            cipher.too_many_failures = Some(mark);
        }
        self.settle(server);
        cipher.service_accepted = self.service_accepted;
        cipher.failures = self.failures;
        cipher.first_failure = self.first_failure;
        cipher.last_failure = self.last_failure;
        cipher.success = self.success;
        cipher.past_authentication = self.past;
    }

    fn server_sizes(&self, sizes: &Pair<Sizes>) -> Sizes {
        match sizes.server {
            Sizes::Unknown => self.learned.map_or(Sizes::Unknown, Sizes::Learned),
            known => known,
        }
    }

    fn note_answer_time(&mut self, unit: &Unit) {
        let Some((asked, _)) =
            self.last_client.filter(|_| unit.side == Side::Server && self.answer.is_none())
        else {
            return;
        };
        let taken = unit.mark.time.since(asked);
        if taken > Elapsed::ZERO && self.quickest.is_none_or(|quickest| taken < quickest) {
            self.quickest = Some(taken);
        }
    }

    /// Learns by what else than SUCCESS authentication is known to be over.
    pub(super) const fn over(&mut self, why: &'static str) {
        self.past = Some(why);
        self.step = Step::Over;
    }

    /// The client's next unit without an accept that was recognised: it was in what the server sent meanwhile,
    /// unless this is the request itself, behind an EXT_INFO.
    fn client_goes_on(&mut self, unit: &Unit, client: Sizes) {
        if let Some(answer) = self.answer.filter(|_| !client.fits(payload::SERVICE, unit.octets)) {
            self.step = Step::Accepted;
            self.service_accepted = Some(answer.mark);
            self.request.made = true;
        }
        self.answer = None;
    }

    fn accept(&mut self, unit: &Unit, server: Sizes) {
        // Request and accept have the same size (RFC 4253 §10), where both directions have the same suite.
        let learned = server == Sizes::Unknown
            && unit.octets > 16
            && self.last_client.is_some_and(|(_, request)| request == unit.octets);
        if learned {
            self.learned = Some(unit.octets);
        }
        if learned || server.fits(payload::SERVICE, unit.octets) {
            self.step = Step::Accepted;
            self.service_accepted = Some(unit.mark);
            // An EXT_INFO before it answers nothing.
            self.answer = None;
            self.request.made = self.request.is_more;
        } else {
            self.answer = Some(*unit);
        }
    }

    fn answered(&mut self, unit: &Unit, server: Sizes) {
        // Nothing is a success before something was asked for but the service.
        if !self.request.made || self.request.is_service {
            return;
        }
        let Some(success) = server.packet(payload::SUCCESS) else {
            self.answer = Some(*unit);
            return;
        };
        if unit.octets == success && self.programs.success_is_certain {
            self.success = Some(unit.mark);
            self.step = Step::Over;
        } else if self.channel_asked && self.is_no_answer_to_a_request(unit, server) {
            self.over("a channel was opened and answered");
        } else {
            self.possible_success |= unit.octets == success;
            self.possible_success |= !unit.single && server.exceeds(payload::LONGEST_FAILURE, unit.octets);
            self.answer = Some(*unit);
        }
    }

    /// Whether what follows the client's short unit can be no answer to a request: neither a FAILURE nor PK_OK, which
    /// repeats the request's key and so is shorter than it, but OPEN_CONFIRMATION, alone or with more behind it.
    fn is_no_answer_to_a_request(&self, unit: &Unit, server: Sizes) -> bool {
        let confirmation =
            server.fits(payload::OPEN_CONFIRMATION, unit.octets) && self.failure_size != Some(unit.octets);
        let longer = self.last_client.is_some_and(|(_, request)| unit.octets > request);
        confirmation || longer && server.exceeds(payload::LONGEST_FAILURE, unit.octets)
    }

    /// Judges the answer to the client's request before last, now that the client goes on.
    fn settle(&mut self, server: Sizes) {
        let Some(answer) = self.answer.take().filter(|_| self.step == Step::Accepted) else { return };
        if self.request.is_service {
            return;
        }
        let composite = !answer.single && server.exceeds(payload::LONGEST_FAILURE, answer.octets);
        let failed = match self.failure_size {
            Some(size) => answer.octets == size,
            // The first request is mostly `none`, and its answer a FAILURE (RFC 4252 §5.2). A banner or
            // EXT_INFO may have come in the same segment; its own size is then learned from a later one.
            None if self.failures == 0 => {
                self.failure_size = (!composite).then_some(answer.octets);
                true
            }
            None => {
                let usual = payload::USUAL_FAILURES.iter().any(|&usual| server.fits(usual, answer.octets));
                self.failure_size = usual.then_some(answer.octets);
                usual
            }
        };
        if failed {
            self.failures = self.failures.saturating_add(1);
            self.first_failure.get_or_insert(answer.mark);
            self.last_failure = Some(answer.mark);
        }
    }

    /// The server's last unit has the size of the DISCONNECT, and the server ends at once and of itself.
    fn thrown_out(&self, server: Sizes, ends: &Pair<Option<Mark>>) -> Option<Mark> {
        let answer = self.answer.filter(|_| self.step == Step::Accepted)?;
        let end = ends.server?;
        let at_once = (Elapsed::ZERO..=SAME_BREATH).contains(&end.time.since(answer.mark.time));
        // A client that was thrown out ends too, and its end may pass here first. The server's end is no answer
        // to it when it comes in less than half the time in which the server ever answered.
        let of_itself = ends.client.is_none_or(|client| {
            let behind = end.time.since(client.time);
            end.frame < client.frame || self.quickest.is_some_and(|quickest| behind + behind < quickest)
        });
        let fits = server.fits(payload::TOO_MANY_FAILURES, answer.octets);
        (fits && at_once && of_itself && self.failures > 0).then_some(answer.mark)
    }
}

/// A unit that is CHANNEL_OPEN for a session, alone or with `no-more-sessions` behind it. Before success the
/// client sends nothing so short but an answer to a prompt.
pub(super) fn opens_channel(unit: &Unit, client: Sizes) -> bool {
    let open = client.packet(payload::CHANNEL_OPEN);
    let behind = client.packet(payload::NO_MORE_SESSIONS);
    let both = open.zip(behind).map(|(open, behind)| open + behind);
    open == Some(unit.octets) || !unit.single && both == Some(unit.octets)
}

#[cfg(test)]
mod tests {
    use super::super::suite::Suite;
    use super::*;
    use crate::frame::FrameNo;

    /// Plays units (side, octets), 20 ms apart, in which packets cannot be told apart.
    fn play(cipher: &str, mac: &str, units: &[(Side, u64)], ends: &[(Side, u64)]) -> Cipher {
        let suite = Sizes::Suite(Suite::of(cipher, mac).unwrap());
        let sizes = Pair { client: suite, server: suite };
        let mut authentication = Authentication::default();
        authentication.programs.success_is_certain = true;
        let at = |number: u64| Mark {
            frame: FrameNo(number),
            time: Timestamp::from_nanos(number as i64 * 20_000_000),
            offset: 0,
        };
        for (number, &(side, octets)) in units.iter().enumerate() {
            authentication.take(&Unit { side, mark: at(number as u64), octets, single: false }, &sizes);
        }
        let mut ended = Pair::default();
        for &(side, number) in ends {
            *ended.of_mut(side) = Some(at(number));
        }
        let mut cipher = Cipher::default();
        authentication.conclude(&sizes, &ended, &mut cipher);
        cipher
    }

    const CHACHA: &str = "chacha20-poly1305@openssh.com";
    use Side::{Client as C, Server as S};

    #[test]
    fn a_login_with_a_key_is_one_failure_and_a_success() {
        let units =
            [(C, 44), (S, 44), (C, 68), (S, 44), (C, 140), (S, 100), (C, 308), (S, 28), (C, 112), (S, 812)];
        let cipher = play(CHACHA, "", &units, &[]);
        assert_eq!(cipher.failures, 1);
        assert_eq!(cipher.success.unwrap().frame, FrameNo(7));
        assert_eq!(cipher.service_accepted.unwrap().frame, FrameNo(1));
    }

    #[test]
    fn ext_info_of_the_server_is_not_the_accept() {
        let units =
            [(S, 116), (C, 68), (C, 44), (S, 44), (C, 68), (S, 336), (C, 148), (S, 76), (C, 148), (S, 28)];
        let cipher = play(CHACHA, "", &units, &[]);
        assert_eq!((cipher.service_accepted.unwrap().frame, cipher.failures), (FrameNo(3), 2));
        assert_eq!(cipher.success.unwrap().frame, FrameNo(9));
    }

    #[test]
    fn a_key_query_that_is_as_long_as_a_channel_request_opens_no_channel() {
        let units =
            [(C, 64), (S, 64), (C, 80), (S, 96), (C, 160), (S, 112), (C, 320), (S, 96), (C, 160), (S, 96)];
        let cipher = play("aes256-ctr", "hmac-sha2-256", &units, &[]);
        assert_eq!((cipher.success, cipher.past_authentication, cipher.failures), (None, None, 3));
    }

    #[test]
    fn the_farewell_after_too_many_failures_is_told_from_one_more_failure() {
        let units = [(C, 44), (S, 44), (C, 68), (S, 76), (C, 148), (S, 76), (C, 148), (S, 76)];
        let thrown_out = play(CHACHA, "", &units, &[(S, 8), (C, 9)]);
        assert_eq!(
            (thrown_out.too_many_failures.map(|mark| mark.frame), thrown_out.failures),
            (Some(FrameNo(7)), 2)
        );
        let gave_up = play(CHACHA, "", &units, &[(C, 8), (S, 9)]);
        assert_eq!((gave_up.too_many_failures, gave_up.failures), (None, 3));
    }

    #[test]
    fn more_data_than_authentication_takes_is_a_session() {
        let units = [(C, 44), (S, 44), (C, 68), (S, 70_000)];
        assert_eq!(
            play(CHACHA, "", &units, &[]).past_authentication,
            Some("more data than authentication takes")
        );
    }
}
