//! Which recipes can be followed here, as the planner wants to know it: what each takes and gives, and what is missing.

use mediary_convert::audio::Encoder;
use mediary_convert::image::Foreign;
use mediary_convert::office;
use mediary_core::capability::CapabilityMatrix;
use mediary_core::plan::{Privacy, RecipeName, TreatmentRecipe, Yield};
use mediary_core::{MediaFormat, MediaKind};

use super::super::routing::Bounds;
use super::help;
use super::recipes::Pipelines;

pub(super) const PDF_TO_IMAGES: &str = "pdf-to-images";
pub(super) const DOCUMENT_TO_TEXT: &str = "document-to-text";
pub(super) const IMAGE_TO_IMAGE: &str = "image-to-image";
pub(super) const IMAGE_TO_FRAMES: &str = "image-to-frames";
pub(super) const IMAGE_TO_TEXT: &str = "image-to-text";
pub(super) const AUDIO_TO_AUDIO: &str = "audio-to-audio";
pub(super) const AUDIO_TO_TEXT: &str = "audio-to-text";
pub(super) const VIDEO_TO_FRAMES: &str = "video-to-frames";
pub(super) const VIDEO_TO_TEXT: &str = "video-to-text";
pub(super) const TEXT_TO_TEXT: &str = "text-to-text";

const NO_LIBREOFFICE: &str = "LibreOffice, which reads this older format, is not on the search path; install it and start Mediary anew, or \
    save the file in today's format";
const NO_FFMPEG: &str = "ffmpeg is not on the search path; install it and start Mediary anew";
const NO_HEIF: &str =
    "heif-convert (Debian: libheif-examples) is not on the search path; install it and start Mediary anew";
const NO_TRANSCRIBER: &str = "no target transcribes; run `mediary models pull`, or set the key of a provider that does, such as \
    GROQ_API_KEY, and start Mediary anew";
const NO_OWN_TRANSCRIBER: &str = "no target of the providers that may be asked for this request transcribes; name `auto` \
    or another provider's model, or set routing.help_elsewhere to true";
const NO_OWN_READER: &str = "no engine that reads pictures is installed, and no target of the providers that may be asked for \
    this request sees; run `mediary models pull`, or set routing.help_elsewhere to true";
const NO_READER: &str =
    "no engine that reads pictures is installed; run `mediary models pull`, then start Mediary anew";

/// What is on this machine.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Installed {
    /// PDFium and its worker.
    pub(in super::super) pdfium: bool,
    /// An engine that reads pictures.
    pub(in super::super) ocr: bool,
    /// ffmpeg.
    pub(in super::super) ffmpeg: bool,
    /// `heif-convert`.
    pub(in super::super) heif: bool,
    /// LibreOffice.
    pub(in super::super) libreoffice: bool,
}

