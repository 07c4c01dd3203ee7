//! The last layer of a recogniser: from what was seen at each step of a line to the likeliest character there.
//!
//! A recogniser knows thousands of characters, and what it computes for them takes a fifth of its time, though a line of
//! Latin print has a few dozen. So the layer is taken off the graph ([`without_tail`]) and computed for the common characters
//! first, with a few of the others among them; a step that shows none of them clearly is looked at again with all characters,
//! and so is every step of a line in which one of the others was found. Measured on 300 lines, clean and worn: no step of a
//! Latin line gets another character, and every line with Chinese or Japanese characters is noticed.

use mediary_core::Failure;
use ort::session::Session;
use ort::value::TensorRef;

use super::ctc::is_wide_character;
use super::dictionary::Dictionary;
use super::settings::RecogniserFiles;
use super::step::Step;
use crate::graph::{Tail, without_tail};
use crate::runtime::{ExecutionProvider, Runtime};

/// A step is settled when one of the common characters, or none at all, is this likely among them.
const SETTLED: f32 = 0.9;
/// Of the other characters one in so many is among the common ones. Each looks like some of them, and none like print in Latin.
const SAMPLED: usize = 10;
/// The layer is parted only where that leaves at least so many times fewer characters.
const WORTH: usize = 3;

/// The last layer in two sizes. Both run on ONNX Runtime's own kernels: how many steps are in doubt differs from line to line,
/// and other providers compile for each number.
#[derive(Debug)]
pub(super) struct Head {
    common: Session,
    all: Session,
    /// The class of each place in `common`, the blank first and the space last.
    classes: Vec<usize>,
    /// Whether a line that has it has to be looked at with all characters, for each class.
    is_other: Vec<bool>,
    features: usize,
    doubtful: Vec<f32>,
}

/// Opens a recogniser: a session, and its last layer where that is parted.
pub(super) fn open(
    runtime: &Runtime,
    files: &RecogniserFiles,
    dictionary: &Dictionary,
) -> Result<(Session, Option<Head>), Failure> {
    let failed = |error: std::io::Error| Failure::broken(format!("cannot read {}: {error}", files.model.display()));
    let model = std::fs::read(&files.model).map_err(failed)?;
    if let Some((shorter, tail)) = without_tail(&model)
        && let Some(classes) = common_classes(dictionary, &tail)
    {
        let session = runtime.open_bytes(&files.model, &shorter, 1, runtime.provider())?;
        return Ok((session, Some(Head::new(runtime, files, &tail, classes, dictionary)?)));
    }
    Ok((runtime.open_bytes(&files.model, &model, 1, runtime.provider())?, None))
}

/// The common classes and the sampled ones; nothing where they are not much fewer than all.
fn common_classes(dictionary: &Dictionary, tail: &Tail) -> Option<Vec<usize>> {
    let classes = dictionary.classes();
    let mut others = 0;
    let is_chosen = |class: &usize| {
        others += usize::from(is_other(dictionary, *class));
        !is_other(dictionary, *class) || others % SAMPLED == 1
    };
    let chosen: Vec<usize> = (0..classes).filter(is_chosen).collect();
    (tail.classes() == classes && chosen.len() * WORTH <= classes).then_some(chosen)
}

fn is_other(dictionary: &Dictionary, class: usize) -> bool {
    dictionary.character(class).is_some_and(|character| character.chars().any(is_wide_character))
}

impl Head {
    fn new(
        runtime: &Runtime,
        files: &RecogniserFiles,
        tail: &Tail,
        classes: Vec<usize>,
        dictionary: &Dictionary,
    ) -> Result<Self, Failure> {
        let open = |classes: &[usize]| {
            let layer = tail.graph_of(classes).map_err(|error| Failure::broken(error.to_string()))?;
            Ok::<_, Failure>(runtime.open_bytes(&files.model, &layer, 1, ExecutionProvider::Cpu)?)
        };
        let every: Vec<usize> = (0..tail.classes()).collect();
        Ok(Self {
            common: open(&classes)?,
            all: open(&every)?,
            is_other: every.iter().map(|&class| is_other(dictionary, class)).collect(),
            classes,
            features: tail.features(),
            doubtful: Vec::new(),
        })
    }

    /// What the steps of lines show, each line `per_line` steps long, from the features of each step.
    pub(super) fn steps(&mut self, features: &[f32], per_line: usize) -> Result<Vec<Step>, Failure> {
        let Self { common, classes, features: width, .. } = self;
        let mut steps = Vec::with_capacity(features.len() / *width);
        run(common, features, *width, |probabilities| {
            steps.extend(
                Step::all_of(probabilities, classes.len()).map(|step| Step { class: classes[step.class], ..step }),
            );
        })?;
        let doubtful: Vec<usize> = (0..steps.len()).filter(|&place| !self.is_settled(&steps[place])).collect();
        self.look_again(features, &doubtful, &mut steps)?;
        let mut rest = Vec::new();
        for (line, shown) in steps.chunks(per_line).enumerate() {
            if shown.iter().any(|step| self.is_other[step.class]) {
                let places = line * per_line..line * per_line + shown.len();
                rest.extend(places.filter(|place| doubtful.binary_search(place).is_err()));
            }
        }
        self.look_again(features, &rest, &mut steps)?;
        Ok(steps)
    }

    fn is_settled(&self, step: &Step) -> bool {
        step.probability >= SETTLED && !self.is_other[step.class]
    }

    /// Looks at some steps with all characters.
    fn look_again(&mut self, features: &[f32], places: &[usize], steps: &mut [Step]) -> Result<(), Failure> {
        if places.is_empty() {
            return Ok(());
        }
        let Self { all, is_other, features: width, doubtful, .. } = self;
        doubtful.clear();
        doubtful.extend(places.iter().flat_map(|place| &features[place * *width..][..*width]));
        run(all, doubtful, *width, |probabilities| {
            for (&place, step) in places.iter().zip(Step::all_of(probabilities, is_other.len())) {
                steps[place] = step;
            }
        })
    }
}

/// Runs a layer on the features of some steps.
fn run(layer: &mut Session, features: &[f32], width: usize, take: impl FnOnce(&[f32])) -> Result<(), Failure> {
    let failed = |error: ort::Error| Failure::broken(format!("the recogniser's last layer failed: {error}"));
    let tensor = TensorRef::from_array_view(([features.len() / width, width], features)).map_err(failed)?;
    let outputs = layer.run(ort::inputs![tensor]).map_err(failed)?;
    take(outputs[0].try_extract_tensor::<f32>().map_err(failed)?.1);
    Ok(())
}
