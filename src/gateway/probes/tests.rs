//! The tables of probes: what follows from each failure, and what is selected.

use std::collections::BTreeSet;
use std::time::Duration;

use mediary_core::capability::{Abilities, Ability, Acceptance, CapabilityMatrix, Lifecycle, TaskKind};
use mediary_core::{FailureKind, MediaFormat, Target};

use super::question::Question;
use super::selection::selected;
use super::verdict::{Outcome, Verdict};
use super::wish::ProbeWish;
use crate::gateway::{Findings, Found};

fn row(target: &str) -> Abilities {
    Abilities::chat(target.parse().unwrap())
}

#[test]
fn each_kind_of_failure_has_its_consequence() {
    use FailureKind::*;
    let hour = Duration::from_secs(3600);
    // What came of it, days or seconds in quarantine, whether that wants a confirmation, whether the model is asked on:
    // of the first ability that is tried, and of another one where the first is proven.
    let rows = [
        (Unacceptable, ("refuted", Some(86_400), false, false), ("refuted", None, false, true)),
        (Malformed, ("unclear", None, false, true), ("refuted", None, false, true)),
        (EmptyAnswer, ("refuted", Some(86_400), false, false), ("refuted", None, false, true)),
        (ModelGone, ("refuted", Some(604_800), false, false), ("refuted", Some(604_800), false, false)),
        (
            QuotaSpent { resets_in: Some(hour) },
            ("unclear", Some(3_600), true, false),
            ("unclear", Some(3_600), true, false),
        ),
        (
            QuotaSpent { resets_in: None },
            ("unclear", Some(86_400), true, false),
            ("unclear", Some(86_400), true, false),
        ),
        (BadKey, ("unclear", None, false, false), ("unclear", None, false, false)),
        (RateLimited { retry_after: None }, ("unclear", None, false, false), ("unclear", None, false, false)),
        (Overloaded { retry_after: None }, ("unclear", None, false, false), ("unclear", None, false, false)),
        (TimedOut, ("unclear", None, false, false), ("unclear", None, false, false)),
        (Unreachable, ("unclear", None, false, false), ("unclear", None, false, false)),
        (ContentRefused, ("unclear", None, false, true), ("unclear", None, false, true)),
        (Garbled, ("unclear", None, false, true), ("unclear", None, false, true)),
    ];
    for (kind, first, second) in rows {
        let told = |ability, works_otherwise| {
            let Verdict { outcome, sentence, ends } = Verdict::failed(ability, &kind, "words", works_otherwise);
            let (seconds, confirm) =
                sentence.map_or((None, false), |sentence| (Some(sentence.seconds), sentence.confirm));
            (outcome.name(), seconds, confirm, ends.is_none())
        };
        assert_eq!(told(Ability::Text, false), first, "{kind:?}");
        assert_eq!(told(Ability::Image, true), second, "{kind:?}");
    }
    let long = Verdict::failed(Ability::Image, &Unacceptable, &"ü".repeat(900), true).outcome;
    assert!(matches!(long, Outcome::Refuted(why) if why.chars().count() < 260));
}