/// All recipes, with what is missing for those that cannot be followed where `help` allows calls. Of two for the same the
/// first is preferred.
pub(super) fn recipes(
    pipelines: &Pipelines,
    matrix: &CapabilityMatrix,
    installed: Installed,
    help: &Bounds,
) -> Vec<TreatmentRecipe> {
    let anywhere = help.clone();
    let here = Bounds { privacy: Privacy::Local, ..help.clone() };
    let (no_transcriber, no_reader) = match help.providers.is_empty() {
        true => (NO_TRANSCRIBER, NO_READER),
        false => (NO_OWN_TRANSCRIBER, NO_OWN_READER),
    };
    let seen = |bounds: &Bounds| !help::vision_targets(matrix, &pipelines.image_to_text.describe, bounds).is_empty();
    let video_seen =
        |bounds: &Bounds| !help::vision_targets(matrix, &pipelines.video_to_text.describe, bounds).is_empty();
    let heard = |bounds: &Bounds| help::is_heard(matrix, &pipelines.audio_to_text.asking, bounds);
    let without = |is_there: bool, missing: &str| (!is_there).then(|| missing.to_owned());
    let pdfium = || {
        without(installed.pdfium, "PDFium is not installed; run `mediary models pull pdfium`, then start Mediary anew")
    };
    let ffmpeg = || without(installed.ffmpeg, NO_FFMPEG);

    let pictures = |name, from, most_files, missing| {
        recipe(name, from, Yield::Media(MediaFormat::Jpeg)).making(most_files).lacking(missing)
    };
    let stills = MediaFormat::ALL.iter().copied().filter(|format| format.kind() == MediaKind::Image);
    let image = |formats: Vec<MediaFormat>, most_files| {
        recipe(IMAGE_TO_IMAGE, MediaKind::Image, Yield::Media(MediaFormat::Jpeg)).of(formats).making(most_files)
    };
    let can_open = [(MediaFormat::Avif, installed.ffmpeg), (MediaFormat::Heic, installed.heif)];
    let unopened = can_open.into_iter().filter(|(_, can)| !can).map(|(format, _)| format).collect::<Vec<_>>();
    let mut all = vec![
        pictures(PDF_TO_IMAGES, MediaKind::Document, pipelines.pdf_to_images.most_pages, pdfium())
            .of(vec![MediaFormat::Pdf]),
        recipe(DOCUMENT_TO_TEXT, MediaKind::Document, Yield::Text).of(vec![MediaFormat::Pdf]).lacking(pdfium()),
        recipe(DOCUMENT_TO_TEXT, MediaKind::Document, Yield::Text).of(read_here(MediaKind::Document)),
        recipe(DOCUMENT_TO_TEXT, MediaKind::Document, Yield::Text)
            .of(vec![MediaFormat::Doc, MediaFormat::Ppt])
            .lacking(without(installed.libreoffice, NO_LIBREOFFICE)),
        image(stills.filter(|format| *format != MediaFormat::Tiff && !Foreign::is_foreign(*format)).collect(), 1),
        image(vec![MediaFormat::Svg], 1),
        image(vec![MediaFormat::Avif], 1).lacking(ffmpeg()),
        image(vec![MediaFormat::Heic], 1).lacking(without(installed.heif, NO_HEIF)),
        pictures(IMAGE_TO_FRAMES, MediaKind::Image, pipelines.image_to_frames.frames, None).moving(),
        // The one format of pictures with pages.
        image(vec![MediaFormat::Tiff], pipelines.image_to_image.most_pages),
        recipe(IMAGE_TO_TEXT, MediaKind::Image, Yield::Text)
            .lacking(without(installed.ocr || seen(&anywhere), no_reader))
            .leaving(!installed.ocr && !seen(&here)),
    ];
    if !unopened.is_empty() {
        // It becomes a sentence that says so, unless a target that reads it describes it.
        all.insert(0, recipe(IMAGE_TO_TEXT, MediaKind::Image, Yield::Text).of(unopened));
    }
    for format in &pipelines.audio_to_audio.formats {
        let no_encoder = || format!("{format} is not made by this build; build it with the feature `mp3`");
        let missing = (!Encoder::writes(*format)).then(no_encoder);
        all.push(recipe(AUDIO_TO_AUDIO, MediaKind::Audio, Yield::Media(*format)).lacking(missing));
    }
    all.extend([
        recipe(AUDIO_TO_TEXT, MediaKind::Audio, Yield::Text)
            .lacking(without(heard(&anywhere), no_transcriber))
            .leaving(!heard(&here)),
        pictures(VIDEO_TO_FRAMES, MediaKind::Video, pipelines.video_to_frames.frames, ffmpeg()),
        recipe(VIDEO_TO_TEXT, MediaKind::Video, Yield::Text)
            .lacking(match (heard(&anywhere), video_seen(&anywhere)) {
                (true, _) => None,
                (false, true) => ffmpeg(),
                (false, false) => Some(no_transcriber.to_owned()),
            })
            .leaving(!heard(&here) && !video_seen(&here)),
        // Of two for the same the first is preferred: what has a structure is read, the rest is quoted.
        recipe(DOCUMENT_TO_TEXT, MediaKind::Text, Yield::Text).of(read_here(MediaKind::Text)),
        recipe(TEXT_TO_TEXT, MediaKind::Text, Yield::Text),
    ]);
    all.into_iter().map(|recipe| recipe.0).collect()
}

/// The formats of a medium that are read without any other program, and archives of such.
fn read_here(kind: MediaKind) -> Vec<MediaFormat> {
    let formats = office::FORMATS.iter().chain(&[MediaFormat::Zip]).copied();
    formats.filter(|format| format.kind() == kind).collect()
}

struct Described(TreatmentRecipe);

fn recipe(name: &str, from: MediaKind, gives: Yield) -> Described {
    let name = RecipeName::new(name);
    Described(TreatmentRecipe {
        name,
        from,
        formats: Vec::new(),
        animated: false,
        gives,
        most_files: 1,
        leaves_machine: false,
        missing: None,
    })
}

impl Described {
    fn of(self, formats: Vec<MediaFormat>) -> Self {
        Self(TreatmentRecipe { formats, ..self.0 })
    }

