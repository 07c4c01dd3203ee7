//! Real pictures, when the collection lies beside the repository.

use std::path::{Path, PathBuf};

use mediary_core::{Blob, Claim, MediaKind, Raster, classify};

use super::super::{ImageLimits, open};
use super::mean_difference;

fn collection() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let found = beside.is_dir();
    if !found {
        println!("skipped: there is no ../shared/data beside the repository");
    }
    found.then_some(beside)
}

fn decoded(path: &Path) -> Option<Raster> {
    let blob = Blob::in_memory(std::fs::read(path).unwrap());
    let media = classify(blob, Claim::default()).ok()?;
    let is_image = media.kind() == MediaKind::Image;
    let raster = || open(&media, &ImageLimits::default())?.decode(0);
    is_image.then(|| raster().unwrap_or_else(|failure| panic!("{}: {failure}", path.display())))
}

#[test]
fn image_of_the_shared_collection_decodes() {
    let Some(collection) = collection() else { return };
    let mut count = 0;
    for folder in ["images", "documents"] {
        for entry in std::fs::read_dir(collection.join(folder)).unwrap() {
            count += usize::from(decoded(&entry.unwrap().path()).is_some());
        }
    }
    assert!(count > 30, "only {count} pictures were found");
}

#[test]
fn image_in_inks_looks_like_the_one_in_light() {
    let Some(collection) = collection() else { return };
    let picture = |name: &str| decoded(&collection.join("documents").join(name)).unwrap();
    let (inks, light) = (picture("baiona_cmyk.jpg"), picture("baiona_color.jpg"));
    assert_eq!((inks.width(), inks.height()), (light.width(), light.height()));
    let difference = mean_difference(inks.bgr(), light.bgr());
    assert!(difference < 5.0, "the pictures differ by {difference} a channel");
}

#[test]
fn image_writing_on_clear_ground_lies_on_its_opposite() {
    let Some(collection) = collection() else { return };
    for (name, ground) in [("white_font_color_transparent.png", 0), ("black_font_color_transparent.png", 255)] {
        let raster = decoded(&collection.join("images").join(name)).unwrap();
        assert_eq!(raster.bgr()[..3], [ground; 3], "{name}");
        let ink = raster.bgr().iter().filter(|&&byte| byte.abs_diff(ground) > 200).count();
        assert!(ink * 100 > raster.bgr().len(), "the writing of {name} is not to be seen");
    }
}
