//! What becomes of a text that is longer than its model takes: it is refused, or cut where the request asks for that. What was
//! cut off is counted.

use mediary_core::task::PartPath;
use mediary_core::{Failure, FailureKind};

use super::batches::LONGEST;

/// What a request wants of texts that are too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlong {
    /// An error that names the text.
    Refused,
    /// Their beginnings count, and how many tokens were cut off.
    Cut,
}

/// The tokens of an input that can have a vector, and how many were cut off. `marks`: tokens that every text has.
pub(super) fn fitted(
    mut tokens: Vec<i64>,
    index: usize,
    overlong: Overlong,
    marks: usize,
    name: &str,
) -> Result<(Vec<i64>, u64), Failure> {
    let place = PartPath::Item("input", index);
    let count = tokens.len();
    if count <= marks {
        return Err(Failure::malformed("there is no text in it; leave it out or send some").at(place));
    }
    if count <= LONGEST {
        return Ok((tokens, 0));
    }
    if overlong == Overlong::Refused {
        let detail = format!(
            "it has {count} tokens, and local/{name} takes at most {LONGEST}; split it into shorter inputs, or send \
             `truncate`: \"END\" to have it cut"
        );
        return Err(Failure::new(FailureKind::ContextTooLong, detail).at(place));
    }
    // The mark of the end stays.
    let end = tokens[count - 1];
    tokens.truncate(LONGEST - 1);
    tokens.push(end);
    Ok((tokens, (count - LONGEST) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_refused_or_cut_with_a_count() {
        let tokens = |count: i64| (0..count).collect::<Vec<i64>>();
        let fit = |count, overlong| fitted(tokens(count), 3, overlong, 2, "m");
        assert_eq!(fit(512, Overlong::Refused).unwrap(), (tokens(512), 0));
        let refused = fit(513, Overlong::Refused).unwrap_err();
        assert_eq!(refused.kind, FailureKind::ContextTooLong);
        assert!(refused.to_string().contains("input[3]") && refused.detail.contains("513 tokens"), "{refused}");
        let (cut, count) = fit(600, Overlong::Cut).unwrap();
        assert_eq!((cut.len(), cut[510], cut[511], count), (512, 510, 599, 88));
        assert_eq!(fit(2, Overlong::Cut).unwrap_err().kind, FailureKind::Malformed);
    }
}
