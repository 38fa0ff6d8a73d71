//! What the capture puts into a piece of advice: addresses, ports and times, and nothing else.

use std::net::IpAddr;

use crate::units::{Elapsed, Timestamp};

/// Keepalive interval in seconds for when no gap bounds it: two spare probes inside 180 s, which nearly every
/// timer of the catalogue allows. Proxies of 50 or 60 s need less.
const USUAL_INTERVAL_S: u32 = 60;

/// The values that replace the placeholders of a template.
///
/// Addresses and numbers only, never text a peer sent: a filled command is meant to be pasted into a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Address of the client as the capture shows it (behind a NAT, the NAT's).
    pub client: IpAddr,
    /// Port of the client.
    pub client_port: u16,
    /// Address of the server.
    pub server: IpAddr,
    /// Port of the server.
    pub server_port: u16,
    /// First moment worth reading in a log, rounded down to a second.
    pub since: Timestamp,
    /// Last moment worth reading in a log, rounded up to a second.
    pub until: Timestamp,
    /// Keepalive interval in seconds; `None` where no gap bounds it, which gives the usual 60.
    pub interval: Option<u32>,
    /// Whether idleness may have ended the connection: else what only helps against idleness is left out.
    pub idleness: bool,
}

/// Every placeholder a template may hold, without braces.
#[cfg(test)]
pub(super) const PLACEHOLDERS: [&str; 16] = [
    "client",
    "client_bracketed",
    "client_port",
    "family",
    "interval",
    "iptables",
    "known_host",
    "nft_family",
    "ping_payload",
    "server",
    "server_bracketed",
    "server_port",
    "since",
    "since_iso",
    "until",
    "until_iso",
];

impl Facts {
    /// Replaces each placeholder of `template`; a brace that begins no known one stays as it is.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut filled = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            rest = after;
            match after.split_once('}').and_then(|(name, tail)| Some((self.value(name)?, tail))) {
                Some((value, tail)) => {
                    filled.push_str(&value);
                    rest = tail;
                }
                None => filled.push('{'),
            }
        }
        filled.push_str(rest);
        filled
    }

    fn end(&self) -> Timestamp {
        self.until + Elapsed::from_nanos(NANOS_PER_SECOND - 1)
    }

    fn value(&self, placeholder: &str) -> Option<String> {
        let v4 = self.server.is_ipv4();
        Some(match placeholder {
            "client" => self.client.to_string(),
            // As ss(8) and hosts.allow(5) want them.
            "client_bracketed" => bracketed(self.client),
            "client_port" => self.client_port.to_string(),
            "family" => if v4 { "ipv4" } else { "ipv6" }.to_owned(),
            "interval" => self.interval.unwrap_or(USUAL_INTERVAL_S).to_string(),
            "iptables" => if v4 { "iptables" } else { "ip6tables" }.to_owned(),
            // As known_hosts has it: with the port where it is not the usual one.
            "known_host" if self.server_port == 22 => self.server.to_string(),
            "known_host" => format!("[{}]:{}", self.server, self.server_port),
            "nft_family" => if v4 { "ip" } else { "ip6" }.to_owned(),
            // An Ethernet frame's 1500 octets less IP and ICMP headers: 20 + 8, or 40 + 8.
            "ping_payload" => if v4 { "1472" } else { "1452" }.to_owned(),
            "server" => self.server.to_string(),
            "server_bracketed" => bracketed(self.server),
            "server_port" => self.server_port.to_string(),
            "since" => utc(self.since),
            "since_iso" => iso(&utc(self.since)),
            "until" => utc(self.end()),
            "until_iso" => iso(&utc(self.end())),
            _ => return None,
        })
    }
}

const NANOS_PER_SECOND: i64 = 1_000_000_000;

fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// A moment as `journalctl --since` reads it, whatever the time zone of the host: `2026-11-21 07:00:01 UTC`.
///
/// Not chrono: that is the reports' (one dependency, one door), and this is one fixed format.
fn utc(moment: Timestamp) -> String {
    let seconds = moment.as_nanos().div_euclid(NANOS_PER_SECOND);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// The same as ISO 8601, which the command lines of clouds want: `2026-11-21T07:00:01Z`.
fn iso(utc: &str) -> String {
    utc.replace(" UTC", "Z").replace(' ', "T")
}

/// Year, month and day of a count of days since 1970-01-01, in the proleptic Gregorian calendar.
///
/// Years are taken to begin in March, so that the leap day is the last of its year; 719 468 days lie between
/// 0000-03-01 and the epoch, 146 097 days are 400 years.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in crate::cause) fn facts(client: &str, server: &str) -> Facts {
        Facts {
            client: client.parse().unwrap(),
            client_port: 36675,
            server: server.parse().unwrap(),
            server_port: 22,
            since: Timestamp::from_nanos(1_795_244_401_900_000_000),
            until: Timestamp::from_nanos(1_795_244_521_100_000_000),
            interval: Some(20),
            idleness: true,
        }
    }

    #[test]
    fn placeholders_become_addresses_and_numbers() {
        let facts = facts("192.0.2.9", "198.51.100.7");
        assert_eq!(
            facts.fill("{iptables} -s {client} --sport {client_port} -d {server} --dport {server_port}"),
            "iptables -s 192.0.2.9 --sport 36675 -d 198.51.100.7 --dport 22"
        );
        assert_eq!(facts.fill("ServerAliveInterval {interval}"), "ServerAliveInterval 20");
    }

    #[test]
    fn six_has_its_own_commands_and_brackets() {
        let facts = facts("2001:db8::9", "2001:db8::7");
        assert_eq!(facts.fill("{iptables} {client_bracketed} {family}"), "ip6tables [2001:db8::9] ipv6");
        assert_eq!(facts.fill("{nft_family} saddr {client}"), "ip6 saddr 2001:db8::9");
    }

    #[test]
    fn times_are_utc_and_rounded_outwards() {
        let facts = facts("192.0.2.9", "198.51.100.7");
        assert_eq!(facts.fill("{since}/{until}"), "2026-11-21 07:00:01 UTC/2026-11-21 07:02:02 UTC");
    }

    #[test]
    fn dates_are_right_at_leap_days_and_before_the_epoch() {
        let dates = [0, -1, 59, 11_016, 11_017, 19_782, 19_783, -25_508].map(civil);
        let expected = [
            (1970, 1, 1),
            (1969, 12, 31),
            (1970, 3, 1),
            (2000, 2, 29),
            (2000, 3, 1),
            (2024, 2, 29),
            (2024, 3, 1),
            (1900, 3, 1),
        ];
        assert_eq!(dates, expected);
    }

    #[test]
    fn every_placeholder_has_a_value() {
        let facts = facts("192.0.2.9", "198.51.100.7");
        assert!(PLACEHOLDERS.iter().all(|name| facts.value(name).is_some()));
    }

    proptest! {
        #[test]
        fn no_moment_and_no_template_panics(nanos: i64, template in "[{}a-z_]{0,40}") {
            let mut facts = facts("192.0.2.9", "198.51.100.7");
            (facts.since, facts.until) = (Timestamp::from_nanos(nanos), Timestamp::from_nanos(nanos));
            facts.fill("{since}{until}");
            facts.fill(&template);
        }

        #[test]
        fn text_without_braces_is_untouched(text in "[^{}]{0,40}") {
            prop_assert_eq!(facts("192.0.2.9", "198.51.100.7").fill(&text), text);
        }
    }
}
