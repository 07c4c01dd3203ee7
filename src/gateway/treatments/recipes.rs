//! The recipes of `pipelines/` by which one medium becomes another: typed, checked, embedded and replaceable.
//!
//! Data only. What can be run here is `available`'s business; the other rooms follow the recipes.

use std::path::Path;

use mediary_convert::image::Fit;
use mediary_core::{MediaFormat, Target};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use super::super::recipe_file::{self, BadRecipe, RecipeFile};

/// All ways in which one medium becomes another.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipelines {
    pub(super) pdf_to_images: PdfToImages,
    pub(super) document_to_text: DocumentToText,
    pub(super) image_to_image: ImageToImage,
    pub(super) image_to_frames: ImageToFrames,
    pub(super) image_to_text: ImageToText,
    pub(super) audio_to_audio: AudioToAudio,
    pub(super) audio_to_text: AudioToText,
    pub(super) video_to_frames: VideoToFrames,
    pub(super) video_to_text: VideoToText,
    pub(super) text_to_text: TextToText,
}

/// How pictures are written.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Jpeg {
    longest_side: u32,
    quality: u8,
    least_quality: u8,
    shrink: f32,
    steps: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PdfToImages {
    pub(super) dpi: u32,
    pub(super) most_pages: u32,
    pub(super) jpeg: Jpeg,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentToText {
    pub(super) page_marks: bool,
    pub(super) markdown: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageToImage {
    pub(super) most_pages: u32,
    pub(super) jpeg: Jpeg,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageToFrames {
    pub(super) frames: u32,
    pub(super) jpeg: Jpeg,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageToText {
    pub(super) little_text: usize,
    pub(super) describe: Asking,
}

/// Which target is asked for a part of the work, and how.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asking {
    #[serde(deserialize_with = "targets")]
    pub(super) by: Vec<Target>,
    pub(super) others: bool,
    pub(super) most_asked: usize,
    pub(super) most_tokens: u32,
    pub(super) prompt: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AudioToAudio {
    #[serde(deserialize_with = "sounds")]
    pub(super) formats: Vec<MediaFormat>,
    pub(super) sample_rate: u32,
    pub(super) bitrate_kbps: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAudioToText {
    #[serde(deserialize_with = "targets")]
    by: Vec<Target>,
    others: bool,
    most_asked: usize,
    most_tokens: u32,
    prompt: String,
    translating: String,
    sound: Sound,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "WrittenAudioToText")]
pub(super) struct AudioToText {
    pub(super) asking: Asking,
    /// What a target that chats is asked where the words are wanted in English.
    pub(super) translating: String,
    pub(super) sound: Sound,
}

/// What is sent where a target does not take a sound as it is.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sound {
    pub(super) sample_rate: u32,
    pub(super) bitrate_kbps: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VideoToFrames {
    pub(super) frames: u32,
    pub(super) transcript: bool,
    pub(super) jpeg: Jpeg,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VideoToText {
    pub(super) frames: u32,
    pub(super) longest_side: u32,
    /// Whether what is written in its pictures is read.
    pub(super) read: bool,
    pub(super) describe: Asking,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextToText {
    pub(super) most_characters: usize,
}

impl From<WrittenAudioToText> for AudioToText {
    fn from(written: WrittenAudioToText) -> Self {
        let WrittenAudioToText { by, others, most_asked, most_tokens, prompt, translating, sound } = written;
        Self { asking: Asking { by, others, most_asked, most_tokens, prompt }, translating, sound }
    }
}

fn targets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Target>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    names.iter().map(|name| name.parse().map_err(D::Error::custom)).collect()
}

fn sounds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<MediaFormat>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let sound = |name: &String| {
        let known = [MediaFormat::Mp3, MediaFormat::Wav].into_iter().find(|format| format.name() == name);
        known.ok_or_else(|| D::Error::custom(format!("sound is made into mp3 or wav, not into {name}")))
    };
    names.iter().map(sound).collect()
}

/// What a recipe must hold beyond its types.
trait Recipe: DeserializeOwned {
    fn check(&self) -> Result<(), String>;
}

fn held(holds: bool, wants: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(wants.to_owned()) }
}

impl Jpeg {
    /// A picture that fits into this and into what a target takes.
    pub(super) fn fit(&self, side_px: Option<u32>, max_bytes: Option<u64>, png: bool) -> Fit {
        Fit {
            longest_side_px: side_px.map_or(self.longest_side, |side| side.min(self.longest_side)),
            max_bytes,
            quality: self.quality,
            least_quality: self.least_quality,
            shrink: self.shrink,
            steps: self.steps,
            png,
        }
    }

    fn check(&self) -> Result<(), String> {
        held(self.longest_side > 0, "`longest_side` of [jpeg] is a number of pixels above 0")?;
        let qualities = (1..=100).contains(&self.quality) && (1..=self.quality).contains(&self.least_quality);
        held(qualities, "`quality` of [jpeg] is from 1 to 100 and `least_quality` no higher")?;
        held(self.shrink > 0.0 && self.shrink < 1.0, "`shrink` of [jpeg] is a share between 0 and 1")
    }
}

impl Asking {
    fn check(&self) -> Result<(), String> {
        held(self.most_asked > 0 && self.most_tokens > 0, "`most_asked` and `most_tokens` are 1 or more")?;
        held(!self.prompt.trim().is_empty(), "`prompt` is empty; say what is wanted")
    }
}

impl Recipe for PdfToImages {
    fn check(&self) -> Result<(), String> {
        held(self.dpi > 0 && self.most_pages > 0, "`dpi` and `most_pages` are 1 or more")?;
        self.jpeg.check()
    }
}

impl Recipe for DocumentToText {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

impl Recipe for ImageToImage {
    fn check(&self) -> Result<(), String> {
        held(self.most_pages > 0, "`most_pages` is 1 or more")?;
        self.jpeg.check()
    }
}

impl Recipe for ImageToFrames {
    fn check(&self) -> Result<(), String> {
        held(self.frames > 0, "`frames` is 1 or more")?;
        self.jpeg.check()
    }
}

impl Recipe for ImageToText {
    fn check(&self) -> Result<(), String> {
        self.describe.check()
    }
}

impl Recipe for AudioToAudio {
    fn check(&self) -> Result<(), String> {
        held(!self.formats.is_empty(), "`formats` is empty; name mp3, wav or both")?;
        held(self.sample_rate > 0 && self.bitrate_kbps > 0, "`sample_rate` and `bitrate_kbps` are 1 or more")
    }
}

impl Recipe for AudioToText {
    fn check(&self) -> Result<(), String> {
        held(self.sound.sample_rate > 0 && self.sound.bitrate_kbps > 0, "[sound] needs numbers of 1 or more")?;
        self.asking.check()
    }
}

impl Recipe for VideoToFrames {
    fn check(&self) -> Result<(), String> {
        held(self.frames > 0, "`frames` is 1 or more")?;
        self.jpeg.check()
    }
}

impl Recipe for VideoToText {
    fn check(&self) -> Result<(), String> {
        held(self.frames > 0 && self.longest_side > 0, "`frames` and `longest_side` are 1 or more")?;
        self.describe.check()
    }
}

impl Recipe for TextToText {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// A recipe's name is that of its file.
macro_rules! recipe {
    ($config_dir:expr, $name:literal) => {
        load(
            $config_dir,
            RecipeFile {
                file: concat!("pipelines/", $name, ".toml"),
                embedded: include_str!(concat!("../../../pipelines/", $name, ".toml")),
            },
        )
    };
}

fn load<T: Recipe>(config_dir: Option<&Path>, file: RecipeFile) -> Result<T, BadRecipe> {
    let (place, text) = file.text(config_dir)?;
    recipe_file::parsed(&place, &text, T::check)
}

impl Pipelines {
    /// The recipes beside the configuration, where there are such, else the embedded ones.
    ///
    /// # Errors
    /// When a file cannot be read or followed; the sentence names it.
    pub fn load(config_dir: Option<&Path>) -> Result<Self, BadRecipe> {
        Ok(Self {
            pdf_to_images: recipe!(config_dir, "pdf-to-images")?,
            document_to_text: recipe!(config_dir, "document-to-text")?,
            image_to_image: recipe!(config_dir, "image-to-image")?,
            image_to_frames: recipe!(config_dir, "image-to-frames")?,
            image_to_text: recipe!(config_dir, "image-to-text")?,
            audio_to_audio: recipe!(config_dir, "audio-to-audio")?,
            audio_to_text: recipe!(config_dir, "audio-to-text")?,
            video_to_frames: recipe!(config_dir, "video-to-frames")?,
            video_to_text: recipe!(config_dir, "video-to-text")?,
            text_to_text: recipe!(config_dir, "text-to-text")?,
        })
    }

    /// The recipes this version of Mediary was built with.
    #[must_use]
    pub fn embedded() -> Self {
        Self::load(None).expect("the embedded recipes are checked by a test")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_recipes_can_be_followed() {
        let pipelines = Pipelines::embedded();
        assert_eq!(pipelines.audio_to_audio.formats, [MediaFormat::Mp3, MediaFormat::Wav]);
        assert_eq!(pipelines.audio_to_text.asking.by[0].to_string(), "groq/whisper-large-v3-turbo");
    }

    #[test]
    fn one_recipe_beside_the_configuration_replaces_that_one_alone() {
        let config = tempfile::tempdir().unwrap();
        std::fs::create_dir(config.path().join("pipelines")).unwrap();
        std::fs::write(config.path().join("pipelines/text-to-text.toml"), "most_characters = 9").unwrap();
        let mine = Pipelines::load(Some(config.path())).unwrap();
        assert_eq!(mine.text_to_text.most_characters, 9);
        assert_eq!(Pipelines { text_to_text: Pipelines::embedded().text_to_text, ..mine }, Pipelines::embedded());
    }

    #[test]
    fn a_recipe_that_cannot_be_followed_is_refused_with_its_place() {
        let rows = [
            ("pdf-to-images", "dpi = 150", "dpi = 0", "`dpi` and `most_pages` are 1 or more"),
            ("pdf-to-images", "quality = 80", "quality = 101", "from 1 to 100"),
            ("pdf-to-images", "least_quality = 60", "least_quality = 90", "no higher"),
            ("pdf-to-images", "shrink = 0.75", "shrink = 1.5", "between 0 and 1"),
            ("pdf-to-images", "most_pages", "most_page", "unknown field `most_page`"),
            ("document-to-text", "page_marks = true", "page_marks = 1", "expected a boolean"),
            ("image-to-image", "steps = 8", "", "missing field `steps`"),
            ("image-to-text", "gemini/gemini-2.5-flash", "gemini", "write it as provider/model"),
            ("image-to-text", "most_asked = 3", "most_asked = 0", "1 or more"),
            ("audio-to-audio", "\"wav\"", "\"ogg\"", "mp3 or wav, not into ogg"),
            ("audio-to-text", "[sound]", "[noise]", "unknown field `noise`"),
            ("video-to-frames", "frames = 12", "frames = 0", "`frames` is 1 or more"),
            ("video-to-text", "others = true", "others = \"all\"", "expected a boolean"),
            ("text-to-text", "most_characters = 0", "most_characters = -1", "invalid value"),
        ];
        for (name, right, wrong, expected) in rows {
            let embedded = std::fs::read_to_string(format!("{}/pipelines/{name}.toml", env!("CARGO_MANIFEST_DIR")));
            let embedded = embedded.unwrap();
            let text = embedded.replacen(right, wrong, 1);
            assert_ne!(text, embedded, "the row changes nothing: {right}");
            let config = tempfile::tempdir().unwrap();
            std::fs::create_dir(config.path().join("pipelines")).unwrap();
            std::fs::write(config.path().join(format!("pipelines/{name}.toml")), text).unwrap();
            let message = Pipelines::load(Some(config.path())).unwrap_err().to_string();
            assert!(message.contains(&format!("{name}.toml: ")) && message.contains(expected), "{wrong}: {message}");
        }
    }
}
