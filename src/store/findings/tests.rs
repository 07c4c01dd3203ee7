//! Findings on a disk: the last word counts, and a verification is known until its end.

use super::*;
use crate::database::Home;

fn finding(ability: &str, holds: bool, found_at: i64) -> KeptFinding {
    let [provider, model, ability] = ["groq", "m", ability].map(str::to_owned);
    let why = if holds { "" } else { "it was not called" }.to_owned();
    KeptFinding { provider, model, ability, holds, why, found_at }
}

fn quarantine(ends_at: Option<i64>) -> KeptQuarantine {
    let [provider, model, why] = ["groq", "m", "its quota is spent"].map(str::to_owned);
    KeptQuarantine { provider, model, why, confirm: true, began_at: 10, ends_at }
}

fn tried(ability: &str) -> TriedBefore {
    let [provider, model, ability, outcome] = ["groq", "m", ability, "unclear"].map(str::to_owned);
    TriedBefore { provider, model, ability, outcome }
}

async fn findings(home: &Home) -> Findings {
    Findings::of(Arc::new(home.open().await))
}

#[tokio::test]
async fn the_last_word_counts_and_survives() {
    for home in Home::each() {
        let before = findings(&home).await;
        let note = |finding, quarantine| before.note(Noted { finding, quarantine, ..Noted::default() });
        note(Some(finding("text", false, 10)), Some(quarantine(Some(90)))).await.unwrap();
        note(Some(finding("tools", false, 10)), None).await.unwrap();
        note(Some(finding("text", true, 20)), Some(quarantine(None))).await.unwrap();
        drop(before);
        let after = findings(&home).await;
        let mut all = after.all().await.unwrap();
        all.0.sort_by(|one, other| one.ability.cmp(&other.ability));
        assert_eq!(all, (vec![finding("text", true, 20), finding("tools", false, 10)], vec![quarantine(None)]));
        let released = Some(("groq".to_owned(), "m".to_owned()));
        after.note(Noted { released, ..Noted::default() }).await.unwrap();
        assert_eq!(after.all().await.unwrap().1, []);
        // By hand, what was refuted is forgotten, and what was proven is not.
        after.note(Noted { quarantine: Some(quarantine(None)), ..Noted::default() }).await.unwrap();
        after.pardon("groq", "m").await.unwrap();
        assert_eq!(after.all().await.unwrap(), (vec![finding("text", true, 20)], vec![]));
    }
}

#[tokio::test]
async fn a_verification_is_known_until_its_end() {
    for home in Home::each() {
        let findings = findings(&home).await;
        let unfinished = |id: &str, began_at| Unfinished { id: id.to_owned(), wish: "{}".to_owned(), began_at };
        findings.begin(unfinished("a", 10)).await.unwrap();
        findings.begin(unfinished("b", 20)).await.unwrap();
        for ability in ["text", "tools", "text"] {
            let tried = Some(("b".to_owned(), tried(ability)));
            findings.note(Noted { tried, ..Noted::default() }).await.unwrap();
        }
        assert_eq!(findings.unfinished().await.unwrap(), [unfinished("b", 20), unfinished("a", 10)]);
        let mut tries = findings.tried_in("b").await.unwrap();
        tries.sort();
        assert_eq!(tries, [tried("text"), tried("tools")]);
        assert_eq!(findings.tried_in("a").await.unwrap(), []);
        findings.end("b").await.unwrap();
        assert_eq!(findings.tried_in("b").await.unwrap(), []);
        findings.begin(unfinished("c", 20 + 31 * 24 * 3600)).await.unwrap();
        let left: Vec<String> = findings.unfinished().await.unwrap().into_iter().map(|one| one.id).collect();
        assert_eq!(left, ["c"], "what was left for a month is forgotten");
    }
}
