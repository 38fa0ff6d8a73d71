use std::collections::BTreeSet;

use super::*;
use crate::units::Elapsed;
use proptest::prelude::*;

fn s(seconds: i64) -> Elapsed {
    Elapsed::from_secs(seconds)
}

/// A silence of `ended_after` seconds on an old connection of which nothing else is known.
fn gap(ended_after: i64, ended_by: Ending) -> Gap {
    let ended_after = s(ended_after);
    Gap { longest_survived: None, ended_after, ended_by, keepalive: None, age: s(1_000_000) }
}

fn ids<'a>(candidates: &[Candidate<'a>]) -> Vec<&'a str> {
    candidates.iter().map(|candidate| candidate.timer.id.as_str()).collect()
}

/// The ids whose default fits.
fn defaults(gap: &Gap) -> Vec<&'static str> {
    let candidates = matching(gap);
    ids(&candidates.into_iter().filter(|c| c.origin == Origin::Default).collect::<Vec<_>>())
}

mod the_catalogue {
    use super::*;

    #[test]
    fn parses_and_holds_all_its_timers() {
        assert_eq!(parse(include_str!("catalogue.toml")).map(|timers| timers.len()), Ok(148));
        assert_eq!(catalogue().len(), 148);
    }

    #[test]
    fn names_a_source_a_day_and_a_unit_for_every_timer() {
        for timer in catalogue() {
            let source = timer.source().unwrap_or_else(|| panic!("{} has no source", timer.id));
            assert!(source.url.starts_with("http"), "{}", timer.id);
            assert!(!source.title.is_empty() && !source.by.is_empty(), "{}", timer.id);
            let day = timer.checked().unwrap_or_else(|| panic!("{} has no date", timer.id));
            assert!(day.len() == 10 && day.as_str() >= "2026-11-21", "{}: {day}", timer.id);
        }
        let keys = include_str!("catalogue.toml").lines().filter_map(|line| line.split_once(" = "));
        for (key, value) in keys.filter(|(_, value)| value.starts_with(|first: char| first.is_ascii_digit()))
        {
            assert!(key.ends_with("_s") || key == "checked", "{key} = {value} has no unit");
        }
    }

    #[test]
    fn has_no_two_timers_alike() {
        let unique = |of: fn(&Timer) -> (String, String)| {
            catalogue().iter().map(of).collect::<BTreeSet<_>>().len() == catalogue().len()
        };
        assert!(unique(|timer| (timer.id.clone(), String::new())));
        assert!(unique(|timer| (timer.whose.clone(), format!("{:?}", timer.setting))));
        assert!(catalogue().iter().all(|timer| find(&timer.id).is_some_and(|found| found.id == timer.id)));
    }

    #[test]
    fn uses_every_word_of_its_vocabulary() {
        let used = |f: &dyn Fn(&Timer) -> bool| catalogue().iter().any(f);
        for expiry in Expiry::ALL {
            assert!(used(&|timer| timer.ends_by == *expiry), "{expiry}");
        }
        for rearmed_by in ReArmedBy::ALL {
            assert!(used(&|timer| timer.rearmed_by == *rearmed_by), "{rearmed_by}");
        }
        for counts in Counts::ALL {
            assert!(used(&|timer| timer.counts == *counts), "{counts}");
        }
        for default_is in DefaultIs::ALL {
            assert!(used(&|timer| timer.default_is == *default_is), "{default_is}");
        }
        for check in Check::ALL {
            assert!(used(&|timer| timer.check == *check), "{check}");
        }
        for keepalive in KeepaliveHelps::ALL {
            assert!(used(&|timer| timer.keepalive == *keepalive), "{keepalive}");
        }
    }

    #[test]
    fn has_defaults_within_their_ranges() {
        for timer in catalogue() {
            let within = match (timer.settable(), timer.default) {
                (Settable::Within(least, most), Some(default)) => least <= default && default <= most,
                (Settable::From(least), Some(default)) => least <= default,
                _ => true,
            };
            assert!(within, "{}", timer.id);
        }
    }

    #[test]
    fn advises_keepalives_that_fit_twice_into_the_timer() {
        for timer in catalogue().iter().filter(|timer| timer.counts == Counts::Idle) {
            if let (Some(interval), Some(default)) = (timer.server_alive_s, timer.default) {
                assert!(s(2 * i64::from(interval)) <= default, "{}", timer.id);
            }
        }
    }

