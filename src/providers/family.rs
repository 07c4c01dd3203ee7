//! Which vectors can be compared: the family of an embedding model, out of its name.
//!
//! A wrong family mixes up an index without a word, so names are one family only if they are known to be the same weights:
//! a tag that names a size stays part of the name. An entry that says its family itself is not asked this.

/// Tags that say nothing about the weights: the usual one, and one for requests that cost nothing.
const EMPTY_TAGS: [&str; 2] = ["latest", "free"];

/// The same weights under several names: those that servers give them, and the family.
const SAME: [(&[&str], &str); 5] = [
    (&["all-minilm", "all-minilm:22m", "all-minilm:l6-v2", "all-minilm:22m-l6-v2"], "all-minilm-l6-v2"),
    (&["all-minilm:33m", "all-minilm:l12-v2", "all-minilm:33m-l12-v2"], "all-minilm-l12-v2"),
    (&["nomic-embed-text", "nomic-embed-text:v1.5", "nomic-embed-text:137m-v1.5"], "nomic-embed-text-v1.5"),
    (&["mxbai-embed-large", "mxbai-embed-large:335m", "mxbai-embed-large:v1"], "mxbai-embed-large-v1"),
    (&["bge-m3:567m"], "bge-m3"),
];

/// The family of a model of this name: its last part in lower case, without a tag that says nothing.
#[must_use]
pub fn vector_family(model: &str) -> String {
    let name = model.rsplit('/').next().unwrap_or(model).to_lowercase();
    let name = match name.rsplit_once(':') {
        Some((bare, tag)) => match without_quantisation(tag) {
            "" => bare.to_owned(),
            tag => format!("{bare}:{tag}"),
        },
        None => name,
    };
    SAME.iter().find(|(names, _)| names.contains(&name.as_str())).map_or(name, |(_, family)| (*family).to_owned())
}

/// A tag without its end that says how the weights were rounded, which the vectors bear.
fn without_quantisation(tag: &str) -> &str {
    if EMPTY_TAGS.contains(&tag) {
        return "";
    }
    let (before, end) = tag.rsplit_once('-').unwrap_or(("", tag));
    let is_rounding = matches!(end, "fp16" | "f16" | "bf16" | "fp32" | "q8_0");
    if is_rounding { before } else { tag }
}

#[cfg(test)]
mod tests {
    use super::vector_family;

    #[test]
    fn names_of_the_same_weights_are_one_family_and_others_are_not() {
        let rows = [
            ("text-embedding-3-small", "text-embedding-3-small"),
            ("openai/text-embedding-3-small", "text-embedding-3-small"),
            ("sentence-transformers/all-MiniLM-L6-v2", "all-minilm-l6-v2"),
            ("all-minilm:latest", "all-minilm-l6-v2"),
            ("all-minilm", "all-minilm-l6-v2"),
            ("all-minilm:22m-l6-v2-fp16", "all-minilm-l6-v2"),
            ("all-minilm:33m", "all-minilm-l12-v2"),
            ("nomic-embed-text:latest", "nomic-embed-text-v1.5"),
            ("nomic-ai/nomic-embed-text-v1.5", "nomic-embed-text-v1.5"),
            ("nomic-embed-text:137m-v1.5-fp16", "nomic-embed-text-v1.5"),
            ("mxbai-embed-large", "mxbai-embed-large-v1"),
            ("BAAI/bge-m3", "bge-m3"),
            ("bge-m3:567m", "bge-m3"),
            ("bge-m3:567m-fp16", "bge-m3"),
            ("qwen3-embedding:0.6b", "qwen3-embedding:0.6b"),
            ("qwen3-embedding:8b", "qwen3-embedding:8b"),
            ("some/embedder:free", "embedder"),
        ];
        for (model, family) in rows {
            assert_eq!(vector_family(model), family, "{model}");
        }
    }
}
