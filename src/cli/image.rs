//! `mediary image`: a picture from words, or from other pictures and words, without a server.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bytes::Bytes;
use clap::Args;
use mediary_core::{Blob, Claim, Hold, Media, classify};
use serde_json::{Value, json};

use super::background::tell;
use super::{Context, complain};
use crate::gateway::{Bounds, Drawn, TaskRequest};
use crate::protocol::openai::ImageRequest;

/// Make a picture
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary image 'a red fox in the snow' -o fox.png\n  \
    mediary image 'the same, at night' --image fox.png -o night.webp\n  \
    mediary image 'three logos of a bakery' -n 3 --size 512x512 -o logo.png")]
pub(super) struct Image {
    /// What is to be seen
    #[arg(value_name = "PROMPT")]
    prompt: String,
    /// Write to this file; its ending (png, jpg, webp) says the format, and of several each gets its number. `-` is the
    /// standard output, for one PNG
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: PathBuf,
    /// A picture to begin with; several may be named
    #[arg(long, value_name = "FILE")]
    image: Vec<PathBuf>,
    /// Where to change it: a picture of its size, transparent there
    #[arg(long, value_name = "FILE", requires = "image")]
    mask: Option<PathBuf>,
    /// How large, such as 1024x1024
    #[arg(long)]
    size: Option<String>,
    /// The ratio of its sides, such as 16:9
    #[arg(long)]
    aspect_ratio: Option<String>,
    /// How carefully it is made: low, medium or high
    #[arg(long)]
    quality: Option<String>,
    /// What the dice begin with
    #[arg(long)]
    seed: Option<i64>,
    /// How many, 1 to 10
    #[arg(short = 'n', default_value_t = 1)]
    count: u32,
    /// What makes it: auto or a target such as openai/gpt-image-1
    #[arg(long, default_value = "auto")]
    model: String,
    /// Print what was made as a list in JSON
    #[arg(long)]
    json: bool,
}

impl Image {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        if self.json && self.out == Path::new("-") {
            return complain("the standard output is one picture then, or one list: name a file with -o");
        }
        match self.draw(context) {
            Ok(made) if self.json => tell(&made, String::new(), true, ExitCode::SUCCESS),
            Ok(_) => ExitCode::SUCCESS,
            Err(message) => complain(&message),
        }
    }

    /// Makes the pictures; gives where each is.
    fn draw(&self, context: &Context) -> Result<Vec<Value>, String> {
        let request = self.request()?;
        // Before anything is paid for.
        let places = (0..self.count).map(|index| Place::at(self.path(index))).collect::<Result<Vec<_>, _>>()?;
        let (gateway, _) = context.gateway()?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        runtime.block_on(async {
            let mut drawing = gateway.draw(request).await.map_err(|error| crate::http::refused(error).message)?;
            let (mut places, mut all) = (places.into_iter(), Vec::new());
            while let Some(drawn) = drawing.next().await {
                let Drawn::Picture(made) = drawn.map_err(|failure| failure.to_string())? else { continue };
                let Some(place) = places.next() else { break };
                let bytes = made.media.blob.read_all().map_err(|error| format!("a picture cannot be read: {error}"))?;
                all.push(json!({ "file": place.path, "bytes": bytes.len() }));
                place.write(&bytes)?;
            }
            match places.len() {
                0 => Ok(all),
                missing => Err(format!("{} of {} pictures were made", self.count as usize - missing, self.count)),
            }
        })
    }

    /// Where one of the pictures goes; `None`: to the standard output.
    fn path(&self, index: u32) -> Option<PathBuf> {
        (self.out != Path::new("-")).then(|| numbered(&self.out, index, self.count))
    }

    /// In which format the pictures are written.
    fn format(&self) -> Result<String, String> {
        if self.out == Path::new("-") {
            return match self.count {
                1 => Ok("png".to_owned()),
                _ => Err("one picture can go to the standard output; name a file for several".to_owned()),
            };
        }
        let ending = self.out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        ending.ok_or_else(|| {
            let out = self.out.display();
            format!("{out} has no ending that says the format; name it {out}.png, {out}.jpg or {out}.webp")
        })
    }

    fn request(&self) -> Result<TaskRequest, String> {
        let fields = json!({
            "prompt": self.prompt, "model": self.model, "n": self.count, "size": self.size,
            "aspect_ratio": self.aspect_ratio, "quality": self.quality, "seed": self.seed,
            "output_format": self.format()?,
        });
        let request = ImageRequest::of_json(&Bytes::from(fields.to_string()));
        let request = request.map_err(|error| error.to_string())?;
        let (task, model) = match self.image.is_empty() {
            true => request.generation(),
            false => {
                let sources = self.image.iter().map(|path| picture(path)).collect::<Result<_, _>>()?;
                let mask = self.mask.as_deref().map(picture).transpose()?;
                request.edit(sources, mask, Vec::new())
            }
        }
        .map_err(|error| error.to_string())?;
        Ok(TaskRequest { task, model, bounds: Bounds::default(), client: Vec::new(), held: Hold::default() })
    }
}

/// Where a picture goes. A file that was made for it is removed if none comes.
struct Place {
    path: Option<PathBuf>,
    is_new: bool,
}

impl Place {
    /// Makes sure that it can be written to.
    fn at(path: Option<PathBuf>) -> Result<Self, String> {
        let Some(path) = path else { return Ok(Self { path: None, is_new: false }) };
        let is_new = !path.exists();
        // What is there stays until there is a picture.
        let opened = fs::OpenOptions::new().append(true).create(true).open(&path);
        opened.map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok(Self { path: Some(path), is_new })
    }

    fn write(mut self, bytes: &[u8]) -> Result<(), String> {
        self.is_new = false;
        match &self.path {
            Some(path) => fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display())),
            None => {
                let mut out = io::stdout().lock();
                let written = out.write_all(bytes).and_then(|()| out.flush());
                written.map_err(|error| format!("cannot write to the standard output: {error}"))
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(path) = self.path.as_ref().filter(|_| self.is_new) {
            // It is empty; a file that stays does no harm.
            let _ = fs::remove_file(path);
        }
    }
}

fn picture(path: &Path) -> Result<Media, String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    classify(Blob::in_memory(bytes), Claim::default()).map_err(|error| format!("{}: {error}", path.display()))
}

/// The file of one of several pictures: `fox.png` becomes `fox-1.png`, `fox-2.png` and so on.
fn numbered(out: &Path, index: u32, count: u32) -> PathBuf {
    if count == 1 {
        return out.to_owned();
    }
    let stem = out.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let ending = out.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    out.with_file_name(format!("{stem}-{}{ending}", index + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_looked_at_before_it_is_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert!(Place::at(Some(path("none/fox.png"))).is_err());
        drop(Place::at(Some(path("fox.png"))).unwrap());
        assert!(!path("fox.png").exists(), "nothing is left where nothing came");
        fs::write(path("old.png"), b"old").unwrap();
        drop(Place::at(Some(path("old.png"))).unwrap());
        assert_eq!(fs::read(path("old.png")).unwrap(), b"old");
        Place::at(Some(path("old.png"))).unwrap().write(b"new").unwrap();
        assert_eq!(fs::read(path("old.png")).unwrap(), b"new");
    }

    #[test]
    fn several_pictures_have_their_numbers() {
        let rows = [("fox.png", 1, 0, "fox.png"), ("a/fox.png", 3, 0, "a/fox-1.png"), ("fox", 2, 1, "fox-2")];
        for (out, count, index, expected) in rows {
            assert_eq!(numbered(Path::new(out), index, count), Path::new(expected));
        }
    }
}