    #[test]
    fn does_not_pass_recalled_values_off_as_read() {
        let recalled: Vec<&Timer> = catalogue().iter().filter(|timer| timer.is_recalled()).collect();
        assert_eq!(recalled.len(), 20);
        assert!(recalled.iter().all(|timer| timer.confidence != Confidence::High));
    }
}

mod a_silence {
    use super::*;

    #[test]
    fn that_ends_at_expiry_is_compared_by_value() {
        let candidates = matching(&gap(241, Ending::ResetAtExpiry));
        assert_eq!(ids(&candidates)[..2], ["az-fw-ns", "az-lb-reset"]);
        assert!(candidates[..2].iter().all(|c| c.fits == Fit::Value && c.distance == s(1)));
        assert!(!defaults(&gap(250, Ending::ResetAtExpiry)).contains(&"az-lb-reset"));
    }

    #[test]
    fn that_ends_at_expiry_may_be_late_by_the_sweep_and_early_by_little() {
        let fits = |at| defaults(&gap(at, Ending::ResetAtExpiry)).contains(&"netscaler");
        assert_eq!([8900, 8911, 9000, 9119, 9125].map(fits), [false, true, true, true, false]);
    }

    #[test]
    fn that_ends_on_the_next_packet_is_only_an_upper_bound() {
        let candidates = matching(&gap(5000, Ending::ResetOnNextPacket));
        for shorter in ["aws-nlb-tcp", "aws-natgw", "az-natgw", "ipvs"] {
            let found = candidates.iter().find(|c| c.timer.id == shorter);
            assert!(found.is_some_and(|c| c.fits == Fit::Interval && c.agreement == Agreement::Usual));
        }
        assert!(!ids(&candidates).contains(&"az-lb-reset"), "it would have reset long before");
    }

    #[test]
    fn that_was_survived_rules_out_shorter_timers() {
        let gap = Gap { longest_survived: Some(s(240)), ..gap(400, Ending::ResetOnNextPacket) };
        let fitting = defaults(&gap);
        assert!(fitting.contains(&"aws-nlb-tcp") && fitting.contains(&"oci-nlb"));
        assert!(!fitting.contains(&"az-natgw"), "240 s were survived");
        assert!(!fitting.contains(&"gcp-vpc-fw"), "600 s had not passed");
    }

    #[test]
    fn of_a_keepalive_tells_the_keepalives_clock() {
        let aliased = Gap { keepalive: Some(s(7200)), ..gap(7200, Ending::ResetOnNextPacket) };
        let fitting = defaults(&aliased);
        assert!(fitting.contains(&"aws-nlb-tcp") && fitting.contains(&"nsx-gfw"));
        let probed = Gap { keepalive: Some(s(60)), ..gap(300, Ending::Silence) };
        assert!(!defaults(&probed).contains(&"twilio-sim"));
    }

    #[test]
    fn crossed_by_keepalives_leaves_only_timers_that_they_do_not_re_arm() {
        let crossed = Gap { keepalive: Some(s(15)), ..gap(60, Ending::Close) };
        let fitting = defaults(&crossed);
        assert!(fitting.contains(&"aws-clb") && fitting.contains(&"do-lb"));
        assert!(!fitting.contains(&"ucloud-clb"), "any segment re-arms it");
        assert!(defaults(&gap(60, Ending::Close)).contains(&"ucloud-clb"));
    }

    #[test]
    fn of_any_length_fits_a_lifetime_by_the_connections_age() {
        let grace = Gap { age: s(122), ..gap(30, Ending::Close) };
        assert_eq!(defaults(&grace)[..2], ["sshd-logingrace", "cisco-ios-sshlogin"]);
        let tunnel = Gap { age: s(3600), ..gap(1, Ending::Close) };
        assert!(defaults(&tunnel).contains(&"aws-eice"));
        assert!(!defaults(&gap(120, Ending::Close)).contains(&"sshd-logingrace"));
    }

    #[test]
    fn lists_every_member_of_a_family_and_not_one_winner() {
        let gap = Gap { longest_survived: Some(s(345)), ..gap(355, Ending::ResetOnNextPacket) };
        let fitting = defaults(&gap);
        let family = [
            "aws-nlb-tcp",
            "aws-nlb-tls",
            "aws-gwlb",
            "aws-natgw",
            "aws-vpce",
            "aws-netfw",
            "aws-ec2-ct-nitro6",
        ];
        assert!(family.iter().all(|id| fitting.contains(id)), "{fitting:?}");
        assert_eq!(fitting.len(), family.len(), "{fitting:?}");
    }

