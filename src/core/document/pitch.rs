//! Print of one pitch, as of typewriters and tills: white stands below white there between all letters, and only what is wider
//! than a space can part columns.

use std::borrow::Cow;

use super::Rect;
use super::alleys::{Inked, middle};

/// Letters that stand by themselves are no wider than this, and the white between two of one word is narrower than that.
const LETTER: f32 = 0.8;
const WITHIN_A_WORD: f32 = 0.5;
/// So many letters of a line tell whether it is of one pitch: this share of them is then as far from the letter before as
/// the rest, or nearly so (measured: 0.86 and more of typewriters, half at most of other print).
const TELL_A_PITCH: usize = 8;
const OF_ONE_PITCH: f32 = 0.75;
const NEARLY: f32 = 0.12;
/// A line is of one pitch where most lines are that lie so near to it.
const NEIGHBOURS: f32 = 6.0;
/// White of so many pitches is more than a space.
const MORE_THAN_A_SPACE: f32 = 1.9;

/// The lines, those of one pitch without the white between their letters and words. They are sorted from top to bottom.
pub(super) fn without_letters<'a>(lines: &[&'a Inked]) -> Vec<Cow<'a, Inked>> {
    let pitches: Vec<Option<f32>> = lines.iter().map(|line| line.pitch()).collect();
    let tells: Vec<bool> = lines.iter().map(|line| line.letters().count() >= TELL_A_PITCH).collect();
    let is_beside = |one: &Rect, other: &Rect| other.left < one.right && one.left < other.right;
    let of_one_pitch = |place: usize| {
        let reach = NEIGHBOURS * lines[place].rect.height();
        let [from, to] = [-reach, reach]
            .map(|away| lines.partition_point(|other| middle(&other.rect) < middle(&lines[place].rect) + away));
        let telling = || (from..to).filter(|other| tells[*other]);
        let beside: Vec<usize> = telling().filter(|other| is_beside(&lines[place].rect, &lines[*other].rect)).collect();
        // Sums and other short lines in a column of their own are printed as what stands before them.
        let told = if beside.is_empty() { telling().collect() } else { beside };
        let told: Vec<Option<f32>> = told.into_iter().map(|other| pitches[other]).collect();
        let mut of_one: Vec<f32> = told.iter().flatten().copied().collect();
        of_one.sort_by(f32::total_cmp);
        (2 * of_one.len() > told.len()).then(|| of_one[of_one.len() / 2])
    };
    let mended = |(place, line): (usize, &&'a Inked)| match of_one_pitch(place) {
        None => Cow::Borrowed(*line),
        Some(pitch) => {
            let is_wide = |gap: &&[f32; 2]| gap[1] - gap[0] >= MORE_THAN_A_SPACE * pitch;
            Cow::Owned(Inked { gaps: line.gaps.iter().filter(is_wide).copied().collect(), ..**line })
        }
    };
    lines.iter().enumerate().map(mended).collect()
}

impl Inked {
    /// How far each letter stands from the one before, where both stand by themselves in one word.
    fn letters(&self) -> impl Iterator<Item = f32> {
        let height = self.rect.height().max(1.0);
        let starts = std::iter::once(self.rect.left).chain(self.gaps.iter().map(|gap| gap[1]));
        let ends = self.gaps.iter().map(|gap| gap[0]).chain([self.rect.right]);
        let stretches = starts.zip(ends).collect::<Vec<_>>();
        let is_letter = move |(start, end): &(f32, f32)| end - start <= LETTER * height;
        let mut before: Option<(f32, f32)> = None;
        stretches.into_iter().filter_map(move |stretch| {
            let last = before.replace(stretch).filter(is_letter)?;
            let is_next = is_letter(&stretch) && stretch.0 - last.1 < WITHIN_A_WORD * height;
            is_next.then(|| f32::midpoint(stretch.0, stretch.1) - f32::midpoint(last.0, last.1))
        })
    }

    /// How far its letters stand from one another, if that is the same for most of them.
    fn pitch(&self) -> Option<f32> {
        let mut steps: Vec<f32> = self.letters().collect();
        steps.sort_by(f32::total_cmp);
        let pitch = *steps.get(steps.len() / 2)?;
        let alike = steps.iter().filter(|step| (*step - pitch).abs() <= NEARLY * pitch).count();
        (steps.len() >= TELL_A_PITCH && alike as f32 >= OF_ONE_PITCH * steps.len() as f32).then_some(pitch)
    }
}

#[cfg(test)]
mod tests {
    use super::super::alleys::tests::{HEIGHT, lines};
    use super::super::alleys::{White, alleys};
    use super::*;

    /// Lines of one pitch, which begin at one place: each cell has a letter of one of these widths, or a space.
    fn typewritten(count: usize, gutter: Option<usize>) -> Vec<Inked> {
        let pitch = 0.55 * HEIGHT;
        let line = |line: usize| {
            let top = 40.0 * line as f32;
            let (mut gaps, mut end) = (Vec::new(), None);
            for cell in 0..50 {
                let is_space =
                    (cell + line * line) % 7 == 5 || gutter.is_some_and(|gutter| (gutter..gutter + 3).contains(&cell));
                let width = [0.3, 0.42, 0.36][(cell * 5 + line) % 3] * HEIGHT;
                let centre = pitch * (cell as f32 + 0.5);
                if !is_space {
                    gaps.extend(end.map(|end| [end, centre - width / 2.0]));
                    end = Some(centre + width / 2.0);
                }
            }
            let right = end.unwrap_or_default();
            Inked { rect: Rect { left: 0.05 * HEIGHT, top, right, bottom: top + HEIGHT }, gaps }
        };
        (0..count).map(line).collect()
    }

    #[test]
    fn letters_and_spaces_of_one_pitch_leave_no_alley_but_a_gutter_does() {
        assert_eq!(alleys(&typewritten(40, None), White::Ink), []);
        let found = alleys(&typewritten(40, Some(24)), White::Ink);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((23.5..27.0).contains(&(found[0].left / (0.55 * HEIGHT))), "{found:?}");
        // Sums, too short to tell, beside lines that do.
        let mut page = typewritten(20, None);
        page.extend(typewritten(20, None).into_iter().map(|mut line| {
            line.gaps.truncate(5);
            line.rect.right = line.gaps[4][0];
            let x = |x: &mut f32| *x += 60.0 * HEIGHT;
            [&mut line.rect.left, &mut line.rect.right].into_iter().for_each(x);
            line.gaps.iter_mut().flatten().for_each(x);
            line
        }));
        assert_eq!(alleys(&page, White::Ink), []);
        // Beside lines of other print, which have an alley of their own, neither loses anything.
        let mut page = lines(12, Some(500.0));
        page.extend(typewritten(12, None).into_iter().map(|mut line| {
            (line.rect.top, line.rect.bottom) = (line.rect.top + 600.0, line.rect.bottom + 600.0);
            line
        }));
        assert_eq!(alleys(&page, White::Ink).len(), 1);
    }
}
