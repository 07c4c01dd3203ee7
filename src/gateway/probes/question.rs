//! What a model is asked to find out whether it does what it is said to do, and what of an answer shows that it does.
//!
//! Each request is as small as it can be while its answer still shows something: a picture is of one colour, a page has one
//! word. The files are made by `samples/make_probes.py`.

use std::sync::Arc;

use mediary_core::capability::{Abilities, Ability, PartShape};
use mediary_core::task::{
    Chat, Completion, Effort, Embed, EmbedInput, Finish, ImageJob, ImageWork, MediaPart, Message, Moderate, PageText,
    Part, PartPath, Prompt, Read, ReplyEvent, ReplyFormat, Rerank, Role, Sampling, SoundForm, Speak, Task, Tool,
    ToolChoice, Transcribe, WholeReply,
};
use mediary_core::{Blob, Media, MediaFormat, Raster};
use serde_json::{Value, json};

/// A file of one kind, of which a model can say what is in it.
struct Exhibit {
    format: MediaFormat,
    bytes: &'static [u8],
}

/// Of those that a target takes, the first counts.
static EXHIBITS: [Exhibit; 6] = [
    Exhibit { format: MediaFormat::Png, bytes: include_bytes!("../../../samples/probes/red.png") },
    Exhibit { format: MediaFormat::Jpeg, bytes: include_bytes!("../../../samples/probes/red.jpg") },
    Exhibit { format: MediaFormat::Pdf, bytes: include_bytes!("../../../samples/probes/word.pdf") },
    Exhibit { format: MediaFormat::Mp3, bytes: include_bytes!("../../../samples/probes/word.mp3") },
    Exhibit { format: MediaFormat::Wav, bytes: include_bytes!("../../../samples/probes/word.wav") },
    Exhibit { format: MediaFormat::Mp4, bytes: include_bytes!("../../../samples/probes/blue.mp4") },
];

/// A page as a picture.
static PAGE: Exhibit = Exhibit { format: MediaFormat::Png, bytes: include_bytes!("../../../samples/probes/word.png") };

/// The pixels a side of all that can be seen.
const SIDE_PIXELS: u32 = 64;
/// The seconds that what can be heard is rounded up to.
const SECONDS: u32 = 2;
/// What the page says and the voice speaks.
const WORD: &str = "banana";
/// The function that is to be called.
const FUNCTION: &str = "note";
/// The most tokens of an answer, of a model that answers at once and of one that thinks first.
const REPLY_TOKENS: u32 = 64;
const THINKING_TOKENS: u32 = 1_024;

/// A request that shows an ability.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) ability: Ability,
    pub(super) task: Task,
    pub(super) parts: Vec<PartShape>,
}