    #[test]
    fn without_a_reset_is_what_quiet_devices_do_and_with_one_only_possible() {
        let of = |ending| {
            let candidates = matching(&gap(600, ending));
            candidates.iter().find(|c| c.timer.id == "gcp-vpc-fw").map(|c| c.agreement)
        };
        assert_eq!(of(Ending::Silence), Some(Agreement::Usual));
        assert_eq!(of(Ending::ResetOnNextPacket), Some(Agreement::Possible));
        assert_eq!(of(Ending::ResetAtExpiry), None);
    }

    #[test]
    fn may_fit_by_an_option_of_the_device() {
        let candidates = matching(&gap(1800, Ending::ResetOnNextPacket));
        let srx = candidates.iter().find(|c| c.timer.id == "srx-tcp").unwrap();
        assert_eq!(srx.agreement, Agreement::Optional);
        assert_eq!(srx.timer.or_ends_by_when.as_deref(), Some("tcp-rst on the zone"));
    }

    #[test]
    fn that_no_timer_explains_fits_none() {
        assert_eq!(ids(&matching(&gap(0, Ending::ResetOnNextPacket))), [""; 0]);
        let bounded = Gap { longest_survived: Some(s(361)), ..gap(419, Ending::ResetOnNextPacket) };
        assert_eq!(defaults(&bounded), [""; 0]);
    }

    #[test]
    fn that_a_set_value_would_explain_comes_after_all_defaults() {
        let candidates = matching(&gap(1000, Ending::ResetOnNextPacket));
        let first_set = candidates.iter().position(|c| c.origin == Origin::Settable).unwrap();
        assert!(candidates[..first_set].iter().all(|c| c.origin != Origin::Settable));
        assert!(candidates[first_set..].iter().all(|c| c.origin == Origin::Settable));
    }

    #[test]
    fn far_below_all_defaults_may_be_a_filter_that_somebody_tuned() {
        let short = Gap { longest_survived: Some(s(3)), ..gap(7, Ending::ResetOnNextPacket) };
        let candidates = matching(&short);
        assert!(candidates.iter().all(|c| c.origin == Origin::Settable && c.fits == Fit::Interval));
        assert!(ids(&candidates).contains(&"linux-ct-est"));
        assert!(!ids(&candidates).contains(&"aws-nlb-tcp"), "60 s is the least that can be set");
    }

    /// One timer for each way to expire, and the ending that is its own.
    #[test]
    fn ends_as_its_timer_expires_and_no_other_ending_is_usual() {
        use Ending::{Close, ResetAtExpiry, ResetOnNextPacket, Silence};
        let endings = [Close, ResetAtExpiry, ResetOnNextPacket, Silence];
        for (expiry, id, usual) in [
            (Expiry::SilentDrop, "huawei-elb", Some(Silence)),
            (Expiry::SilentThenRstSender, "az-natgw", Some(ResetOnNextPacket)),
            (Expiry::SilentThenRstInside, "aws-natgw", Some(ResetOnNextPacket)),
            (Expiry::RstBothAtExpiry, "f5-tcp", Some(ResetAtExpiry)),
            (Expiry::CloseBoth, "kemp", Some(Close)),
            (Expiry::FinInside, "aws-natinst", None),
            (Expiry::Rehash, "gcp-nlb-int", Some(ResetOnNextPacket)),
            (Expiry::SilentPassthrough, "openwrt", None),
            (Expiry::ProbeThenDrop, "ipfw", Some(Silence)),
            (Expiry::SshClose, "warpgate", Some(Close)),
            (Expiry::SshDisconnect, "mina-sshd", Some(Close)),
            (Expiry::TunnelTeardown, "anyconnect", Some(Silence)),
            (Expiry::ClientAbort, "linux-keepalive-dead", Some(ResetAtExpiry)),
            (Expiry::ShellExit, "tmout", Some(Close)),
            (Expiry::RefuseNew, "sshd-maxstartups", None),
            (Expiry::None, "traefik", None),
        ] {
            let timer = find(id).unwrap_or_else(|| panic!("{id}"));
            assert_eq!(timer.ends_by, expiry, "{id}");
            let seconds = timer.default.map_or(100, |value| value.as_nanos() / 1_000_000_000);
            for ending in endings {
                let candidates = matching(&gap(seconds, ending));
                let found = candidates.iter().find(|c| c.timer.id == id && c.origin != Origin::Settable);
                let is_usual = found.is_some_and(|c| c.agreement == Agreement::Usual);
                assert!(!is_usual || usual == Some(ending) || aborts(expiry, ending), "{id} {ending:?}");
                assert!(usual != Some(ending) || is_usual, "{id} {ending:?}: {found:?}");
            }
        }
    }

