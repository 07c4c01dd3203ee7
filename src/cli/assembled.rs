//! The gateway of a process that serves or works, put together out of everything that its configuration names.

use super::Context;
use crate::config::{Config, Source};
use crate::gateway::{Gateway, Parts};
use crate::models::Models;
use crate::providers::StoredKeys;

/// The gateway of a configuration, with these keys beside those that it names.
pub(super) fn assembled(
    context: &Context,
    config: &Config,
    source: &Source,
    stored: &StoredKeys,
    models: &Models,
) -> Result<Gateway, String> {
    let program = super::worker::program()?;
    let parts = Parts {
        config,
        recipe: context.recipe(source)?,
        pipelines: context.pipelines(source)?,
        ffmpeg: context.ffmpeg().map(|ffmpeg| ffmpeg.launched_by(program.clone())),
        heif: context.heif().map(|heif| heif.launched_by(program.clone())),
        espeak: context.espeak().map(|espeak| espeak.launched_by(program.clone())),
        libreoffice: context.libreoffice(&program),
        providers: context.providers_with(config, source, stored)?,
        models,
        cache_dir: context.cache_dir(config),
        content_dir: context.content_dir(config),
        registry_dir: context.registry_dir(config),
        program,
    };
    Gateway::new(parts).map_err(|error| error.to_string())
}
