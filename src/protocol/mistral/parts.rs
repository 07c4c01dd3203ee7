//! A document that is read in parts: what asks for each, and their answers as one.

use serde_json::{Value, json};

use super::encode::image_link;
use super::wire::{Granularity, OcrRequest};

impl OcrRequest<'_> {
    /// Whether parts of its document, read apart, give the same answer. Where words are counted from the beginning of a text
    /// that names tables or figures, their numbers would move them; and figures are limited over the whole document.
    #[must_use]
    pub fn may_be_parted(&self) -> bool {
        let counts_words = self.confidence_scores_granularity == Some(Granularity::Word);
        self.pages.is_none() && self.image_limit.is_none() && !counts_words
    }
}

/// The fields that ask for each so many pages of a document. None where that is one part.
#[must_use]
pub fn page_ranges(pages: usize, of: usize) -> Vec<String> {
    if pages <= of {
        return Vec::new();
    }
    let range = |first: usize| json!({ "pages": format!("{first}-{}", (first + of).min(pages) - 1) }).to_string();
    (0..pages).step_by(of.max(1)).map(range).collect()
}

/// Answers to parts as the answer to the whole, in their order, each with the fields that asked for it; `None`: one of them is
/// none. Files within the document come with each part, and are taken from the last.
#[must_use]
pub fn joined(parts: &[(String, &[u8])]) -> Option<Vec<u8>> {
    let mut pages = Vec::new();
    let (mut engines, mut tables, mut images) = (Vec::<String>::new(), 0, 0);
    let mut usage = Value::Null;
    for (at, (fields, answer)) in parts.iter().enumerate() {
        let asked: Value = serde_json::from_str(fields).ok()?;
        let last = asked["pages"].as_str()?.rsplit_once('-')?.1.parse::<u64>().ok()?;
        let mut answer: Value = serde_json::from_slice(answer).ok()?;
        let Value::Array(its) = answer["pages"].take() else { return None };
        let is_last = at + 1 == parts.len();
        for mut page in
            its.into_iter().filter(|page| is_last || page["index"].as_u64().is_some_and(|index| index <= last))
        {
            tables = renumbered(&mut page, "tables", tables);
            images = renumbered(&mut page, "images", images);
            pages.push(page);
        }
        for engine in answer["model"].as_str()?.split('+').filter(|engine| !engine.is_empty()) {
            if !engines.iter().any(|known| known == engine) {
                engines.push(engine.to_owned());
            }
        }
        usage = answer["usage_info"].take();
    }
    usage["pages_processed"] = json!(pages.len());
    let whole = json!({
        "pages": pages, "model": engines.join("+"), "document_annotation": null, "usage_info": usage,
    });
    serde_json::to_vec(&whole).ok()
}

