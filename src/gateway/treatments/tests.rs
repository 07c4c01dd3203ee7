//! Parts as candidates get them, with nothing installed but what is compiled in.

use mediary_core::capability::Acceptance;
use mediary_core::plan::{RecipeName, Treatment};
use mediary_core::task::{MediaPart, Message, Part, PartPath, Role};
use mediary_core::{Blob, FailureKind, Media, MediaFormat, Target};

use super::super::{Gateway, Parts, Recipe};
use super::*;
use crate::config::Config;
use crate::models::{Locations, Models};
use crate::providers::Providers;

fn gateway() -> Gateway {
    let nowhere = std::env::temp_dir().join("mediary-tests-install-nothing-here");
    let place = Locations { home: Some(nowhere.clone()), cwd: nowhere.clone(), config_dir: None };
    let models = Models::open(&place).unwrap();
    let ffmpeg = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/convert/av/tests/ffmpeg");
    Gateway::new(Parts {
        config: &Config::default(),
        recipe: Recipe::embedded(),
        pipelines: Pipelines::embedded(),
        ffmpeg: Some(Ffmpeg::at(ffmpeg)),
        heif: None,
        espeak: None,
        libreoffice: None,
        providers: Providers::default(),
        models: &models,
        cache_dir: None,
        content_dir: None,
        registry_dir: None,
        program: nowhere,
    })
    .unwrap()
}

