//! Which addresses are not the public Internet's.
//!
//! After the special-purpose registries of IANA (RFC 6890 and its successors) as of 2026. Version 6 is judged the other
//! way round: only global unicast may pass, less what is set aside within it. An address that carries one of version 4
//! is judged by that.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A prefix and why nothing behind it is fetched.
type Prefix<A> = (A, u8, &'static str);

const fn v4(a: u8, b: u8, c: u8, d: u8) -> u32 {
    u32::from_be_bytes([a, b, c, d])
}

const SPECIAL_V4: &[Prefix<u32>] = &[
    (v4(0, 0, 0, 0), 8, "unspecified"),
    (v4(10, 0, 0, 0), 8, "private"),
    (v4(100, 64, 0, 0), 10, "private to a provider's network"),
    (v4(127, 0, 0, 0), 8, "loopback"),
    // A cloud's metadata service, among others.
    (v4(169, 254, 0, 0), 16, "link-local"),
    (v4(172, 16, 0, 0), 12, "private"),
    (v4(192, 0, 0, 0), 24, "reserved"),
    (v4(192, 0, 2, 0), 24, "for documentation only"),
    (v4(192, 88, 99, 0), 24, "reserved"),
    (v4(192, 168, 0, 0), 16, "private"),
    (v4(198, 18, 0, 0), 15, "for benchmarks only"),
    (v4(198, 51, 100, 0), 24, "for documentation only"),
    (v4(203, 0, 113, 0), 24, "for documentation only"),
    (v4(224, 0, 0, 0), 4, "multicast"),
    (v4(240, 0, 0, 0), 4, "reserved"),
    // Public on paper, but Azure answers every machine of its own there, with what is that machine's secret.
    (v4(168, 63, 129, 16), 32, "a cloud's metadata service"),
];

/// The top 64 bits of a prefix of version 6 that is at most as long.
const fn v6(a: u16, b: u16, c: u16) -> u64 {
    ((a as u64) << 48) | ((b as u64) << 32) | ((c as u64) << 16)
}

const SPECIAL_V6: &[Prefix<u64>] = &[
    // Teredo, benchmarks, overlays: protocols, not places.
    (v6(0x2001, 0, 0), 23, "reserved"),
    (v6(0x2001, 0xdb8, 0), 32, "for documentation only"),
    (v6(0x3fff, 0, 0), 20, "for documentation only"),
    (v6(0x64, 0xff9b, 1), 48, "private"),
    (v6(0x100, 0, 0), 63, "reserved"),
    (v6(0x5f00, 0, 0), 16, "reserved"),
    (v6(0xfc00, 0, 0), 7, "private"),
    (v6(0xfe80, 0, 0), 10, "link-local"),
    (v6(0xfec0, 0, 0), 10, "private"),
    (v6(0xff00, 0, 0), 8, "multicast"),
];

/// Why nothing is fetched from `ip`, as a word to follow "is"; `None` for an address of the public Internet.
pub(super) fn special(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => special_v4(ip),
        IpAddr::V6(ip) => special_v6(ip),
    }
}

fn special_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let bits = ip.to_bits();
    SPECIAL_V4.iter().find(|(prefix, length, _)| (bits ^ prefix) >> (32 - u32::from(*length)) == 0).map(|found| found.2)
}

fn special_v6(ip: Ipv6Addr) -> Option<&'static str> {
    if ip.is_unspecified() {
        return Some("unspecified");
    }
    if ip.is_loopback() {
        return Some("loopback");
    }
    if let Some(inner) = embedded(ip) {
        return special_v4(inner);
    }
    let top = (ip.to_bits() >> 64) as u64;
    let listed = SPECIAL_V6.iter().find(|(prefix, length, _)| (top ^ prefix) >> (64 - u32::from(*length)) == 0);
    let is_global = ip.segments()[0] & 0xe000 == 0x2000;
    listed.map(|found| found.2).or((!is_global).then_some("reserved"))
}

/// The address of version 4 that packets to `ip` may end at: compatible, mapped, translated, NAT64 and 6to4.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let last = |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => last(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_told_from_public_ones() {
        let rows = [
            ("0.0.0.0", Some("unspecified")),
            ("0.1.2.3", Some("unspecified")),
            ("10.0.0.1", Some("private")),
            ("10.255.255.255", Some("private")),
            ("11.0.0.0", None),
            ("100.63.255.255", None),
            ("100.64.0.1", Some("private to a provider's network")),
            ("100.100.100.200", Some("private to a provider's network")),
            ("100.128.0.0", None),
            ("127.0.0.1", Some("loopback")),
            ("127.255.0.9", Some("loopback")),
            ("169.254.169.254", Some("link-local")),
            ("168.63.129.16", Some("a cloud's metadata service")),
            ("168.63.129.17", None),
            ("172.15.255.255", None),
            ("172.16.0.0", Some("private")),
            ("172.31.255.255", Some("private")),
            ("172.32.0.0", None),
            ("192.0.0.192", Some("reserved")),
            ("192.0.1.0", None),
            ("192.0.2.1", Some("for documentation only")),
            ("192.88.99.1", Some("reserved")),
            ("192.168.1.1", Some("private")),
            ("192.169.0.0", None),
            ("198.17.255.255", None),
            ("198.18.0.1", Some("for benchmarks only")),
            ("198.19.255.255", Some("for benchmarks only")),
            ("198.51.100.7", Some("for documentation only")),
            ("203.0.113.7", Some("for documentation only")),
            ("223.255.255.255", None),
            ("224.0.0.1", Some("multicast")),
            ("240.0.0.1", Some("reserved")),
            ("255.255.255.255", Some("reserved")),
            ("1.1.1.1", None),
            ("::", Some("unspecified")),
            ("::1", Some("loopback")),
            ("::10.0.0.1", Some("private")),
            ("::ffff:127.0.0.1", Some("loopback")),
            ("::ffff:1.1.1.1", None),
            ("::ffff:0:10.0.0.1", Some("private")),
            ("64:ff9b::10.0.0.1", Some("private")),
            ("64:ff9b::1.1.1.1", None),
            ("64:ff9b:1::1.1.1.1", Some("private")),
            ("64:ff9b:2::1", Some("reserved")),
            ("100::1", Some("reserved")),
            ("2001::1", Some("reserved")),
            ("2001:0:4136:e378:8000:63bf:f5ff:fffe", Some("reserved")),
            ("2001:2::1", Some("reserved")),
            ("2001:1ff::1", Some("reserved")),
            ("2001:200::1", None),
            ("2001:db8::1", Some("for documentation only")),
            ("2002:7f00:1::1", Some("loopback")),
            ("2002:a9fe:a9fe::1", Some("link-local")),
            ("2002:101:101::1", None),
            ("2606:4700::1111", None),
            ("3fff:fff::1", Some("for documentation only")),
            ("3fff:1000::1", None),
            ("4000::1", Some("reserved")),
            ("5f00::1", Some("reserved")),
            ("fc00::1", Some("private")),
            ("fd00:ec2::254", Some("private")),
            ("fe80::1", Some("link-local")),
            ("fec0::1", Some("private")),
            ("ff02::1", Some("multicast")),
            ("1::1", Some("reserved")),
        ];
        for (text, expected) in rows {
            assert_eq!(special(text.parse().unwrap()), expected, "{text}");
        }
    }
}
