//! The order of candidates, one key at a time and each against the next.

use super::{RECIPES, planned};

#[test]
fn the_better_row_comes_first_whatever_the_draw() {
    // First the better row, then the worse, though the worse is better in all that counts less.
    let table = [
        // Cooldowns.
        ("a/b p=9 ms=9000 quota=0", "c/d p=1 ms=1 broke=5", "", ""),
        ("a/b p=9 broke=5", "c/d p=1 broke=6", "", ""),
        ("a/b broke=5", "c/d broke=6", "", "sticky=c/d"),
        ("a/b", "c/d broke=6", "", "sticky=c/d"),
        ("a/b", "c/d broke=6", "", "want=c/d,a/b"),
        // A tier that was named.
        ("a/b fast:9 p=9", "c/d p=1 ms=1", "", "tier=fast"),
        ("a/b fast:9", "c/d png", "png", "tier=fast"),
        ("a/b fast:9", "c/d", "", "tier=fast sticky=c/d"),
        ("c/d", "a/b fast:1 broke=3", "", "tier=fast"),
        // Members of a tier by their abilities come behind those that are listed.
        ("a/b vision:9 png", "c/d png ms=1", "png", "tier=vision"),
        ("c/d png", "a/b png standard:1", "png", "tier=vision"),
        ("a/b tools", "c/d standard:1 tools", "tools", "tier=agentic"),
        ("a/b ctx=200000", "c/d ctx=100000", "", "tier=contexto-largo"),
        ("a/b thinks", "c/d", "", "tier=reasoning"),
        ("a/b wav", "c/d", "wav", "tier=multimodal"),
        // A tier that was guessed gives way to a priority that was written, and to nothing else that counts less.
        ("a/b set=1", "c/d fast:1", "brief", "tier=auto"),
        ("c/d fast:1", "a/b set=11", "brief", "tier=auto"),
        ("c/d fast:1", "a/b p=1", "brief", "tier=auto"),
        ("c/d fast:1", "a/b set=1", "brief", "tier=fast"),
        ("c/d png vision:1", "a/b set=1", "png", "tier=auto"),
        // What is free, where that is wanted first; a tier that was named counts for more.
        ("a/b free p=9 ms=9000", "c/d p=1 ms=1", "", "freefirst"),
        ("a/b free", "c/d paid=0/0", "", "freefirst sticky=c/d"),
        ("c/d p=1", "a/b free p=9", "", ""),
        ("c/d fast:1 paid=1/1", "a/b free", "", "freefirst tier=fast"),
        // The target that answered so far.
        // … but not for what it would lose and others would not.
        ("c/d p=9 png", "a/b p=1", "png", "sticky=a/b"),
        ("a/b", "c/d", "", "sticky=a/b want=c/d,a/b"),
        ("a/b p=1", "c/d p=9", "", "sticky=x/y"),
        ("a/b fast:9", "c/d fast:1 ms=1", "", "sticky=a/b tier=fast"),
        // The order in which targets were named.
        ("a/b p=9", "c/d p=1 png", "png", "want=a/b,c/d"),
        ("c/d p=1", "a/b p=9", "", "want=c/d,a/b"),
        ("a/b ms=9000", "c/d ms=1", "", "want=a/b,c/d"),
        // What is lost.
        ("a/b p=9 png", "c/d p=1", "png", ""),
        ("a/b p=9 jpeg", "c/d p=1", "png", ""),
        ("a/b p=9 png fast:9", "c/d p=1 fast:1", "png", "tier=fast"),
        ("a/b p=9 png", "c/d p=1 png[count=1]", "png png", ""),
        ("a/b p=9 png[count=2]", "c/d p=1 png[count=1]", "png png png", ""),
        ("a/b p=1", "c/d p=2 csv", "csv", ""),
        ("a/b p=1 jpeg", "c/d p=2 png", "png", ""),
        // The operator's own order of the tier, which others follow. It counts for less than what is lost.
        ("c/d fast:9 p=9", "a/b fast:1 set=1 ms=1", "", "tier=fast chain=fast:c/d,a/b"),
        ("c/d", "a/b fast:1", "", "tier=fast chain=fast:c/d"),
        ("a/b fast:1", "c/d", "", "tier=fast chain=code:c/d,a/b"),
        ("c/d p=9", "a/b fast:1 p=1", "brief", "tier=auto chain=auto:c/d"),
        ("c/d p=9", "a/b fast:1 p=1", "brief", "tier=auto chain=fast:c/d"),
        ("a/b png vision:1", "c/d vision:1", "png", "tier=vision chain=vision:c/d,a/b"),
        ("a/b fast:1", "c/d fast:1 broke=5", "", "tier=fast chain=fast:c/d,a/b"),
        ("a/b fast:1", "c/d fast:1", "", "tier=fast sticky=a/b chain=fast:c/d,a/b"),
        ("a/b p=1", "c/d p=9", "", "chain=auto:c/d,a/b"),
        // What the operator wants targets ordered by, for all tiers or for one; unknown comes last.
        ("a/b p=9 fast:1", "c/d p=1 fast:2", "", "tier=fast by=quality"),
        ("a/b p=9 fast:1", "c/d p=1", "brief", "tier=auto by=quality"),
        ("a/b p=1 fast:1", "c/d p=9 fast:2", "", "tier=fast by=fast:quality"),
        ("a/b p=9 ms=300", "c/d p=1 ms=301 quota=1", "", "by=speed"),
        ("a/b p=9 ms=9000", "c/d p=1 quota=1", "", "by=speed"),
        ("a/b p=9 free", "c/d p=1 paid=0.1/0.1", "", "by=cost"),
        ("a/b p=9 paid=0.1/0.1", "c/d p=1 paid=0.1/0.2", "", "by=cost"),
        ("a/b p=9 paid=9/9", "c/d p=1", "", "by=cost"),
        ("a/b p=9 ms=1", "c/d p=1 ms=2", "", "tier=fast by=fast:speed"),
        ("c/d p=1 ms=2", "a/b p=9 ms=1", "", "tier=fast by=code:speed"),
        ("a/b fast:9 free", "c/d fast:1 ms=1 paid=1/1", "", "tier=fast by=speed by=fast:cost"),
        ("c/d p=9 ms=9", "a/b p=1 ms=1", "", "tier=fast chain=fast:c/d by=fast:speed"),
        // It counts for less than a tier that was named, and than what is lost.
        ("a/b fast:1 ms=9", "c/d ms=1", "", "tier=fast by=speed"),
        ("a/b png ms=9", "c/d ms=1", "png", "by=speed"),
        // Priority.
        ("a/b p=1 fast:9", "c/d p=2 fast:1", "", "tier=fast"),
        ("a/b p=1 quota=0", "c/d p=2 quota=1", "", ""),
        ("a/b p=1 ms=9000", "c/d p=2 ms=1", "", ""),
        // The rank in the tier.
        ("a/b fast:1 quota=0", "c/d fast:2 quota=1", "", "tier=fast"),
        ("a/b fast:1 ms=9000", "c/d fast:2 ms=1", "", "tier=fast"),
        ("a/b standard:1 fast:9", "c/d standard:2 fast:1", "", "tier=auto"),
        ("a/b fast:2 standard:9", "c/d fast:3 standard:1", "brief", "tier=auto"),
        // Quota.
        ("a/b quota=0.01 ms=9000", "c/d ms=1", "", ""),
        ("a/b ms=9000", "c/d quota=0 ms=1", "", ""),
        ("c/d quota=1 ms=500", "a/b quota=0.5 ms=1", "", ""),
        ("a/b quota=0.52 ms=9000", "c/d quota=0.5 ms=1", "", ""),
        ("a/b quota=0.501 ms=1", "c/d quota=0.509 ms=500", "", ""),
        ("a/b quota=NaN ms=9000", "c/d quota=0 ms=1", "", ""),
        // Latency.
        ("a/b ms=399", "c/d ms=400", "", ""),
        ("a/b ms=1499", "c/d ms=1500", "", ""),
        ("a/b ms=1499", "c/d", "", ""),
        ("a/b", "c/d ms=1500", "", ""),
        ("a/b ms=4999", "c/d ms=5000", "", ""),
    ];
    for (better, worse, request, policy) in table {
        let name = |row: &str| row.split(' ').next().unwrap().to_owned();
        let expected = format!("{} {}", name(better), name(worse));
        for draw in 0..8 {
            let policy = format!("{policy} draw={draw}");
            for rows in [[better, worse], [worse, better]] {
                assert_eq!(
                    planned(&rows, RECIPES, request, &policy).targets(),
                    expected,
                    "{rows:?} {request} {policy}"
                );
            }
        }
    }
}