fn sample(name: &str, format: MediaFormat) -> MediaPart {
    let bytes = std::fs::read(format!("{}/samples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let media = Media { format, blob: Blob::in_memory(bytes) };
    MediaPart { name: Some(name.to_owned()), ..MediaPart::new(media) }
}

fn spoken(says: &str, format: MediaFormat) -> MediaPart {
    MediaPart::new(Media { format, blob: Blob::in_memory(says.as_bytes().to_vec()) })
}

/// A chat with a part in a message of the user and once more in the result of a tool.
fn chat(part: &MediaPart) -> Chat {
    let asked = Message {
        parts: vec![Part::Text("before".to_owned()), Part::Media(part.clone()), Part::Text("after".to_owned())],
        ..Message::new(Role::User)
    };
    let found = Message { parts: vec![Part::Media(part.clone())], ..Message::new(Role::Tool) };
    Chat { messages: vec![Message::text(Role::System, "be kind"), asked, found], ..Chat::default() }
}

fn candidate(treatment: &Treatment, files: u32) -> (Plan, Candidate) {
    let places = vec![PartPath::Content { message: 1, part: 1 }, PartPath::Content { message: 2, part: 0 }];
    let candidate = Candidate {
        target: Target::local("test"),
        row: 0,
        treatments: vec![treatment.clone(); 2],
        files: vec![files; 2],
        dropped: Vec::new(),
        changes: Vec::new(),
        cost_usd: None,
        prompt_tokens: 0,
        cooldown: None,
    };
    (Plan { tier: None, places, candidates: Vec::new(), passed_over: Vec::new() }, candidate)
}

fn to(recipe: &str, to: MediaFormat) -> Treatment {
    Treatment::Transcode { recipe: RecipeName::new(recipe), to }
}

fn as_text(recipe: &str) -> Treatment {
    Treatment::Extract { recipe: RecipeName::new(recipe) }
}

async fn treated(
    part: &MediaPart,
    treatment: &Treatment,
    accepts: Vec<Acceptance>,
) -> Result<(Chat, Vec<TreatmentNote>), Failure> {
    let abilities = Abilities { accepts, ..Abilities::chat(Target::local("test")) };
    let (plan, candidate) = candidate(treatment, 4);
    gateway().treatments.treat(&chat(part), &plan, &candidate, &abilities, &Memo::default()).await
}

/// Texts as they are, media by their formats.
fn shown(message: &Message) -> Vec<String> {
    let shown = message.parts.iter().map(|part| match part {
        Part::Text(text) => text.clone(),
        Part::Media(part) => format!("<{} {}>", part.name.as_deref().unwrap_or_default(), part.media.format),
        Part::Remote { url, .. } => url.clone(),
    });
    shown.collect()
}

#[tokio::test]
async fn a_part_is_replaced_where_it_stands_in_tool_results_too() {
    let treatment = to("image-to-image", MediaFormat::Jpeg);
    let accepts = vec![Acceptance::of(MediaFormat::Jpeg)];
    let (chat, notes) = treated(&sample("sign.bmp", MediaFormat::Bmp), &treatment, accepts).await.unwrap();
    assert_eq!(shown(&chat.messages[1]), ["before", "<sign.jpeg jpeg>", "after"]);
    assert_eq!(shown(&chat.messages[2]), ["<sign.jpeg jpeg>"]);
    let notes: Vec<(String, &str, &str)> =
        notes.iter().map(|note| (note.place.to_string(), note.does, note.by.as_str())).collect();
    let expected = ["messages[1].content[1]", "messages[2].content[0]"];
    assert_eq!(notes, expected.map(|place| (place.to_owned(), "transcode", "image-to-image")));
}

#[tokio::test]
async fn pictures_keep_to_what_the_target_takes() {
    let rows = [(None, None), (Some(100), None), (None, Some(2_000)), (Some(200), Some(1_500))];
    for (side_pixels, bytes) in rows {
        let accepts = vec![Acceptance { side_pixels, bytes, ..Acceptance::of(MediaFormat::Jpeg) }];
        let treatment = to("image-to-image", MediaFormat::Jpeg);
        let (chat, _) = treated(&sample("sign.png", MediaFormat::Png), &treatment, accepts.clone()).await.unwrap();
        let Part::Media(part) = &chat.messages[1].parts[1] else { panic!("no picture") };
        assert!(bytes.is_none_or(|most| part.media.blob.len_bytes() <= most), "{bytes:?}");
        let side = mediary_convert::image::longest_side(&part.media).unwrap();
        assert!(side_pixels.is_none_or(|most| side <= most), "{side} pixels are more than {side_pixels:?}");
    }
}

#[tokio::test]
async fn a_file_of_text_is_quoted() {
    let (chat, notes) =
        treated(&sample("note.txt", MediaFormat::Text), &as_text("text-to-text"), Vec::new()).await.unwrap();
    let text = &shown(&chat.messages[1])[1];
    let note = std::fs::read_to_string(format!("{}/samples/note.txt", env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert!(
        text.contains("an attached file (text)") && text.contains(note.trim_end()) && text.ends_with(" ends]"),
        "{text}"
    );
    assert_eq!(notes[0].does, "extract");
}

#[tokio::test]
async fn a_sound_is_encoded_anew() {
    let treatment = to("audio-to-audio", MediaFormat::Wav);
    let accepts = vec![Acceptance::of(MediaFormat::Wav)];
    let (chat, notes) = treated(&sample("chime.wav", MediaFormat::Wav), &treatment, accepts).await.unwrap();
    assert_eq!(shown(&chat.messages[1])[1], "<chime.wav wav>");
    assert_eq!(notes[0].by, "audio-to-audio");
}

#[tokio::test]
async fn a_failure_names_its_part() {
    let rows = [
        (sample("chime.wav", MediaFormat::Wav), as_text("audio-to-text"), FailureKind::Unacceptable),
        (spoken("samples", MediaFormat::Mp3), as_text("audio-to-text"), FailureKind::Unreadable),
        (spoken("damaged", MediaFormat::Mp3), to("audio-to-audio", MediaFormat::Mp3), FailureKind::Unreadable),
        (spoken("no picture", MediaFormat::Png), to("image-to-image", MediaFormat::Jpeg), FailureKind::Unreadable),
        (sample("sign.png", MediaFormat::Png), as_text("image-to-text"), FailureKind::NotInstalled),
    ];
    for (part, treatment, kind) in rows {
        let failure = treated(&part, &treatment, Vec::new()).await.unwrap_err();
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(failure.to_string().starts_with("messages["), "{failure}");
    }
}

#[test]
fn recipes_that_cannot_be_followed_say_why() {
    let gateway = gateway();
    let missing = |name: &str| {
        let recipes = gateway.treatments.recipes(&gateway.router.known(), &Bounds::default());
        recipes.iter().find(|recipe| recipe.name.as_str() == name).unwrap().missing.clone()
    };
    assert!(missing("pdf-to-images").unwrap().contains("mediary models pull pdfium"));
    assert!(missing("audio-to-text").unwrap().contains("GROQ_API_KEY"));
    assert_eq!(missing("audio-to-audio"), None);
    assert_eq!(missing("image-to-image"), None);
}
