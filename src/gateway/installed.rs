//! The installed files that engines need; what is missing becomes a failure that names the command to fetch it.

use std::path::PathBuf;

use mediary_core::{Failure, FailureKind};
use mediary_local::{
    E5Files, EspeakNg, ExecutionProvider, FurtherModel, KokoroFiles, MiniLmFiles, MoonshineFiles, OcrFiles, OcrShapes,
    OcrsFiles, OcrsRecogniser, PiperVoice, RecogniserFiles, SpeechFiles, SpeechModel, WhisperFiles,
};

use crate::models::{Family, HearingCard, Models, NotInstalled};

/// The ONNX Runtime library that has the provider.
pub(super) fn library(models: &Models, provider: ExecutionProvider) -> Result<PathBuf, Failure> {
    let card = if provider.is_openvino() { "openvino" } else { "onnxruntime" };
    models.library(card).map_err(|error| not_installed(&error))
}

/// The files of `local/paddleocr`.
pub(super) fn ocr_files(models: &Models) -> Result<OcrFiles, Failure> {
    Ok(OcrFiles {
        detector: paddleocr_file(models, "tiny-det.onnx")?,
        fast: recogniser(models, "tiny")?,
        accurate: Some(recogniser(models, "small")?),
        scripts: models.recognisers().map(|(_, model, dictionary)| RecogniserFiles { model, dictionary }).collect(),
    })
}

/// The shapes in which `local/paddleocr` is given its work: those of its card.
pub(super) fn ocr_shapes(models: &Models) -> Result<OcrShapes, Failure> {
    let shapes = models.card("paddleocr").and_then(|card| card.shapes.clone());
    shapes.ok_or_else(|| Failure::broken("the card paddleocr names no shapes; take the one that Mediary comes with"))
}

fn recogniser(models: &Models, size: &str) -> Result<RecogniserFiles, Failure> {
    let model = paddleocr_file(models, &format!("{size}-rec.onnx"))?;
    Ok(RecogniserFiles { model, dictionary: paddleocr_file(models, &format!("{size}-char_dict.json"))? })
}

fn paddleocr_file(models: &Models, name: &str) -> Result<PathBuf, Failure> {
    models.file("paddleocr", name).map_err(|error| not_installed(&error))
}

/// The files of `local/ocrs`: its own recogniser where that was imported, else the better one of PP-OCR.
pub(super) fn ocrs_files(models: &Models) -> Result<OcrsFiles, Failure> {
    let detector = models.imported("ocrs", "text-detection.rten").map_err(|error| not_installed(&error))?;
    let recogniser = match models.imported("ocrs", "text-recognition.rten") {
        Ok(model) => OcrsRecogniser::Ocrs { model },
        Err(_) => {
            let RecogniserFiles { model, dictionary } = recogniser(models, "small")?;
            OcrsRecogniser::PaddleOcr { model, dictionary }
        }
    };
    Ok(OcrsFiles { detector, recogniser })
}

/// The network that sorts pictures.
pub(super) fn picture_safety_file(models: &Models) -> Result<PathBuf, Failure> {
    models.file("picture-safety", "model.onnx").map_err(|error| not_installed(&error))
}

/// The files of `local/e5-small`.
pub(super) fn e5_files(models: &Models) -> Result<E5Files, Failure> {
    let file = |name| models.file("e5-small", name).map_err(|error| not_installed(&error));
    Ok(E5Files { model: file("model.onnx")?, packed: file("e5-small-q4.bin")? })
}

/// The files of `local/all-minilm-l6-v2`.
pub(super) fn minilm_files(models: &Models) -> Result<MiniLmFiles, Failure> {
    let file = |name| models.file("all-minilm-l6-v2", name).map_err(|error| not_installed(&error));
    Ok(MiniLmFiles { model: file("model.onnx")?, tokenizer: file("tokenizer.json")? })
}

/// The files of `local/moonshine`.
pub(super) fn moonshine_files(models: &Models) -> Result<MoonshineFiles, Failure> {
    let file = |name| models.file("moonshine", name).map_err(|error| not_installed(&error));
    Ok(MoonshineFiles {
        encoder: file("encoder_model.ort")?,
        decoder: file("decoder_model_merged.ort")?,
        tokenizer: file("tokenizer.bin")?,
    })
}

