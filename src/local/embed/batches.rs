//! Which inputs go through the model together.
//!
//! A row that is shorter than the longest of its batch is padded, and padding costs as much as words: so the inputs go
//! longest first, and a batch is only as large as it takes to keep the processor busy. Lengths come from a fixed list,
//! so that the shapes the model meets are few, whatever is sent.

/// The lengths that rows are padded to. Close together where sentences are, further apart beyond.
const LENGTHS: [usize; 18] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 256, 320, 384, 512];
/// A batch has at most so many tokens, padding included. More would leave the processor's caches without being quicker.
const BATCH_TOKENS: usize = 512;

/// The longest input the model takes, counted in tokens with the two that mark its begin and end.
pub(super) const LONGEST: usize = LENGTHS[LENGTHS.len() - 1];

/// Inputs that go through the model together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// Which inputs.
    pub inputs: Vec<usize>,
    /// The length all of them are padded to.
    pub length: usize,
}

/// Groups inputs of like length, given how many tokens each has.
pub(super) fn batches(tokens: &[usize]) -> Vec<Batch> {
    let mut order: Vec<usize> = (0..tokens.len()).collect();
    order.sort_by_key(|&input| std::cmp::Reverse(tokens[input]));
    let mut batches: Vec<Batch> = Vec::new();
    for input in order {
        match batches.last_mut() {
            Some(batch) if (batch.inputs.len() + 1) * batch.length <= BATCH_TOKENS => batch.inputs.push(input),
            _ => batches.push(Batch { inputs: vec![input], length: padded(tokens[input]) }),
        }
    }
    batches
}

fn padded(tokens: usize) -> usize {
    LENGTHS.into_iter().find(|&length| length >= tokens).unwrap_or(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_of_like_length_share_a_batch_and_the_longest_go_first() {
        let batches = batches(&[7, 500, 12, 40, 300, 9]);
        let shape: Vec<(usize, Vec<usize>)> = batches.into_iter().map(|batch| (batch.length, batch.inputs)).collect();
        assert_eq!(shape, [(512, vec![1]), (320, vec![4]), (40, vec![3, 2, 5, 0])]);
    }

    #[test]
    fn every_input_is_in_one_batch_that_holds_it() {
        let tokens: Vec<usize> = (0..1_000).map(|index| 3 + index * 7919 % (LONGEST - 2)).collect();
        let batches = batches(&tokens);
        let mut inputs: Vec<usize> = batches.iter().flat_map(|batch| batch.inputs.clone()).collect();
        inputs.sort_unstable();
        assert_eq!(inputs, (0..1_000).collect::<Vec<usize>>());
        for Batch { inputs, length } in &batches {
            assert!(inputs.len() * length <= BATCH_TOKENS && LENGTHS.contains(length));
            assert!(inputs.iter().all(|&input| tokens[input] <= *length));
        }
    }
}
