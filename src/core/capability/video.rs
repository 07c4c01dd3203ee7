//! Which videos a target makes, and what comes nearest to one that was asked for.

use crate::task::{Aspect, FrameSize, GenerateVideo};

/// The lengths, sizes and so on that a target has to choose from. An empty list: whatever is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VideoAbilities {
    /// How long its videos can be, in seconds.
    pub seconds: Vec<u32>,
    /// Their sizes.
    pub sizes: Vec<FrameSize>,
    /// Their proportions.
    pub aspects: Vec<Aspect>,
    /// Their lines, as in `720p`.
    pub lines: Vec<u32>,
    /// Whether they have sound: `None`: as is asked for; else always or never.
    pub audio: Option<bool>,
    /// Whether a video can be made of one that it made before.
    pub remixes: bool,
    /// Whether a video has to begin with a picture.
    pub needs_picture: bool,
    /// Whether it is told where a picture is, and fetches it.
    pub by_address: bool,
    /// Whether it is told nothing but words, and makes its videos as it likes.
    pub is_fixed: bool,
}

impl VideoAbilities {
    /// The nearest that the target has to what is asked for, and what of it is different, by names of the request's
    /// fields.
    #[must_use]
    pub fn nearest(&self, asked: &GenerateVideo) -> (GenerateVideo, Vec<&'static str>) {
        let mut given = asked.clone();
        let mut changed = Vec::new();
        if let Some(seconds) = asked.seconds {
            given.seconds = closest(&self.seconds, |its| its.abs_diff(seconds)).or(Some(seconds));
        }
        if let Some(size) = asked.size {
            // A video of the wrong proportions is worse than a small one.
            let off = |its: &FrameSize| {
                let turned = (its.aspect().ratio() / size.aspect().ratio()).ln().abs();
                ((turned * 1e3) as u64, its.pixels().abs_diff(size.pixels()))
            };
            given.size = self.sizes.iter().copied().min_by_key(off).or(Some(size));
        }
        if let Some(aspect) = asked.proportions().filter(|_| !self.aspects.is_empty()) {
            let off = |its: &Aspect| ((its.ratio() / aspect.ratio()).ln().abs() * 1e3) as u64;
            given.aspect = self.aspects.iter().copied().min_by_key(off);
        }
        if let Some(lines) = asked.resolution().filter(|_| !self.lines.is_empty()) {
            given.lines = closest(&self.lines, |its| its.abs_diff(lines));
        }
        given.audio = self.audio.filter(|_| asked.audio.is_some()).or(asked.audio);
        if self.is_fixed {
            (given.seconds, given.size, given.aspect, given.lines) = (None, None, None, None);
        }
        // A size may become words; what was not asked for is not named.
        let is_turned = given.proportions() != asked.proportions();
        let is_scaled = given.resolution() != asked.resolution();
        let differs = [
            ("seconds", given.seconds != asked.seconds),
            ("size", asked.size.is_some() && (given.size != asked.size || is_turned || is_scaled)),
            ("aspect_ratio", asked.aspect.is_some() && is_turned),
            ("resolution", asked.lines.is_some() && is_scaled),
            ("audio", given.audio != asked.audio),
        ];
        changed.extend(differs.into_iter().filter_map(|(name, differs)| differs.then_some(name)));
        (given, changed)
    }
}

fn closest(all: &[u32], off: impl Fn(&u32) -> u32) -> Option<u32> {
    all.iter().copied().min_by_key(|one| off(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_given_and_what_changed_is_named() {
        let size = |text: &str| text.parse::<FrameSize>().unwrap();
        let its = VideoAbilities {
            seconds: vec![4, 8, 12],
            sizes: vec![size("720x1280"), size("1280x720"), size("1024x1792")],
            ..VideoAbilities::default()
        };
        let asked = GenerateVideo { seconds: Some(8), size: Some(size("1280x720")), ..GenerateVideo::default() };
        let (given, changed) = its.nearest(&asked);
        assert_eq!((given.seconds, given.size, changed.len()), (Some(8), asked.size, 0));
        let asked = GenerateVideo { seconds: Some(30), size: Some(size("1080x1920")), ..GenerateVideo::default() };
        let (given, changed) = its.nearest(&asked);
        assert_eq!((given.seconds, given.size), (Some(12), Some(size("720x1280"))));
        assert_eq!(changed, ["seconds", "size"]);
        let fixed = VideoAbilities { is_fixed: true, ..VideoAbilities::default() };
        let (given, changed) = fixed.nearest(&asked);
        assert_eq!((given.seconds, given.size, changed), (None, None, vec!["seconds", "size"]));
        let nothing = GenerateVideo::default();
        assert_eq!(fixed.nearest(&nothing).1, Vec::<&str>::new());
        assert_eq!(its.nearest(&nothing).1, Vec::<&str>::new());
    }

    #[test]
    fn words_are_made_of_a_size_for_targets_that_want_words() {
        let its = VideoAbilities {
            aspects: vec!["16:9".parse().unwrap(), "9:16".parse().unwrap()],
            lines: vec![720, 1080],
            audio: Some(true),
            ..VideoAbilities::default()
        };
        let asked = GenerateVideo { size: "720x1280".parse().ok(), audio: Some(false), ..GenerateVideo::default() };
        let (given, changed) = its.nearest(&asked);
        assert_eq!((given.aspect.unwrap().to_string(), given.lines), ("9:16".to_owned(), Some(720)));
        assert_eq!((given.audio, changed), (Some(true), vec!["audio"]));
        let between = GenerateVideo { size: "1000x1000".parse().ok(), ..GenerateVideo::default() };
        assert_eq!(its.nearest(&between).1, ["size"], "the client knows no other word for it");
        let words = GenerateVideo { aspect: "1:1".parse().ok(), lines: Some(480), ..GenerateVideo::default() };
        assert_eq!(its.nearest(&words).1, ["aspect_ratio", "resolution"]);
    }
}
