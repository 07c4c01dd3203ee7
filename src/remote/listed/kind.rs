//! Words for kinds of work, as lists and names of models have them.

use mediary_core::capability::TaskKind;

/// Words of a model's name that say what it does. The first that fits counts.
const NAMES: [(&[&str], TaskKind); 7] = [
    (&["rerank", "reranker"], TaskKind::Rerank),
    (&["embed", "embedding", "embeddings", "embedder", "embedqa"], TaskKind::Embedding),
    (&["whisper", "transcribe", "asr", "stt", "parakeet"], TaskKind::Transcription),
    (&["tts", "orpheus", "kokoro", "cosyvoice"], TaskKind::Speech),
    (&["guard", "moderation", "shieldgemma"], TaskKind::Moderation),
    (&["flux", "sdxl", "diffusion", "imagen", "dreamshaper", "cogview"], TaskKind::ImageGeneration),
    (&["veo", "sora", "hailuo", "cogvideox", "t2v", "i2v"], TaskKind::VideoGeneration),
];

/// The work of what makes a medium, by the word for it.
pub(super) fn that_makes(word: &str) -> Option<TaskKind> {
    Some(match word {
        "text" => TaskKind::Chat,
        "image" => TaskKind::ImageGeneration,
        "embeddings" | "embedding" => TaskKind::Embedding,
        "audio" | "speech" => TaskKind::Speech,
        "video" => TaskKind::VideoGeneration,
        "rerank" => TaskKind::Rerank,
        "transcription" => TaskKind::Transcription,
        _ => return None,
    })
}

/// The work of a kind of model, as lists call it.
pub(super) fn called(kind: &str) -> Option<TaskKind> {
    Some(match kind.to_lowercase().as_str() {
        "chat" | "language" | "llm" | "vlm" | "text-generation" => TaskKind::Chat,
        "image" | "text-to-image" => TaskKind::ImageGeneration,
        "embedding" | "embeddings" => TaskKind::Embedding,
        "audio" | "tts" | "text-to-speech" => TaskKind::Speech,
        "transcribe" | "asr" | "automatic-speech-recognition" => TaskKind::Transcription,
        "video" | "text-to-video" => TaskKind::VideoGeneration,
        "moderation" => TaskKind::Moderation,
        "rerank" => TaskKind::Rerank,
        _ => return None,
    })
}

/// The work of a model of this name, if the name says it.
pub(super) fn named(name: &str) -> Option<TaskKind> {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    NAMES.iter().find(|(known, _)| has(known)).map(|(_, task)| *task)
}
