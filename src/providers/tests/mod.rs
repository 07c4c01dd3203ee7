//! Catalogs as shipped, what comes of them with configuration and environment, and whether what they claim is true.

mod assembled;
mod matrix;
mod tasks;

/// Keys for all providers.
const ALL_KEYS: &str = "OPENAI_API_KEY=k\nGEMINI_API_KEY=k\nANTHROPIC_API_KEY=k\nMISTRAL_API_KEY=k\nGROQ_API_KEY=k\n\
                        OPENROUTER_API_KEY=k\nOLLAMA_HOST=127.0.0.1";