    /// An end that gives up its socket may send a reset or nothing.
    fn aborts(expiry: Expiry, ending: Ending) -> bool {
        expiry == Expiry::ClientAbort && matches!(ending, Ending::ResetAtExpiry | Ending::Silence)
    }

    /// One timer for each thing that re-arms it: it fits by its own clock and by no other.
    #[test]
    fn is_measured_by_the_clock_of_each_timer() {
        let of = |id: &str, ending| {
            let value = find(id).and_then(|timer| timer.default).unwrap_or_else(|| panic!("{id}"));
            Gap { ended_after: value, age: value, ..gap(0, ending) }
        };
        let fits = |waits: &Waits, id: &str| {
            matching_waits(waits, catalogue())
                .iter()
                .any(|c| c.timer.id == id && c.origin != Origin::Settable)
        };
        for (rearmed_by, id, ending) in [
            (ReArmedBy::AnySegment, "f5-tcp", Ending::ResetAtExpiry),
            (ReArmedBy::Payload, "aws-clb", Ending::Close),
            (ReArmedBy::SshMessage, "warpgate", Ending::Close),
            (ReArmedBy::UserInput, "cisco-ios-exec", Ending::Close),
            (ReArmedBy::Acknowledgement, "linux-retries2", Ending::ResetAtExpiry),
            (ReArmedBy::Nothing, "aws-eice", Ending::Silence),
        ] {
            assert_eq!(find(id).map(|timer| timer.rearmed_by), Some(rearmed_by), "{id}");
            let none = Waits::default();
            let wait = Some(of(id, ending));
            let by = [
                (ReArmedBy::AnySegment, Waits { any: wait, ..none }),
                (ReArmedBy::Payload, Waits { payload: wait, ..none }),
                (ReArmedBy::SshMessage, Waits { messages: wait, ..none }),
                (ReArmedBy::UserInput, Waits { input: wait, ..none }),
                (ReArmedBy::Acknowledgement, Waits { acknowledgement: wait, ..none }),
                (ReArmedBy::Nothing, Waits { age: wait, ..none }),
            ];
            for (clock, waits) in by {
                // A lifetime ran out in whatever silence there was.
                let lifetime = rearmed_by == ReArmedBy::Nothing
                    && matches!(clock, ReArmedBy::AnySegment | ReArmedBy::Payload);
                assert_eq!(fits(&waits, id), clock == rearmed_by || lifetime, "{id} by {clock}");
            }
        }
    }

    #[test]
    fn of_a_user_who_was_let_in_is_no_login_timers() {
        let grace = Gap { age: s(122), ..gap(30, Ending::Close) };
        let waits = Waits::alike(grace);
        let fits = |waits: &Waits| {
            matching_waits(waits, catalogue()).iter().any(|c| c.timer.id == "sshd-logingrace")
        };
        assert!(fits(&waits) && !fits(&Waits { logged_in: true, ..waits }));
    }

    #[test]
    fn puts_what_was_read_before_what_was_recalled() {
        let candidates = matching(&gap(300, Ending::Silence));
        let position = |id| ids(&candidates).iter().position(|&other| other == id).unwrap();
        assert!(position("az-fw-ew") < position("az-pls"));
    }
}

#[test]
fn keepalive_intervals_leave_room_for_two_lost_probes() {
    let advice = [29, 30, 60, 180, 350, 899, 900, 100_000].map(|bound| advice_interval(s(bound)));
    let expected = [None, Some(10), Some(20), Some(60), Some(90), Some(240), Some(300), Some(300)];
    assert_eq!(advice, expected);
}

mod a_users_file {
    use super::*;

    const OWN: &str = "[[timer]]\nid = \"edge\"\nwhose = \"our firewall\"\nends_by = \"silent_drop\"\n";

    fn error(rest: &str) -> TimersError {
        parse(&format!("{OWN}{rest}")).unwrap_err()
    }

    #[test]
    fn needs_a_name_a_value_and_an_expiry_only() {
        let timers = parse(&format!("{OWN}default_s = 1000\n")).unwrap();
        assert_eq!(ids(&matching_in(&gap(1200, Ending::Silence), &timers)), ["edge"]);
        assert_eq!((timers[0].source(), timers[0].checked()), (None, None));
    }

