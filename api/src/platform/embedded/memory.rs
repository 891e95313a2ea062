//! How much memory the private server may keep of what it has read.

use std::fs;

/// MiB: what PostgreSQL takes by itself, and as much as helps on a machine that others use, too.
const LEAST: u64 = 128;
const MOST: u64 = 1024;

/// `shared_buffers`, in MiB: an eighth of the memory of this machine, or of this container. The
/// kernel keeps files in memory, too.
pub(super) fn shared_buffers() -> u64 {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    let limit = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let limit = limit.and_then(|text| Some(text.trim().parse::<u64>().ok()? >> 20));
    share([machine, limit].into_iter().flatten().min())
}

/// MiB of all memory, as `/proc/meminfo` says it.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib >> 10)
}

fn share(memory: Option<u64>) -> u64 {
    memory.map_or(LEAST, |memory| (memory / 8).clamp(LEAST, MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_fit_the_memory() {
        assert_eq!(total("MemTotal:        4026388 kB\nMemFree:  1 kB\n"), Some(3932));
        assert_eq!(total("MemFree: 1 kB"), None);
        for (memory, want) in
            [(None, 128), (Some(512), 128), (Some(3932), 491), (Some(65_536), 1024)]
        {
            assert_eq!(share(memory), want, "{memory:?}");
        }
    }
}