/// The files of `local/whisper-base`.
pub(super) fn whisper_files(models: &Models) -> Result<WhisperFiles, Failure> {
    let file = |name| models.file("whisper-base", name).map_err(|error| not_installed(&error));
    Ok(WhisperFiles {
        encoder: file("encoder.onnx")?,
        decoder: file("decoder.onnx")?,
        vocabulary: file("vocabulary.txt")?,
        config: file("config.json")?,
    })
}

/// What tells speech from everything else.
pub(super) fn voice_activity_file(models: &Models) -> Result<PathBuf, Failure> {
    models.file("silero-vad", "silero_vad_16k_sequence.onnx").map_err(|error| not_installed(&error))
}

/// The files of the engine that has both, as far as they are there.
pub(super) fn speech_files(models: &Models) -> Result<SpeechFiles, Failure> {
    let vad = voice_activity_file(models)?;
    let (moonshine, whisper) = (moonshine_files(models).ok(), whisper_files(models).ok());
    Ok(SpeechFiles { vad, moonshine, whisper, further: models.hearing().into_iter().map(further_model).collect() })
}

/// A model of speech recognition that the user has added.
fn further_model(card: HearingCard) -> FurtherModel {
    let HearingCard { name, family, encoder, decoder, tokenizer, settings, languages, .. } = card;
    let files = match family {
        Family::Moonshine => SpeechModel::Moonshine(MoonshineFiles { encoder, decoder, tokenizer }),
        Family::Whisper => {
            let config = settings.unwrap_or_default();
            SpeechModel::Whisper(WhisperFiles { encoder, decoder, vocabulary: tokenizer, config })
        }
    };
    FurtherModel { name, files, languages }
}

/// The voices of `local/piper`: Joe, and those that the user has added. One that cannot be used costs only itself.
pub(super) fn piper_voices(models: &Models) -> Result<Vec<PiperVoice>, Failure> {
    let joe = models.file("piper-joe", "en_US-joe-medium.onnx").map_err(|error| not_installed(&error));
    let joe = joe.and_then(|model| PiperVoice::read("joe", &model));
    let own = models.voices().into_iter().filter_map(|(name, model)| match PiperVoice::read(&name, &model) {
        Ok(voice) => Some(voice),
        Err(failure) => {
            tracing::warn!(voice = name, error.detail = %failure, "a voice is left out");
            None
        }
    });
    let own: Vec<PiperVoice> = own.collect();
    match joe {
        Err(failure) if own.is_empty() => Err(failure),
        joe => Ok(joe.into_iter().chain(own).collect()),
    }
}

/// The files of `local/kokoro`.
pub(super) fn kokoro_files(models: &Models) -> Result<KokoroFiles, Failure> {
    let file = |card: &str, name: &str| models.file(card, name).map_err(|error| not_installed(&error));
    let parts = [("kokoro", 1), ("kokoro-2", 2), ("kokoro-3", 3), ("kokoro-4", 4)];
    let parts = parts.map(|(card, number)| file(card, &format!("part-{number}.bin")));
    let styles = models.card("kokoro-voices").and_then(|card| card.package(models.platform()).ok());
    let styles = styles.into_iter().flat_map(|package| &package.files).map(|style| file("kokoro-voices", &style.name));
    Ok(KokoroFiles {
        model_parts: parts.into_iter().collect::<Result<_, _>>()?,
        styles: styles.collect::<Result<_, _>>()?,
    })
}

/// The program espeak-ng, which gives all voices their phonemes.
pub(super) fn espeak_ng(espeak: Option<&EspeakNg>) -> Result<EspeakNg, Failure> {
    let missing = || {
        let advice =
            if cfg!(target_os = "macos") { "brew install espeak-ng" } else { "sudo apt-get install -y espeak-ng" };
        let what = format!("espeak-ng is not installed; install it, for example with `{advice}`");
        Failure::new(FailureKind::NotInstalled, what)
    };
    espeak.cloned().ok_or_else(missing)
}

/// A missing file, as a failure of the work that needed it.
pub(super) fn not_installed(error: &NotInstalled) -> Failure {
    Failure::new(FailureKind::NotInstalled, error.to_string())
}