    #[test]
    fn with_an_unknown_key_is_refused_with_its_line() {
        let error = error("default_s = 10\ndefalt_s = 5\n");
        assert_eq!(error.line, 6);
        assert!(error.to_string().contains("defalt_s"), "{error}");
    }

    #[test]
    fn with_a_negative_time_is_refused_with_its_line() {
        let error = error("default_s = -5\n");
        assert_eq!((error.line, error.problem.as_str()), (5, "-5 s is not a time from 0 to 4294967295 s"));
    }

    #[test]
    fn with_an_empty_range_a_missing_value_or_a_second_id_is_refused() {
        assert_eq!(error("settable_s = [20, 10]\n").problem, "the range from 20 s to 10 s is empty");
        assert!(error("").problem.starts_with("timer `edge` has no value"));
        let twice = error(&format!("default_s = 1\n\n{OWN}default_s = 2\n"));
        assert_eq!((twice.line, twice.problem.as_str()), (7, "there are two timers with the id `edge`"));
    }

    #[test]
    fn without_timers_is_an_empty_list() {
        assert_eq!(parse("").map(|timers| timers.len()), Ok(0));
    }
}

#[test]
fn every_value_that_three_timers_share_says_what_tells_them_apart() {
    let mut shared = std::collections::BTreeMap::<Elapsed, u32>::new();
    let compared = |timer: &&Timer| matches!(timer.counts, Counts::Idle | Counts::Lifetime);
    for value in catalogue().iter().filter(compared).filter_map(|timer| timer.default) {
        *shared.entry(value).or_default() += 1;
    }
    assert!(families().len() > 15);
    for (value, count) in shared.into_iter().filter(|(_, count)| *count >= 3) {
        assert!(families().iter().any(|family| family.holds(value)), "{count} timers have {value}");
    }
    for family in families() {
        assert!(family.apart.len() > 40 && !family.apart.ends_with('.'), "{}", family.apart);
        for value in family.values() {
            let has = |timer: &Timer| timer.default == Some(value) || timer.also.contains(&value);
            let late =
                |timer: &Timer| timer.default.zip(timer.slack).is_some_and(|(it, slack)| it + slack == value);
            assert!(catalogue().iter().any(|timer| has(timer) || late(timer)), "nobody has {value}");
        }
    }
}

fn any_ending() -> impl Strategy<Value = Ending> {
    prop::sample::select(vec![
        Ending::Close,
        Ending::ResetAtExpiry,
        Ending::ResetOnNextPacket,
        Ending::Silence,
        Ending::Unknown,
    ])
}

proptest! {
    #[test]
    fn no_gap_panics(survived: Option<i64>, ended: i64, keepalive: Option<i64>, age: i64, ended_by in any_ending()) {
        matching(&Gap {
            longest_survived: survived.map(Elapsed::from_nanos),
            ended_after: Elapsed::from_nanos(ended),
            ended_by,
            keepalive: keepalive.map(Elapsed::from_nanos),
            age: Elapsed::from_nanos(age),
        });
    }

    /// Knowing more never adds a suspect.
    #[test]
    fn a_survived_silence_only_removes_candidates(ended in 1_i64..100_000, survived in 1_i64..100_000, ended_by in any_ending()) {
        let unbounded = gap(ended, ended_by);
        let bounded = Gap { longest_survived: Some(s(survived)), ..unbounded };
        let (all, fewer) = (matching(&unbounded), matching(&bounded));
        let (all, fewer) = (ids(&all), ids(&fewer));
        prop_assert!(fewer.iter().all(|id| all.contains(id)));
    }

    #[test]
    fn no_user_file_panics(text in "(\\[\\[timer\\]\\]\n)?([a-z_]{1,10} = [-0-9a-z\"\\[\\],]{1,12}\n){0,6}") {
        let _ = parse(&text);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may take the time")]
fn the_catalogue_is_read_and_searched_in_no_time_that_a_person_would_notice() {
    let started = std::time::Instant::now();
    for _ in 0..10 {
        assert!(parse(include_str!("catalogue.toml")).is_ok());
    }
    let read = started.elapsed() / 10;
    let started = std::time::Instant::now();
    for _ in 0..1000 {
        assert!(matching(&gap(355, Ending::ResetOnNextPacket)).len() > 5);
    }
    let searched = started.elapsed() / 1000;
    // Unoptimised and on a busy machine; optimised it is some milliseconds and some microseconds.
    assert!(read.as_millis() < 200 && searched.as_millis() < 20, "{read:?} {searched:?}");
}
