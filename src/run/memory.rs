//! How much memory an analysis may take where the user does not say.

use std::fs;
use std::path::Path;

/// The most that is taken unasked.
const MOST: u64 = 4 << 30;

/// The least: below, nothing can be analysed.
const LEAST: u64 = 64 << 20;

/// Half of what is free, at most [`MOST`]: of the machine, and of the control group that the program runs in.
pub(super) fn usual() -> u64 {
    let free = [machine(), group(Path::new("/sys/fs/cgroup"))].into_iter().flatten().min();
    free.map_or(MOST, |free| free / 2).clamp(LEAST, MOST)
}

/// What the kernel could give without swapping (proc_meminfo(5), `MemAvailable`); `None` where it does not say.
fn machine() -> Option<u64> {
    available(&fs::read_to_string("/proc/meminfo").ok()?)
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// What the control group may still take (kernel documentation, Control Group v2, `memory.max` and `memory.current`); `None`
/// without a bound. A container sees its own group at the root of the mount.
fn group(at: &Path) -> Option<u64> {
    let number = |name: &str| fs::read_to_string(at.join(name)).ok()?.trim().parse::<u64>().ok();
    Some(number("memory.max")?.saturating_sub(number("memory.current")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_read() {
        let said = "MemTotal:       24671900 kB\nMemAvailable:   23456789 kB\nBuffers: 1 kB\n";
        assert_eq!(available(said), Some(23_456_789 * 1024));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
    }

    #[test]
    fn a_control_group_is_asked_for_what_it_has_left() {
        let directory = std::env::temp_dir().join(format!("sshrst-group-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("memory.max"), "1000000\n").unwrap();
        fs::write(directory.join("memory.current"), "400000\n").unwrap();
        assert_eq!(group(&directory), Some(600_000));
        fs::write(directory.join("memory.max"), "max\n").unwrap();
        assert_eq!(group(&directory), None, "no bound");
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn it_is_within_its_bounds_on_every_machine() {
        assert!((LEAST..=MOST).contains(&usual()));
    }
}