#[test]
fn equals_are_drawn_by_the_draw_and_not_by_their_rows() {
    let pairs = [
        ("a/b", "c/d"),
        ("a/b ms=1", "c/d ms=399"),
        ("a/b ms=400", "c/d ms=1499"),
        ("a/b ms=5000", "c/d ms=60000"),
        ("a/b quota=0.901", "c/d quota=0.909"),
        // A tier that was not asked for.
        ("a/b fast:1", "c/d fast:9"),
        // Text loses nothing as text.
        ("a/b csv", "c/d"),
    ];
    for (one, other) in pairs {
        let order = |draw: u32, rows: [&str; 2]| planned(&rows, RECIPES, "csv", &format!("draw={draw}")).targets();
        let orders: Vec<_> = (0..64).map(|draw| order(draw, [one, other])).collect();
        let firsts = orders.iter().filter(|order| order.starts_with('a')).count();
        assert!((16..=48).contains(&firsts), "{one} before {other} {firsts} times of 64");
        let turned: Vec<_> = (0..64).map(|draw| order(draw, [other, one])).collect();
        assert_eq!(orders, turned, "{one} and {other}");
    }
}

#[test]
fn cooling_targets_that_are_asked_all_the_same_say_how_long_they_would_cool_down() {
    let plan = planned(&["a/b broke=7", "c/d"], RECIPES, "", "").0.unwrap();
    let cooldowns: Vec<_> =
        plan.candidates.iter().map(|candidate| candidate.cooldown.map(|left| left.as_secs())).collect();
    assert_eq!(cooldowns, [None, Some(7)]);
}

#[test]
fn a_candidate_knows_its_row() {
    let plan = planned(&["a/b p=3", "c/d p=2", "e/f p=1"], RECIPES, "", "").0.unwrap();
    assert_eq!(plan.candidates.iter().map(|candidate| candidate.row).collect::<Vec<_>>(), [2, 1, 0]);
}
