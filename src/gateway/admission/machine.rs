//! How much memory this process may use: the machine's, or less where its control group is given less.

use std::fs;
use std::path::Path;

/// What is assumed where the system does not say.
const UNKNOWN_BYTES: u64 = 4 << 30;

/// The bytes that the machine or the control group gives.
pub(super) fn memory_bytes() -> u64 {
    let read = |path: &Path| fs::read_to_string(path).ok();
    let machine = read(Path::new("/proc/meminfo")).and_then(|text| total(&text)).unwrap_or(UNKNOWN_BYTES);
    let own = read(Path::new("/proc/self/cgroup")).unwrap_or_default();
    group_limit(&own, &read).map_or(machine, |limit| limit.min(machine))
}

/// `MemTotal` of `/proc/meminfo`.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The lowest limit of a process's control group and those around it, in either version.
fn group_limit(own: &str, read: &dyn Fn(&Path) -> Option<String>) -> Option<u64> {
    let mut limits = Vec::new();
    for line in own.lines() {
        let mut fields = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(group)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let (root, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            list if list.split(',').any(|one| one == "memory") => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => continue,
        };
        // Inside of a container the group's own path is not there; its root then is the container's group.
        let below = Path::new(group.trim_start_matches('/'));
        let folders = below.ancestors().map(|folder| Path::new(root).join(folder).join(file));
        limits.extend(folders.filter_map(|path| read(&path)?.trim().parse::<u64>().ok()));
    }
    limits.into_iter().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_limit_counts() {
        let files = |path: &Path| {
            let text = match path.to_str()? {
                "/sys/fs/cgroup/a/b/memory.max" => "max\n",
                "/sys/fs/cgroup/a/memory.max" => "1000000\n",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes" => "500\n",
                _ => return None,
            };
            Some(text.to_owned())
        };
        let rows = [
            ("0::/a/b\n", Some(1_000_000)),
            ("0::/c\n", None),
            ("5:cpu:/x\n3:memory,hugetlb:/gone\n", Some(500)),
            ("", None),
            ("nonsense", None),
        ];
        for (own, expected) in rows {
            assert_eq!(group_limit(own, &files), expected, "{own:?}");
        }
    }

    #[test]
    fn the_machine_says_how_much_it_has() {
        assert_eq!(total("MemTotal:       24576 kB\nMemFree: 1 kB\n"), Some(25_165_824));
        assert_eq!(total("MemFree: 1 kB\n"), None);
        assert!(memory_bytes() > 0);
    }
}