    fn moving(self) -> Self {
        Self(TreatmentRecipe { animated: true, ..self.0 })
    }

    fn making(self, most_files: u32) -> Self {
        Self(TreatmentRecipe { most_files, ..self.0 })
    }

    fn lacking(self, missing: Option<String>) -> Self {
        Self(TreatmentRecipe { missing, ..self.0 })
    }

    fn leaving(self, leaves_machine: bool) -> Self {
        Self(TreatmentRecipe { leaves_machine, ..self.0 })
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::capability::{Abilities, Acceptance, TaskKind};

    use super::*;

    const ALL: Installed = Installed { pdfium: true, ocr: true, ffmpeg: true, heif: true, libreoffice: true };
    const NOTHING: Installed = Installed { pdfium: false, ocr: false, ffmpeg: false, heif: false, libreoffice: false };

    fn target(name: &str, task: TaskKind, format: MediaFormat, is_local: bool) -> Abilities {
        let accepts = vec![Acceptance::of(format)];
        Abilities { tasks: vec![task], accepts, is_local, ..Abilities::chat(name.parse().unwrap()) }
    }

    fn missing(matrix: &[Abilities], installed: Installed) -> Vec<&'static str> {
        let found =
            recipes(&Pipelines::embedded(), &CapabilityMatrix::new(matrix.to_vec()), installed, &Bounds::default());
        let names = [
            PDF_TO_IMAGES,
            DOCUMENT_TO_TEXT,
            IMAGE_TO_IMAGE,
            IMAGE_TO_TEXT,
            AUDIO_TO_AUDIO,
            AUDIO_TO_TEXT,
            VIDEO_TO_FRAMES,
            VIDEO_TO_TEXT,
            TEXT_TO_TEXT,
        ];
        let lacks = |name: &&str| found.iter().any(|recipe| recipe.name.as_str() == *name && recipe.missing.is_some());
        names.into_iter().filter(lacks).collect()
    }

    #[test]
    fn what_is_missing_is_said_for_each_recipe() {
        let ear = target("groq/whisper", TaskKind::Transcription, MediaFormat::Mp3, false);
        let eye = target("far/eye", TaskKind::Chat, MediaFormat::Jpeg, false);
        let needs_all = [
            PDF_TO_IMAGES,
            DOCUMENT_TO_TEXT,
            IMAGE_TO_IMAGE,
            IMAGE_TO_TEXT,
            AUDIO_TO_TEXT,
            VIDEO_TO_FRAMES,
            VIDEO_TO_TEXT,
        ];
        let needs_all = needs_all.to_vec();
        let rows = [
            (vec![], NOTHING, needs_all),
            (vec![], ALL, vec![AUDIO_TO_TEXT, VIDEO_TO_TEXT]),
            (vec![ear.clone()], ALL, vec![]),
            (vec![eye.clone()], ALL, vec![AUDIO_TO_TEXT]),
            (vec![eye.clone(), ear], Installed { ocr: false, ..ALL }, vec![]),
            // What is missing for AVIF alone.
            (
                vec![eye],
                Installed { ffmpeg: false, ..ALL },
                vec![IMAGE_TO_IMAGE, AUDIO_TO_TEXT, VIDEO_TO_FRAMES, VIDEO_TO_TEXT],
            ),
        ];
        for (matrix, installed, expected) in rows {
            assert_eq!(missing(&matrix, installed), expected, "{installed:?} with {} targets", matrix.len());
        }
    }

    #[test]
    fn recipes_that_need_a_target_elsewhere_say_so() {
        let leaves = |matrix: &[Abilities], installed, name: &str| {
            let found =
                recipes(&Pipelines::embedded(), &CapabilityMatrix::new(matrix.to_vec()), installed, &Bounds::default());
            found.iter().any(|recipe| recipe.name.as_str() == name && recipe.leaves_machine)
        };
        let ear = |is_local| target("some/ear", TaskKind::Transcription, MediaFormat::Mp3, is_local);
        let eye = |is_local| target("some/eye", TaskKind::Chat, MediaFormat::Jpeg, is_local);
        assert!(leaves(&[ear(false)], ALL, AUDIO_TO_TEXT) && !leaves(&[ear(true)], ALL, AUDIO_TO_TEXT));
        assert!(!leaves(&[eye(false)], ALL, IMAGE_TO_TEXT));
        let blind = Installed { ocr: false, ..ALL };
        assert!(leaves(&[eye(false)], blind, IMAGE_TO_TEXT) && !leaves(&[eye(true)], blind, IMAGE_TO_TEXT));
    }
}