#[test]
fn models_are_selected_provider_by_provider_and_by_what_is_due() {
    let listed = Abilities { lifecycle: Lifecycle::Listed, ..row("a/listed") };
    let retired = Abilities { lifecycle: Lifecycle::Retired, ..row("a/retired") };
    let engine = Abilities::of(Target::local("e5"), TaskKind::Embedding);
    let able = Abilities { tools: true, ..row("a/two") };
    let matrix = CapabilityMatrix::new([row("a/one"), able, listed, retired, engine, row("b/one")]);
    let findings = Findings::default();
    findings.note(&"a/one".parse().unwrap(), Ability::Text, Found { holds: true, why: String::new(), at: 1_000 });
    let chosen = |wish: ProbeWish, tried: &[(&str, Ability)]| {
        let tried: BTreeSet<_> = tried.iter().map(|(target, ability)| (target.parse().unwrap(), *ability)).collect();
        let selection = selected(&wish, &matrix, &findings, &tried, 1_000 + 2 * 3600);
        let name = |row: usize| matrix.rows()[row].target.to_string();
        let count = selection.total();
        let models: Vec<String> = selection.models.into_iter().map(|model| name(model.row)).collect();
        (models.join(" "), count, selection.unknown.join(" "))
    };
    let expect = |models: &str, count, unknown: &str| (models.to_owned(), count, unknown.to_owned());
    let usual = ProbeWish::default;
    let of = |names: &[&str]| ProbeWish { models: names.iter().map(|name| (*name).to_owned()).collect(), ..usual() };
    assert_eq!(chosen(usual(), &[]), expect("a/one b/one a/two", 4, ""));
    assert_eq!(chosen(of(&["b", "c", "d/e"]), &[]), expect("b/one", 1, "c d/e"));
    assert_eq!(chosen(of(&["a/listed", "a/retired", "local"]), &[]), expect("a/listed", 1, ""));
    assert_eq!(chosen(usual(), &[("a/two", Ability::Text), ("b/one", Ability::Text)]), expect("a/one a/two", 2, ""));
    let tools = ProbeWish { abilities: vec![Ability::Tools], ..usual() };
    assert_eq!(chosen(tools, &[]), expect("a/two", 1, ""));
    let older = |hours| ProbeWish { older_than_hours: Some(hours), ..usual() };
    assert_eq!(chosen(older(3), &[]), expect("a/two b/one", 3, ""));
    assert_eq!(chosen(older(1), &[]), expect("a/one b/one a/two", 4, ""));
}

#[test]
fn a_file_is_sent_in_a_format_that_is_taken_or_nothing_is() {
    let accepts = |formats: &[MediaFormat]| Abilities {
        accepts: formats.iter().map(|format| Acceptance::of(*format)).collect(),
        ..row("a/m")
    };
    let format = |ability, row: &Abilities| Question::of(ability, row).map(|question| question.parts[0].format);
    let rows = [
        (Ability::Image, vec![MediaFormat::Jpeg, MediaFormat::Png], Some(MediaFormat::Png)),
        (Ability::Image, vec![MediaFormat::Jpeg], Some(MediaFormat::Jpeg)),
        (Ability::Image, vec![MediaFormat::Gif], None),
        (Ability::Audio, vec![MediaFormat::Wav], Some(MediaFormat::Wav)),
        (Ability::Video, vec![MediaFormat::Mp4], Some(MediaFormat::Mp4)),
        (Ability::Pdf, vec![MediaFormat::Pdf], Some(MediaFormat::Pdf)),
    ];
    for (ability, formats, expected) in rows {
        assert_eq!(format(ability, &accepts(&formats)), expected, "{ability:?} {formats:?}");
    }
    // Recognisers that say nothing of formats take the usual ones.
    let hears = Abilities::of("a/m".parse().unwrap(), TaskKind::Transcription);
    assert_eq!(format(Ability::Transcription, &hears), Some(MediaFormat::Mp3));
}

#[test]
fn the_files_are_what_they_are_said_to_be() {
    let accepts = MediaFormat::ALL.iter().copied().map(Acceptance::of).collect();
    let row = Abilities { accepts, ..row("a/m") };
    for ability in [Ability::Image, Ability::Pdf, Ability::Audio, Ability::Video] {
        let question = Question::of(ability, &row).unwrap();
        let mediary_core::task::Task::Chat(chat) = &question.task else { panic!("a question is a chat") };
        let mediary_core::task::Part::Media(part) = &chat.messages[0].parts[0] else { panic!("it begins with a file") };
        let bytes = part.media.blob.read_all().unwrap();
        let found = mediary_core::classify(mediary_core::Blob::in_memory(bytes), mediary_core::Claim::default());
        assert_eq!(found.unwrap().format, question.parts[0].format);
    }
}
