//! Golden requests of AUTOMATIC1111's API.

use mediary_core::MediaFormat;
use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::task::{ImageJob, ImageSize, ImageWork, Task};

use super::Automatic1111;
use crate::golden::{media, sent_task};

#[test]
fn pictures_are_asked_for_from_words_and_from_pictures() {
    let row = Abilities::of("sd/default".parse().unwrap(), TaskKind::ImageGeneration);
    let job = ImageJob { size: Some(ImageSize::new(768, 512)), count: 2, seed: Some(7), ..ImageJob::of("a fox") };
    let words = sent_task(&Automatic1111, &row, &Task::Image(job.clone()));
    let (source, mask) = (media(MediaFormat::Png).media, Some(media(MediaFormat::Png).media));
    let work = ImageWork::Edit { sources: vec![source], mask };
    let row = Abilities::of("sd/other.safetensors".parse().unwrap(), TaskKind::ImageEdit);
    let pictures = sent_task(&Automatic1111, &row, &Task::Image(ImageJob { work, ..job }));
    insta::assert_snapshot!(format!("{words}\n{pictures}"));
}