/// What of an answer was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// It is there.
    Yes,
    /// It is not, although there is an answer: in a sentence.
    No(&'static str),
    /// The answer says nothing of it either way.
    Unclear(&'static str),
}

impl Question {
    /// The request for an ability of a target; `None`: there is no file in a format that it takes.
    pub(super) fn of(ability: Ability, row: &Abilities) -> Option<Self> {
        let none = Vec::new();
        let (task, parts) = match ability {
            Ability::Text => (chat(row, "Answer with the one word: yes", None, |_| ()), none),
            Ability::Completion => (continued(row), none),
            Ability::Image => looked_at(row, ability, "Which colour is this picture? Answer with one word.")?,
            Ability::Pdf => looked_at(row, ability, "Which word is on this page? Answer with that word alone.")?,
            Ability::Audio => looked_at(row, ability, "Which word is said here? Answer with that word alone.")?,
            Ability::Video => looked_at(row, ability, "Which colour does this video show? Answer with one word.")?,
            Ability::Tools => {
                let words = format!("Call the function {FUNCTION} with the word {WORD}.");
                (chat(row, &words, None, |chat| offer_function(chat, row)), none)
            }
            Ability::Schema => {
                let words = format!("Answer with this word: {WORD}");
                (chat(row, &words, None, |chat| chat.format = form()), none)
            }
            Ability::Embedding => {
                (Task::Embed(Embed { inputs: vec![EmbedInput::Text(WORD.to_owned())], ..Embed::default() }), none)
            }
            Ability::Rerank => {
                let documents = ["A brick of red clay.", "A banana is a yellow fruit."].map(str::to_owned).into();
                (Task::Rerank(Rerank { query: "yellow fruit".to_owned(), documents, ..Rerank::default() }), none)
            }
            Ability::Moderation => {
                let inputs = vec![vec![Part::Text("A banana is a yellow fruit.".to_owned())]];
                (Task::Moderate(Moderate { inputs, is_list: true, ..Moderate::default() }), none)
            }
            Ability::Ocr => (Task::Read(page()), none),
            Ability::Transcription | Ability::Translation => {
                let (media, shape) = medium(row, |format| Ability::Audio.is_about(format), PartPath::Field("file"))?;
                let into_english = ability == Ability::Translation;
                let language = Some("en".to_owned()).filter(|_| is_english(row) && !into_english);
                (Task::Transcribe(Transcribe { language, into_english, ..Transcribe::of(media) }), vec![shape])
            }
            Ability::Speech => (Task::Speak(spoken(row)), none),
            Ability::ImageGeneration => (Task::Image(ImageJob::of("a red circle on white")), none),
            Ability::ImageEdit => {
                let (media, shape) = medium(row, |format| Ability::Image.is_about(format), PartPath::Field("image"))?;
                let work = ImageWork::Edit { sources: vec![media], mask: None };
                (Task::Image(ImageJob { work, ..ImageJob::of("make it blue") }), vec![shape])
            }
            Ability::ImageVariation => {
                let (media, shape) = medium(row, |format| Ability::Image.is_about(format), PartPath::Field("image"))?;
                (Task::Image(ImageJob { work: ImageWork::Variation(media), ..ImageJob::of("") }), vec![shape])
            }
        };
        Some(Self { ability, task, parts })
    }

    /// Whether an event makes a reply an answer to it.
    pub(super) fn counts(&self, event: &ReplyEvent) -> bool {
        let ends_early = matches!(event, ReplyEvent::Finish { finish: Finish::Length | Finish::ContentFilter, .. });
        match self.ability {
            Ability::Text | Ability::Completion | Ability::Image | Ability::Pdf | Ability::Audio | Ability::Video => {
                event.is_content() || ends_early
            }
            Ability::Tools | Ability::Schema => event.is_content() || ends_early,
            Ability::Ocr => matches!(event, ReplyEvent::Page(_)),
            Ability::Embedding => matches!(event, ReplyEvent::Vector { .. }),
            Ability::Rerank => matches!(event, ReplyEvent::Ranked { .. }),
            Ability::Moderation => matches!(event, ReplyEvent::Judged { .. }),
            // Where nothing is heard, that is an answer too.
            Ability::Transcription | Ability::Translation => true,
            Ability::Speech => matches!(event, ReplyEvent::Bytes(bytes) if !bytes.is_empty()),
            Ability::ImageGeneration | Ability::ImageEdit | Ability::ImageVariation => {
                matches!(event, ReplyEvent::Picture(_))
            }
        }
    }

    /// Whether an answer shows the ability.
    pub(super) fn shown_by(&self, reply: &WholeReply, row: &Abilities) -> Shown {
        let choice = reply.choices.first();
        let text = choice.map(|choice| choice.text.to_lowercase()).unwrap_or_default();
        let has_refused =
            choice.is_some_and(|choice| choice.refusal.is_some() || choice.finish == Some(Finish::ContentFilter));
        let was_cut = choice.is_some_and(|choice| choice.finish == Some(Finish::Length)) && text.trim().is_empty();
        let says = |words: &[&str], otherwise| match () {
            () if words.iter().any(|word| text.contains(word)) => Shown::Yes,
            () if has_refused => Shown::Unclear("its provider refused to answer"),
            () if was_cut => Shown::Unclear("it had thought for as long as it may when it was to answer"),
            () => Shown::No(otherwise),
        };
        match self.ability {
            // Whatever it says, it chats, or goes on.
            Ability::Text | Ability::Completion => Shown::Yes,
            Ability::Image => says(&["red"], "it answered, and did not say which colour the picture has"),
            Ability::Pdf => says(&[WORD], "it answered, and did not say which word is on the page"),
            Ability::Audio => says(&[WORD], "it answered, and did not say which word is spoken"),
            Ability::Video => says(&["blue"], "it answered, and did not say which colour the video shows"),
            Ability::Tools => {
                let calls = choice.map(|choice| choice.tool_calls.as_slice()).unwrap_or_default();
                let is_right =
                    |arguments: &str| serde_json::from_str::<Value>(arguments).is_ok_and(|its| its.is_object());
                match calls.iter().find(|call| call.name == FUNCTION) {
                    Some(call) if is_right(&call.arguments) => Shown::Yes,
                    Some(_) => Shown::No("it called the function with arguments that are no JSON object"),
                    None => says(&[], "it answered, and did not call the function"),
                }
            }
            Ability::Schema => {
                let parsed: Option<Value> = serde_json::from_str(text.trim()).ok();
                match parsed.is_some_and(|answer| answer["word"].is_string()) {
                    true => Shown::Yes,
                    false => says(&[], "it answered, and did not hold to the schema"),
                }
            }
            Ability::Embedding => {
                let given = reply.vectors.first().map(|(_, vector)| vector.len());
                let said = row.vectors.as_ref().and_then(|vectors| vectors.dimensions);
                match given {
                    Some(given) if given > 0 && said.is_none_or(|said| said as usize == given) => Shown::Yes,
                    _ => Shown::No("its vectors do not have as many dimensions as its catalog says"),
                }
            }
            Ability::Rerank => match reply.ranked.iter().all(|(index, score)| *index < 2 && score.is_finite()) {
                true => Shown::Yes,
                false => Shown::No("it ranked documents that were not sent"),
            },
            Ability::Moderation | Ability::Speech => Shown::Yes,
            Ability::ImageGeneration | Ability::ImageEdit | Ability::ImageVariation => Shown::Yes,
            Ability::Ocr => match reply.page.as_ref().is_some_and(|page| read_on(page).to_lowercase().contains(WORD)) {
                true => Shown::Yes,
                false => Shown::No("it answered, and did not read the word on the page"),
            },
            Ability::Transcription | Ability::Translation => {
                says(&[WORD], "it answered, and did not hear the word that is spoken")
            }
        }
    }
}

fn chat(row: &Abilities, words: &str, medium: Option<Media>, change: impl FnOnce(&mut Chat)) -> Task {
    let mut message = Message::text(Role::User, words);
    if let Some(media) = medium {
        message.parts.insert(0, Part::Media(MediaPart::new(media)));
    }
    let tokens = if row.reasoning { THINKING_TOKENS } else { REPLY_TOKENS };
    let max_tokens = Some(row.output_tokens.map_or(tokens, |most| most.min(tokens)));
    let mut chat = Chat {
        messages: vec![message],
        sampling: Sampling { max_tokens, ..Sampling::default() },
        effort: row.reasoning.then_some(Effort::Low),
        ..Chat::default()
    };
    change(&mut chat);
    Task::Chat(chat)
}

/// A question about a file.
fn looked_at(row: &Abilities, ability: Ability, words: &str) -> Option<(Task, Vec<PartShape>)> {
    let place = PartPath::Content { message: 0, part: 0 };
    let (media, shape) = medium(row, |format| ability.is_about(format), place)?;
    Some((chat(row, words, Some(media), |_| ()), vec![shape]))
}

/// The first file of such a format that a target takes.
fn medium(row: &Abilities, is_meant: impl Fn(MediaFormat) -> bool, place: PartPath) -> Option<(Media, PartShape)> {
    // Recognisers that say nothing of formats take the usual ones.
    let takes = |format| row.acceptance(format).is_some() || row.accepts.is_empty();
    let exhibit = EXHIBITS.iter().find(|exhibit| is_meant(exhibit.format) && takes(exhibit.format))?;
    let media = Media { format: exhibit.format, blob: Blob::in_memory(exhibit.bytes.to_vec()) };
    let is_seen = Ability::Image.is_about(exhibit.format) || Ability::Video.is_about(exhibit.format);
    let is_heard = Ability::Audio.is_about(exhibit.format) || Ability::Video.is_about(exhibit.format);
    let shape = PartShape {
        side_pixels: is_seen.then_some(SIDE_PIXELS),
        seconds: is_heard.then_some(SECONDS),
        pages: Ability::Pdf.is_about(exhibit.format).then_some(1),
        ..PartShape::of(place, exhibit.format, exhibit.bytes.len() as u64)
    };
    Some((media, shape))
}

/// A text to go on with.
fn continued(row: &Abilities) -> Task {
    let words = "One, two, three,";
    let completion = Completion { prompts: vec![Prompt::Text(words.into())], ..Completion::default() };
    match chat(row, words, None, |_| ()) {
        Task::Chat(chat) => Task::Chat(Chat { completion: Some(Box::new(completion)), effort: None, ..chat }),
        other => other,
    }
}

/// A page to read. Providers take the file; no engine of this process is asked.
fn page() -> Read {
    let picture = Media { format: PAGE.format, blob: Blob::in_memory(PAGE.bytes.to_vec()) };
    let raster = Arc::new(Raster::filled(SIDE_PIXELS, SIDE_PIXELS, [255; 3]));
    Read { raster, picture: Some(picture), words: false }
}

/// The text of a page.
fn read_on(page: &PageText) -> String {
    match page {
        PageText::Lines { lines, .. } => lines.iter().map(|(_, line)| line.text.as_str()).collect::<Vec<_>>().join(" "),
        PageText::Markdown { text, .. } => text.clone(),
    }
}

fn offer_function(chat: &mut Chat, row: &Abilities) {
    let parameters = json!({ "type": "object", "properties": { "word": { "type": "string" } }, "required": ["word"] });
    chat.tools = vec![Tool {
        name: FUNCTION.to_owned(),
        description: Some("Notes a word.".to_owned()),
        parameters: Some(parameters),
        strict: None,
        cache_control: None,
        free_text: None,
        original: None,
    }];
    if row.tool_choice {
        chat.tool_choice = ToolChoice::Required;
    }
}

fn form() -> ReplyFormat {
    ReplyFormat::Schema {
        name: "answer".to_owned(),
        schema: json!({
            "type": "object", "properties": { "word": { "type": "string" } },
            "required": ["word"], "additionalProperties": false,
        }),
        strict: Some(true),
    }
}

fn spoken(row: &Abilities) -> Speak {
    let form = row.gives.first().map_or(SoundForm::File(MediaFormat::Mp3), |format| SoundForm::File(*format));
    let voice = row.voices.first().map(|voice| voice.name.clone());
    let language = Some("en".to_owned()).filter(|_| is_english(row));
    Speak { voice, language, form, ..Speak::of("Yes.") }
}

fn is_english(row: &Abilities) -> bool {
    row.languages.iter().any(|language| language == "en")
}
