//! The cache of a decoder as it is published for ONNX Runtime: how many layers and heads there are, its inputs tell.

use std::rc::Rc;

use mediary_core::Failure;
use ort::memory::Allocator;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, Outlet, Tensor, ValueType};

/// The tensors that a decoder is given again with each token.
#[derive(Debug)]
pub(super) struct Cache {
    parts: Vec<Part>,
}

/// One of them.
#[derive(Debug)]
struct Part {
    /// The input that it goes into.
    takes: String,
    /// The output that replaces it.
    gives: String,
    /// Whether it is of what was heard, which does not change from token to token.
    is_of_sound: bool,
    heads: usize,
    width: usize,
}

/// The values of all of them. Those that do not change are shared.
pub(super) type Values = Vec<Rc<DynValue>>;

impl Cache {
    /// The cache of this decoder.
    ///
    /// # Errors
    /// When it has none, or its first step is in another file.
    pub(super) fn of(name: &str, decoder: &Session) -> Result<Self, Failure> {
        let part = |input: &Outlet| {
            let takes = input.name().to_owned();
            let of = takes.strip_prefix("past_key_values.")?.to_owned();
            let shape = fixed(input.dtype(), 1).zip(fixed(input.dtype(), 3));
            let part = |(heads, width)| {
                let is_of_sound = of.contains(".encoder.");
                Part { takes, gives: format!("present.{of}"), is_of_sound, heads, width }
            };
            Some(shape.map(part).ok_or_else(|| other_form(name)))
        };
        let parts: Vec<Part> = decoder.inputs().iter().filter_map(part).collect::<Result<_, _>>()?;
        let is_merged = takes(decoder, "use_cache_branch");
        if parts.is_empty() || !is_merged { Err(other_form(name)) } else { Ok(Self { parts }) }
    }

    /// Before the first token.
    pub(super) fn empty(&self) -> Result<Values, ort::Error> {
        let empty = |part: &Part| {
            let tensor = Tensor::<f32>::new(&Allocator::default(), [1, part.heads, 0, part.width])?;
            Ok(Rc::new(tensor.into_dyn()))
        };
        self.parts.iter().map(empty).collect()
    }

    /// The values as inputs.
    pub(super) fn inputs<'a>(&'a self, values: &'a Values) -> impl Iterator<Item = (&'a str, SessionInputValue<'a>)> {
        self.parts.iter().zip(values).map(|(part, value)| (part.takes.as_str(), (&**value).into()))
    }

    /// The values after a step. What was heard stays as it was in the first; later ones give nothing of use for it.
    pub(super) fn after(
        &self,
        before: &Values,
        is_first: bool,
        mut given: impl FnMut(&str) -> Option<DynValue>,
    ) -> Result<Values, Failure> {
        let value = |(part, before): (&Part, &Rc<DynValue>)| match part.is_of_sound && !is_first {
            true => Ok(before.clone()),
            false => given(&part.gives).map(Rc::new).ok_or_else(|| Failure::broken("a decoder gave no cache")),
        };
        self.parts.iter().zip(before).map(value).collect()
    }
}

/// Whether a network has this input.
pub(super) fn takes(network: &Session, name: &str) -> bool {
    network.inputs().iter().any(|input| input.name() == name)
}

/// The length of a dimension of a tensor, where it is always the same.
pub(super) fn fixed(of: &ValueType, dimension: usize) -> Option<usize> {
    usize::try_from(*of.tensor_shape()?.get(dimension)?).ok()
}

/// What is said of networks that are not known here.
pub(super) fn other_form(name: &str) -> Failure {
    Failure::broken(format!(
        "the networks of {name} have another form than is known here; use encoder_model.onnx and \
         decoder_model_merged.onnx as they are published for ONNX Runtime"
    ))
}
