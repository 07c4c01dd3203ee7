//! The recipe `read-document`: when a page's own text is believed, how pages are rendered, what reads them.
//!
//! Data only, from `pipelines/read-document.toml`, embedded and replaceable by a file beside the configuration.
//! Nothing is read or decided here; `page_reader` and `pdf` follow it.

use std::path::Path;

use mediary_convert::pdf::Rendering;
use mediary_core::Target;
use mediary_core::document::LayerTrust;
use serde::Deserialize;

use super::super::recipe_file::{self, BadRecipe, RecipeFile};

const EMBEDDED: &str = include_str!("../../../pipelines/read-document.toml");
const FILE: &str = "pipelines/read-document.toml";

/// How documents are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// When a PDF's own text is believed.
    pub text_layer: LayerTrust,
    /// How pages are rendered for engines.
    pub render: Rendering,
    /// A page without text is empty if less than this share of it is inked.
    pub blank_ink: f32,
    /// What reads pages without trusted text, in order; never empty.
    pub engines: Vec<Step>,
    /// How models that look at pictures are asked to copy a page.
    pub copying: Copying,
}

/// The question to a model that looks at pictures.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copying {
    /// What it is asked.
    pub prompt: String,
    /// What it is told to answer for an empty page.
    pub blank: String,
    /// The most tokens of its answer.
    pub most_tokens: u32,
}

/// One engine's turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What reads.
    pub target: Target,
    /// How likely its result must be to be right, from 0 to 1, to be believed.
    pub accept: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    text_layer: LayerTrust,
    #[serde(default)]
    render: Rendering,
    blank: Blank,
    copying: Copying,
    engines: Vec<WrittenStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Blank {
    ink: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    target: String,
    accept: f32,
}

impl Recipe {
    /// How likely a result of a target must be to be right, from 0 to 1. A level is held to what its engine is held to.
    pub(super) fn accepted_from(&self, target: &Target) -> f32 {
        let family = |target: &Target| target.to_string().split(':').next().map(str::to_owned);
        let step = self.engines.iter().find(|step| family(&step.target) == family(target));
        step.map_or(0.0, |step| step.accept)
    }

    /// The recipe beside the configuration, if there is one, else the embedded one.
    ///
    /// # Errors
    /// When the file cannot be read or followed; the sentence names it.
    pub fn load(config_dir: Option<&Path>) -> Result<Self, BadRecipe> {
        let (place, text) = RecipeFile { file: FILE, embedded: EMBEDDED }.text(config_dir)?;
        Self::parse(&place, &text)
    }

    /// The recipe this version of Mediary was built and measured with.
    #[must_use]
    pub fn embedded() -> Self {
        Self::parse(Path::new(FILE), EMBEDDED).expect("the embedded recipe is checked by a test")
    }

    fn parse(place: &Path, text: &str) -> Result<Self, BadRecipe> {
        let bad = |reason: String| recipe_file::bad(place, &reason);
        let written: Written = recipe_file::parsed(place, text, |_| Ok(()))?;
        let mut engines = Vec::with_capacity(written.engines.len());
        let mut written = written;
        for WrittenStep { target, accept } in std::mem::take(&mut written.engines) {
            if !(0.0..=1.0).contains(&accept) {
                return Err(bad(format!("`accept` of {target} is a share from 0 to 1, not {accept}")));
            }
            engines.push(Step { target: target.parse().map_err(|error| bad(format!("{error}")))?, accept });
        }
        if engines.is_empty() {
            return Err(bad("`engines` is empty; name at least local/paddleocr".to_owned()));
        }
        let Rendering { dpi, scan_dpi, max_pixels, sheet_pixels, .. } = written.render;
        if dpi == 0 || scan_dpi[0] == 0 || scan_dpi[0] > scan_dpi[1] || max_pixels == 0 || sheet_pixels == 0 {
            return Err(bad("[render] needs resolutions above 0, bounds in order and some pixels".to_owned()));
        }
        let Written { text_layer, render, blank, copying, .. } = written;
        Ok(Self { text_layer, render, blank_ink: blank.ink, engines, copying })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_recipe_says_what_the_code_has_by_default() {
        let recipe = Recipe::embedded();
        assert_eq!(recipe.text_layer, LayerTrust::default());
        assert_eq!(recipe.render, Rendering::default());
        assert_eq!(recipe.engines[0].target, Target::local("paddleocr"));
    }

    #[test]
    fn a_recipe_beside_the_configuration_replaces_it() {
        let config = tempfile::tempdir().unwrap();
        assert_eq!(Recipe::load(Some(config.path())).unwrap(), Recipe::embedded());
        std::fs::create_dir(config.path().join("pipelines")).unwrap();
        std::fs::write(config.path().join(FILE), EMBEDDED.replace("ink = 0.003", "ink = 0.5")).unwrap();
        assert_eq!(Recipe::load(Some(config.path())).unwrap().blank_ink, 0.5);
    }

    #[test]
    fn a_recipe_that_cannot_be_followed_is_refused_with_its_place() {
        let rows = [
            ("accept = 0.5", "accept = 50", "a share from 0 to 1, not 50"),
            ("local/paddleocr", "paddleocr", "write it as provider/model"),
            ("[[engines]]", "[[engine]]", "unknown field `engine`"),
            ("dpi = 200 ", "dpi = 0 ", "resolutions above 0"),
            ("unmapped = 0.03", "unmaped = 0.03", "unknown field `unmaped`"),
        ];
        for (right, wrong, expected) in rows {
            let text = EMBEDDED.replace(right, wrong);
            assert_ne!(text, EMBEDDED, "the row changes nothing: {right}");
            let message = Recipe::parse(Path::new("mine.toml"), &text).unwrap_err().to_string();
            assert!(message.starts_with("mine.toml: ") && message.contains(expected), "{wrong}: {message}");
        }
    }
}
