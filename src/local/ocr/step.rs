//! What a recogniser sees at one place of a line: the best of thousands of classes.

/// The class of a step that shows no character.
pub(super) const BLANK: usize = 0;

/// What one step of a line shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// The likeliest class.
    pub class: usize,
    /// How likely it is.
    pub probability: f32,
    /// How likely a space is.
    pub space: f32,
}

impl Step {
    /// Reads rows of probabilities of all classes.
    pub(super) fn all_of(probabilities: &[f32], classes: usize) -> impl Iterator<Item = Self> {
        probabilities.chunks_exact(classes).scan(BLANK, move |before, row| {
            *before = best_class(row, *before);
            Some(Self { class: *before, probability: row[*before], space: row[classes - 1] })
        })
    }
}

/// The class with the highest probability. A row sums to one, so a class above one half is the best
/// without looking at the other thousands; most steps are blank or go on with the class before.
fn best_class(row: &[f32], before: usize) -> usize {
    if row[BLANK] > 0.5 {
        return BLANK;
    }
    if row[before] > 0.5 {
        return before;
    }
    // Maxima of whole chunks vectorise; the place is then looked up in one chunk only.
    const CHUNK: usize = 64;
    let (mut best_chunk, mut best) = (0, f32::NEG_INFINITY);
    for (index, chunk) in row.chunks(CHUNK).enumerate() {
        let highest =
            chunk.iter().fold(f32::NEG_INFINITY, |highest, &value| if value > highest { value } else { highest });
        if highest > best {
            (best_chunk, best) = (index, highest);
            if highest > 0.5 {
                break;
            }
        }
    }
    let start = best_chunk * CHUNK;
    let chunk = &row[start..row.len().min(start + CHUNK)];
    start + chunk.iter().position(|&value| value >= best).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_thousands_is_found_wherever_it_is() {
        for class in [0, 1, 63, 64, 65, 6_000, 6_905] {
            let mut row = vec![0.000_1; 6_906];
            row[class] = 0.3;
            assert_eq!(best_class(&row, 0), class);
        }
    }
}
