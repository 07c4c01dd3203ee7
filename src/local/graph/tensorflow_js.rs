//! Weights as TensorFlow.js has them in packages of npm: a list of tensors in one file of JavaScript, their bytes in base64
//! in another. Neither is run.
//!
//! Both files are known by their checksums, so they are read as they are written and not as JavaScript might be. Each value
//! is a byte, times the scale of its tensor, above that tensor's least value.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::WriteFailed;

/// Tensors of eight bits a value.
#[derive(Debug)]
pub(super) struct TensorflowJs {
    values: Vec<u8>,
    tensors: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    shape: Vec<usize>,
    least: f32,
    scale: f32,
    /// Where its values begin.
    start: usize,
}

impl TensorflowJs {
    pub(super) fn open(list: &Path, values: &Path) -> Result<Self, WriteFailed> {
        let unfit = |path: &Path, what: &str| WriteFailed::Unfit(format!("{} {what}", path.display()));
        let tensors = listed(&fs::read_to_string(list)?);
        let tensors = tensors.ok_or_else(|| unfit(list, "lists no tensors of eight bits"))?;
        let module = fs::read_to_string(values)?;
        // The longest text in quotes.
        let base64 = module.split('"').skip(1).step_by(2).max_by_key(|text| text.len()).unwrap_or_default();
        let values = STANDARD.decode(base64).map_err(|_| unfit(values, "holds no base64"))?;
        Ok(Self { values, tensors })
    }

    /// The shape and the values of a tensor with so many dimensions.
    pub(super) fn tensor<const RANK: usize>(&self, name: &str) -> Result<([usize; RANK], Vec<f32>), WriteFailed> {
        let unfit = |what: &str| WriteFailed::Unfit(format!("the tensor `{name}` {what}"));
        let entry = self.tensors.get(name).ok_or_else(|| unfit("is not there"))?;
        let shape = entry.shape.as_slice().try_into().map_err(|_| unfit("has another shape than it should"))?;
        let count = entry.shape.iter().product::<usize>();
        let bytes = self.values.get(entry.start..entry.start + count).ok_or_else(|| unfit("is not all there"))?;
        Ok((shape, bytes.iter().map(|byte| f32::from(*byte) * entry.scale + entry.least).collect()))
    }
}

/// `weights:[{name:"a/b",shape:[1,2],dtype:"float32",quantization:{min:-1,scale:.5,dtype:"uint8"}},…`
fn listed(module: &str) -> Option<BTreeMap<String, Entry>> {
    let mut start = 0;
    let mut tensors = BTreeMap::new();
    for piece in module.split_once("weights:[")?.1.split("{name:\"").skip(1) {
        let (name, rest) = piece.split_once('"')?;
        let field = |from: &str, to: char| Some(rest.split_once(from)?.1.split_once(to)?.0);
        let shape = field("shape:[", ']')?.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>().ok()?;
        let (least, scale) = (field("{min:", ',')?.parse().ok()?, field("scale:", ',')?.parse().ok()?);
        if field("scale:", '}')?.split_once(',')?.1 != "dtype:\"uint8\"" {
            return None;
        }
        let count = shape.iter().product::<usize>();
        tensors.insert(name.to_owned(), Entry { shape, least, scale, start });
        start += count;
    }
    Some(tensors)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"{1:[function(e,a,n){a.exports={modelTopology:{layers:[{name:"x"}]},weightsManifest:[{paths:["p"],weights:[
        {name:"a/kernel",shape:[1,2],dtype:"float32",quantization:{min:-1,scale:.5,dtype:"uint8"}},
        {name:"a/bias",shape:[3],dtype:"float32",quantization:{min:-0,scale:25e-2,dtype:"uint8"}}]}]}},{}]}"#;

    #[test]
    fn tensors_are_taken_out_of_the_modules() {
        let folder = tempfile::tempdir().unwrap();
        let (list, values) = (folder.path().join("model.js"), folder.path().join("values.js"));
        fs::write(&list, LIST).unwrap();
        fs::write(&values, format!(r#"!function(e){{e.exports="{}"}},"p""#, STANDARD.encode([0, 4, 0, 1, 255])))
            .unwrap();
        let weights = TensorflowJs::open(&list, &values).unwrap();
        assert_eq!(weights.tensor::<2>("a/kernel").unwrap(), ([1, 2], vec![-1.0, 1.0]));
        assert_eq!(weights.tensor::<1>("a/bias").unwrap(), ([3], vec![0.0, 0.25, 63.75]));
        assert!(weights.tensor::<1>("a/kernel").is_err() && weights.tensor::<1>("b").is_err());
        fs::write(&values, format!(r#"e.exports="{}""#, STANDARD.encode([0, 4, 0]))).unwrap();
        let cut = TensorflowJs::open(&list, &values).unwrap().tensor::<1>("a/bias").unwrap_err().to_string();
        assert!(cut.contains("`a/bias` is not all there"), "{cut}");
    }

    #[test]
    fn what_lists_no_such_tensors_is_refused() {
        for module in ["", "weightsManifest", &LIST.replace("uint8", "uint16"), &LIST.replace("shape:[3]", "shape:[x]")]
        {
            assert_eq!(listed(module), None, "{module}");
        }
    }
}