/// Gives a page's tables or images the numbers from this one on; gives the next.
fn renumbered(page: &mut Value, of: &str, first: usize) -> usize {
    let Some(tables) = page.get_mut(of).and_then(Value::as_array_mut) else { return first };
    let mut renamed = Vec::new();
    for (number, table) in (first..).zip(tables.iter_mut()) {
        let Some(old) = table["id"].as_str().map(str::to_owned) else { continue };
        // `tbl-0.html`, `img-0.jpeg`.
        let (Some((kind, _)), Some((_, extension))) = (old.split_once('-'), old.rsplit_once('.')) else { continue };
        let new = format!("{kind}-{number}.{extension}");
        table["id"] = json!(new);
        renamed.push((old, new));
    }
    let next = first + tables.len();
    // From the last on, so that no new name is taken for an old one.
    let mut markdown = page["markdown"].as_str().unwrap_or_default().to_owned();
    for (old, new) in renamed.iter().rev() {
        markdown = markdown.replace(&format!("[{old}]({old})"), &format!("[{new}]({new})"));
    }
    page["markdown"] = json!(markdown);
    for block in page["blocks"].as_array_mut().into_iter().flatten() {
        let id = block["table_id"].as_str();
        if let Some((_, new)) = id.and_then(|id| renamed.iter().find(|(old, _)| old == id)) {
            block["table_id"] = json!(new);
        }
        let content = block["content"].as_str().filter(|_| block["type"] == "image");
        let image = renamed.iter().find(|(old, _)| content.is_some_and(|content| content == image_link(old)));
        if let Some((_, new)) = image {
            block["content"] = json!(image_link(new));
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_document_is_asked_for_in_parts() {
        assert_eq!(page_ranges(20, 20), Vec::<String>::new());
        assert_eq!(page_ranges(45, 20), [r#"{"pages":"0-19"}"#, r#"{"pages":"20-39"}"#, r#"{"pages":"40-44"}"#]);
        let request = |fields: &str| {
            let text = format!(r#"{{"document":{{"document_url":"https://a.example"}}{fields}}}"#);
            serde_json::from_str::<OcrRequest<'_>>(&text).unwrap().may_be_parted()
        };
        assert!(request("") && request(r#","table_format":"html""#));
        assert!(!request(r#","pages":"0-3""#));
        assert!(!request(r#","confidence_scores_granularity":"word""#) && !request(r#","image_limit":3"#));
    }

    #[test]
    fn answers_to_parts_are_one_answer() {
        let page = |index: usize, tables: &[usize]| {
            let names: Vec<String> = tables.iter().map(|number| format!("tbl-{number}.html")).collect();
            let text: String = names.iter().map(|name| format!("[{name}]({name})\n\n")).collect();
            let block = |name: &String| json!({ "type": "table", "table_id": name });
            json!({
                "index": index, "markdown": text, "tables": names.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
                "blocks": names.iter().map(block).collect::<Vec<_>>(),
            })
        };
        let answer = |model: &str, pages: Vec<Value>| {
            let usage = json!({ "pages_processed": pages.len(), "doc_size_bytes": 7 });
            json!({ "pages": pages, "model": model, "document_annotation": null, "usage_info": usage }).to_string()
        };
        // The last page of each is of a file within the document.
        let first = answer("text-layer", vec![page(0, &[0, 1]), page(1, &[]), page(4, &[2])]);
        let second = answer("text-layer+local/a", vec![page(2, &[0]), page(3, &[1, 2]), page(4, &[3])]);
        let parts = page_ranges(4, 2);
        let parts = [(parts[0].clone(), first.as_bytes()), (parts[1].clone(), second.as_bytes())];
        let whole: Value = serde_json::from_slice(&joined(&parts).unwrap()).unwrap();
        let expected = vec![page(0, &[0, 1]), page(1, &[]), page(2, &[2]), page(3, &[3, 4]), page(4, &[5])];
        assert_eq!(whole["pages"], json!(expected));
        assert_eq!(whole["model"], "text-layer+local/a");
        assert_eq!(whole["usage_info"], json!({ "pages_processed": 5, "doc_size_bytes": 7 }));
        assert!(joined(&[(parts[0].0.clone(), b"{}")]).is_none());
    }

    #[test]
    fn figures_of_parts_are_counted_on() {
        let part = |index: usize, ids: [&str; 2]| {
            let links = ids.map(image_link);
            let page = json!({
                "index": index, "markdown": links.join("\n\n"), "tables": [], "images": ids.map(|id| json!({ "id": id })),
                "blocks": links.map(|link| json!({ "type": "image", "content": link })),
            });
            json!({ "pages": [page], "model": "text-layer", "usage_info": { "pages_processed": 1 } })
        };
        let [first, second] = [0, 1].map(|index| part(index, ["img-0.jpeg", "img-1.jpeg"]).to_string());
        let fields = |page: usize| json!({ "pages": format!("{page}-{page}") }).to_string();
        let whole = joined(&[(fields(0), first.as_bytes()), (fields(1), second.as_bytes())]).unwrap();
        let whole: Value = serde_json::from_slice(&whole).unwrap();
        assert_eq!(whole["pages"][0], part(0, ["img-0.jpeg", "img-1.jpeg"])["pages"][0]);
        assert_eq!(whole["pages"][1], part(1, ["img-2.jpeg", "img-3.jpeg"])["pages"][0]);
    }
}
