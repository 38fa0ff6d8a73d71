//! The idle limit of a firewall, from sessions with random pauses.

use super::scene::Scene;
use crate::population::Pattern;

const LIMIT: &str = "idle-limit-of-a-path";

/// A xorshift generator (Marsaglia 2003).
struct Random(u64);

impl Random {
    /// Between 0 and 1, neither included.
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Exponential with this mean, as the pauses of people who decide anew each moment whether to go on.
    fn pause(&mut self, mean: f64) -> f64 {
        0.6 - self.share().ln() * mean
    }
}

/// Longest that a session is watched, in pauses.
const WATCHED: usize = 120;

/// `sessions` through a firewall that forgets after `limit` seconds and rejects what it does not know.
fn through(scene: &mut Scene, sessions: u16, net: u8, limit: f64, random: &mut Random) {
    for index in 0..sessions {
        let client = format!("10.0.{net}.{}:{}", 1 + index % 20, 40_000 + index);
        let mut talk = scene.talk(&client, &format!("10.9.{net}.2:22"), f64::from(index) * 0.37);
        talk.open().key();
        for _ in 0..WATCHED {
            let pause = random.pause(5.0);
            talk.wait(pause);
            if pause > limit {
                talk.rejected(60);
                break;
            }
            // More than one key: the session has come back to life.
            talk.key().wait(0.3).key().wait(0.3).key();
        }
    }
}

fn seconds(pattern: &Pattern) -> (f64, f64) {
    let bracket = pattern.bracket.unwrap();
    (bracket.above.as_secs_f64(), bracket.up_to.as_secs_f64())
}

#[test]
fn forty_sessions_tell_a_firewalls_limit_within_15_percent_in_19_of_20_runs() {
    let mut right = 0;
    let mut runs = Vec::new();
    for seed in 1..=20 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let limit = 5.0 + 15.0 * random.share();
        let mut scene = Scene::default();
        through(&mut scene, 40, 0, limit, &mut random);
        let found = scene.found(LIMIT);
        let ends = found.first().filter(|_| found.len() == 1).map(seconds);
        let fits =
            |(above, up_to): (f64, f64)| above < limit && limit <= up_to && up_to - above <= 0.15 * limit;
        right += usize::from(ends.is_some_and(fits));
        runs.push((limit, ends));
    }
    assert!(right >= 19, "{right} of 20: {runs:?}");
}

#[test]
fn two_firewalls_with_a_limit_each_are_told_apart_by_their_paths() {
    let mut random = Random(77);
    let mut scene = Scene::default();
    through(&mut scene, 40, 1, 6.0, &mut random);
    through(&mut scene, 40, 2, 14.0, &mut random);
    let mut ends: Vec<_> = scene.found(LIMIT).iter().map(seconds).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(ends.len(), 2, "{ends:?}");
    assert!(ends[0].0 < 6.0 && 6.0 <= ends[0].1 && ends[1].0 < 14.0 && 14.0 <= ends[1].1, "{ends:?}");
}

#[test]
fn two_limits_on_one_path_are_a_contradiction_and_not_an_average() {
    let mut scene = Scene::default();
    for index in 0..8_u16 {
        // Half die after 8 s and more; the others outlive 20 s on the same path.
        let mut talk = scene.talk(&format!("10.0.0.1:{}", 40_000 + index), "10.9.0.2:22", f64::from(index));
        talk.open().key().wait(2.0);
        for _ in 0..12 {
            talk.key().wait(0.3);
        }
        if index % 2 == 0 {
            talk.wait(8.0 + f64::from(index)).rejected(60);
        } else {
            talk.wait(20.0 + f64::from(index));
            for _ in 0..12 {
                talk.key().wait(0.3);
            }
        }
    }
    let found = scene.found(LIMIT);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].bracket, None);
    assert!(found[0].detail.contains("no single idle limit explains that"), "{}", found[0].detail);
}

#[test]
fn sessions_that_die_while_they_are_used_have_no_limit() {
    let mut scene = Scene::default();
    for index in 0..10_u16 {
        let mut talk = scene.talk(&format!("10.0.0.1:{}", 40_000 + index), "10.9.0.2:22", f64::from(index));
        talk.open();
        for _ in 0..30 {
            talk.key().wait(0.2);
        }
        talk.rejected(60);
    }
    assert!(scene.found(LIMIT).is_empty());
}
