//! The table of all keys for `docs/configuration.md`.
//!
//! Names and meanings come from the sections' key lists, defaults from the structs; what is no list of keys has its rows
//! here. Tests hold all of it against the `docs/configuration.md` and the fields. `Config::reference` calls it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::schema::{self, Raw};

/// Key, default, meaning, as Markdown.
pub(super) fn table() -> String {
    let defaults: BTreeMap<_, _> = Raw::default().flattened().into_iter().collect();
    let mut table = String::from("| key | default | meaning |\n|---|---|---|\n");
    for key in schema::all() {
        let default = defaults.get(key.path).map_or_else(String::new, toml::Value::to_string);
        let meaning = key.meaning.replace('|', "\\|");
        writeln!(table, "| `{}` | `{default}` | {meaning} |", key.path).expect("writing to a String cannot fail");
    }
    for (path, default, meaning) in OPEN_ROWS {
        writeln!(table, "| `{path}` | {default} | {meaning} |").expect("writing to a String cannot fail");
    }
    table
}

/// The keys of `[[providers]]` and `[aliases]`, which are in no list: path, default and meaning, each as Markdown.
pub(super) const OPEN_ROWS: &[(&str, &str, &str)] = &[
    ("providers[].id", "", "a known provider to change, or a name for a new one: the first part of `provider/model`"),
    ("providers[].name", "the catalog's", "its name for people"),
    (
        "providers[].dialect",
        "the catalog's",
        "its wire format: `openai`, `responses`, `gemini`, `anthropic`, `mistral`, `ollama`, `cloudflare`, `huggingface`, `minimax`, `xai`, `edge`, `automatic1111` or `comfyui`",
    ),
    ("providers[].base_url", "the catalog's", "its address, up to where the dialect's paths begin"),
    (
        "providers[].auth",
        "the catalog's",
        "`\"bearer\"`, `{ header = \"x-api-key\" }` or `\"none\"`; of a new provider without keys: none",
    ),
    (
        "providers[].api_keys",
        "from `key_env`",
        "its keys, asked in turn; one whose variable is unset does not exist; none left: it is off",
    ),
    ("providers[].key_env", "the catalog's", "variables that may hold its key; the first that is set counts"),
    ("providers[].url_env", "the catalog's", "variables that may hold its address"),
    ("providers[].key_url", "the catalog's", "where people get a key"),
    (
        "providers[].keyless",
        "the catalog's",
        "whether it answers without a key as well; without one it is called only where the configuration names it",
    ),
    (
        "providers[].source",
        "the catalog's",
        "what its facts were checked against; `checked` is the day (`\"2026-08-22\"`); a model may say its own",
    ),
    ("providers[].checked", "the catalog's", "the day on which that was done"),
    (
        "providers[].terms",
        "the catalog's",
        "what its terms say of gateways: `{ proxies = \"private\" or \"limited\" or \"unknown\", note, checked }`; shown by `mediary providers`",
    ),
    ("providers[].priority", "the catalog's, else 10", "its place in the order; lower is asked first"),
    ("providers[].enabled", "`true`", "`false`: it is never called"),
    (
        "providers[].discovers",
        "the catalog's, else whether no models are named",
        "whether it is asked which models it has",
    ),
    (
        "providers[].lists_models",
        "the catalog's",
        "whether its list of models is looked at from time to time, for models that are not named here",
    ),
    (
        "providers[].owner",
        "the catalog's",
        "who owns the models of its list (`owned_by`), where another server may listen at its address; lists of others count for nothing",
    ),
    ("providers[].headers", "the catalog's", "headers that go with every call, added to the catalog's"),
    (
        "providers[].proxy",
        "from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`; on loopback none",
        "the proxy through which it is reached: `\"http://user:pass@host:port\"`, also `https` or `socks5`; `\"none\"` for none",
    ),
    (
        "providers[].quirks",
        "the catalog's",
        "how it departs from its dialect: `max_completion_tokens`, `recordings_in_json`, `client_version`, `refuses`, …; see `models/providers/`",
    ),
    (
        "providers[].free_limits",
        "the catalog's",
        "what it gives for nothing with each key: `{ rpm, rph, rpd, tpm, tpd }`, requests and tokens a minute, an hour and a day; `reset = { hour = 0, zone = \"America/Los_Angeles\" }` says when its day begins, without it any 24 hours count",
    ),
    ("providers[].customary", "the catalog's", "names of models that stand for `auto` on task endpoints"),
    (
        "providers[].stand_ins",
        "the catalog's",
        "tiers that stand in for models that are not here, by the words of their names, for clients of its format: `{ \"claude haiku\" = \"fast\" }`",
    ),
    ("providers[].defaults", "the catalog's", "what its models have in common; keys as below"),
    (
        "providers[].models",
        "the catalog's",
        "its models, added to the catalog's; of one with a known id, what is written here counts",
    ),
    ("providers[].models[].id", "", "its name at its provider"),
    ("providers[].models[].name", "the id", "its name for people"),
    (
        "providers[].models[].tasks",
        "`[\"chat\"]`",
        "what it does: `chat`, `completion`, `embedding`, `ocr`, `transcription`, `translation`, `speech`, `image_generation`, `image_edit`, `image_variation`, `video_generation`, `moderation`, `rerank`",
    ),
    (
        "providers[].models[].accepts",
        "`[\"text\"]`",
        "media (`text`, `image`, `document`, `audio`, `video`: the formats of them its dialect carries) or formats (`pdf`, `png`, `wav`, …)",
    ),
    (
        "providers[].models[].limits",
        "none",
        "how much, by medium or format: `{ image = { bytes = \"5 MB\", count = 5 } }`; also `side_pixels`, `best_side_pixels` (larger pictures are scaled down to it), `animated`, `seconds`, `pages`, `by_url`",
    ),
    ("providers[].models[].context_tokens", "unknown", "most tokens of request and reply together"),
    ("providers[].models[].output_tokens", "unknown", "most tokens of a reply"),
    ("providers[].models[].tools", "`false`", "whether it calls functions"),
    ("providers[].models[].tool_choice", "as `tools`", "whether it can be told which function to call"),
    (
        "providers[].models[].custom_tools",
        "`false`",
        "whether it knows tools of `type: custom` (dialects `openai` and `responses`); to others they are functions, but for those with a grammar",
    ),
    (
        "providers[].models[].media_in_tool_results",
        "`true`",
        "whether media in a function's result are sent to it, if need be in the turn after it",
    ),
    ("providers[].models[].streaming", "`true`", "whether its replies come as they grow"),
    (
        "providers[].models[].structured",
        "`\"none\"`",
        "how far replies can be bound to a form: `none`, `json`, `schema`",
    ),
    ("providers[].models[].reasoning", "`false`", "whether it thinks first and can be told for how long"),
    (
        "providers[].models[].hosted_tools",
        "none",
        "tools that its provider runs for it, by the beginnings of their kinds: `[\"web_search_\"]`",
    ),
    (
        "providers[].models[].responses",
        "`\"none\"`",
        "whether it answers in the format of OpenAI's Responses API: `also` beside chats (then clients of that format are answered in it), or in no other (`only`)",
    ),
    ("providers[].models[].logprobs", "`false`", "whether it gives log probabilities"),
    ("providers[].models[].many_replies", "`false`", "whether it gives several replies at once"),
    ("providers[].models[].audio_output", "`false`", "whether it answers with sound"),
    ("providers[].models[].speakers", "`false`", "whether its transcripts say who speaks"),
    ("providers[].models[].languages", "any", "languages it hears or speaks, as ISO 639-1 codes (`[\"en\", \"es\"]`)"),
    (
        "providers[].models[].voices",
        "`[]`",
        "the voices it speaks with, its usual one first: names, or what is known of each, as in `{ name = \"eve\", language = \"en-US\", gender = \"female\", rate_hz = 24000 }`",
    ),
    (
        "providers[].models[].gives",
        "all",
        "forms in which it gives a sound or a picture, such as `[\"wav\"]`; others are made of it",
    ),
    (
        "providers[].models[].images",
        "unknown",
        "of a model that makes pictures: `{ sizes, range = { step, least, most, ratio, pixels }, ratios, count, sources, mask }`; `mask` is `\"alpha\"` or `\"black_and_white\"`",
    ),
    (
        "providers[].models[].video",
        "whatever is asked for",
        "of a model that makes videos: `{ seconds, sizes, ratios, lines, audio, remixes, needs_picture, by_address, fixed }`; `audio` is left out where it can be told, `by_address` is one that fetches the picture it starts from (by `server.public_url`), `fixed` one that is told words alone",
    ),
    (
        "providers[].models[].vectors",
        "by its name",
        "of an embedding model: `{ family, dimensions, shortenable, takes_tokens, inputs, batch_tokens }`; requests fall back within a family only",
    ),
    ("providers[].models[].refuses", "`[]`", "parameters it refuses and can be asked without"),
    (
        "providers[].models[].price",
        "`\"unknown\"`, on loopback `\"free\"`",
        "`\"free\"`, `\"unknown\"`, or dollars: `{ input_usd = 0.15, output_usd = 0.6 }` a million tokens, `minute_usd` a minute heard, `character_usd` a million characters spoken, `image_usd` an image made, or rules by quality and size of which the first counts that is right (`[{ quality = \"low\", size = \"1024x1024\", usd = 0.011 }, …]`), `second_usd` a second of video made, `page_usd` a page read, `search_usd` a search of a rerank; `cached_usd` and `cache_write_usd` go with `input_usd`, and a request with tokens of a cache has no known cost without them",
    ),
    (
        "providers[].models[].batch_percent",
        "none",
        "what chats and embeddings cost in batches of the provider's own, in percent of the price, 1 to 99; lines of `/v1/batches` are handed over to these where `batches.handover` and the client allow it. Dialects `openai`, `responses`, `anthropic` and `mistral`",
    ),
    ("providers[].models[].free_limits", "none", "what of it is for nothing"),
    (
        "providers[].models[].tiers",
        "none",
        "the tiers it serves, with its rank in each, 1 the best: `{ fast = 1, vision = 3 }`",
    ),
    (
        "providers[].models[].lifecycle",
        "`\"active\"`",
        "`active`, `preview`, `deprecated` (asked only by its name) or `retired` (never asked)",
    ),
    ("providers[].models[].aliases", "`[]`", "other names it is asked for by"),
    ("providers[].models[].source", "its provider's", "what this was checked against"),
    ("providers[].models[].checked", "its provider's", "the day on which that was done"),
    ("aliases.NAME", "", "a name for a target or a list of them: `fast-one = \"groq/openai/gpt-oss-20b\"`"),
];
