//! Many sessions: every one is found, and none is compared with every other.

use super::scene::Scene;
use crate::flow::Side;

#[test]
fn twenty_thousand_sessions_of_one_server_that_die_at_once_are_one_pattern() {
    let mut scene = Scene::default();
    for index in 0..20_000_u32 {
        let client = format!("10.{}.{}.1:{}", index >> 8, index & 0xff, 40_000);
        let mut talk = scene.talk(&client, "10.200.0.2:22", f64::from(index) * 1e-5);
        talk.open();
        talk.now = 10.0 + f64::from(index) * 1e-6;
        talk.close(Side::Server);
    }
    let found = scene.found("sessions-of-a-server-died-together");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].sessions.len(), 20_000);
    assert!(found[0].frames.len() <= crate::population::Pattern::FRAMES);
}
