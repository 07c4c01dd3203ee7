//! Reading what `mediary ocr` was given: a gateway in this process, a progress bar on a terminal.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::Path;

use bytes::Bytes;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mediary_layout::figure_name;

use super::super::{complain, inputs};
use super::{Context, Done, Ocr};
use crate::config::Config;
use crate::gateway::{FigureChoice, Gateway, PageOutcome, Parts, Progress, Reading};
use crate::protocol::process::{Form, Output};

impl Ocr {
    /// Reads all inputs; what went wrong with one of them is said of that one.
    pub(super) fn read_all(&self, context: &Context, form: &Form) -> Result<Vec<Done>, String> {
        let inputs = inputs::expand(&self.inputs)?;
        if inputs.len() > 1 && form.output.is_one_file() {
            return Err("hocr, alto and pdf hold one file each; run once for each file".to_owned());
        }
        if form.output == Output::Image {
            return Err("pictures are written with --draw DIR, beside any other output".to_owned());
        }
        if form.output == Output::Pdf && self.out.is_none() && io::stdout().is_terminal() {
            return Err("a PDF is not for a terminal; name a file with -o".to_owned());
        }
        let (gateway, config) = self.opened(context)?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        let bar = progress_bar();
        let mut done = Vec::with_capacity(inputs.len());
        for input in &inputs {
            let name = input.display().to_string();
            bar.set_message(name.clone());
            let read = runtime.block_on(self.read(&gateway, &config, input, form, &bar));
            let (result, pdf) = read.map_or_else(|error| (Err(error), None), |(reading, pdf)| (Ok(reading), pdf));
            done.push(Done { name, result, pdf });
        }
        bar.finish_and_clear();
        Ok(done)
    }

    /// A gateway in this process, and its configuration.
    pub(super) fn opened(&self, context: &Context) -> Result<(Gateway, Config), String> {
        let mut loaded = context.load()?;
        // A few pages are read sooner than all shapes are tried.
        loaded.config.engines.paddleocr.warm = false;
        let recipe = context.recipe(&loaded.source)?;
        let models = context.models(Some(&loaded.source))?;
        let program = super::super::worker::program()?;
        let parts = Parts {
            config: &loaded.config,
            recipe,
            pipelines: context.pipelines(&loaded.source)?,
            ffmpeg: context.ffmpeg().map(|ffmpeg| ffmpeg.launched_by(program.clone())),
            heif: context.heif().map(|heif| heif.launched_by(program.clone())),
            espeak: None,
            libreoffice: context.libreoffice(&program),
            providers: context.providers(&loaded.config, &loaded.source)?,
            models: &models,
            cache_dir: context.cache_dir(&loaded.config),
            content_dir: None,
            registry_dir: None,
            program,
        };
        let gateway = Gateway::new(parts).map_err(|error| error.to_string())?;
        Ok((gateway, loaded.config))
    }

    /// Reads one input, with its searchable PDF and its pictures where those are wanted.
    async fn read(
        &self,
        gateway: &Gateway,
        config: &Config,
        input: &Path,
        form: &Form,
        bar: &ProgressBar,
    ) -> Result<(Reading, Option<File>), String> {
        let media = inputs::take_in(config, input)?;
        let on_page = |_: &PageOutcome, progress: Progress| {
            bar.set_length(progress.total as u64);
            bar.set_position(progress.done as u64);
        };
        let failed = |failure: mediary_core::Failure| failure.to_string();
        let reading = gateway.reader.read(media, &form.options, &on_page).await.map_err(failed)?;
        if let Some(folder) = &self.draw {
            let stem = input.file_stem().map_or("page".into(), |stem| stem.to_string_lossy());
            write_pages(folder, &stem, gateway.reader.draw(&reading, &form.options).await.map_err(failed)?)?;
        }
        if let Some(folder) = &self.images {
            let pictures = gateway.reader.figure_pictures(&reading, &form.options, FigureChoice::default()).await;
            // Each document numbers its figures anew.
            let several = self.inputs.len() > 1 || self.inputs.iter().any(|input| input.is_dir());
            let stem = input.file_stem().filter(|_| several);
            write_figures(&stem.map_or_else(|| folder.clone(), |stem| folder.join(stem)), &pictures)?;
        }
        let pdf = match form.output {
            Output::Pdf => Some(gateway.reader.searchable(&reading, &form.options).await.map_err(failed)?),
            _ => None,
        };
        Ok((reading, pdf))
    }
}

/// Writes drawn pages as `<stem>-<page, from 1>.png`.
fn write_pages(folder: &Path, stem: &str, pages: Vec<(usize, Bytes)>) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    for (index, png) in pages {
        let path = folder.join(format!("{stem}-{}.png", index + 1));
        std::fs::write(&path, png).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

/// Writes the pictures of figures under the names that the text has for them.
fn write_figures(folder: &Path, pictures: &[Option<Bytes>]) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    for (number, picture) in pictures.iter().enumerate() {
        let path = folder.join(figure_name(number));
        match picture {
            Some(jpeg) => {
                std::fs::write(&path, jpeg).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            }
            None => {
                complain(&format!("{} could not be made", path.display()));
            }
        }
    }
    Ok(())
}

fn progress_bar() -> ProgressBar {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} pages  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(None, target).with_style(style)
}
