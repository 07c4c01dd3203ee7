//! Catalogs as shipped, what comes of them with configuration and environment, and whether what they claim is true.

mod assembled;
mod containers;
mod matrix;
mod tasks;

/// Keys for all providers.
const ALL_KEYS: &str = "OPENAI_API_KEY=k\nGEMINI_API_KEY=k\nANTHROPIC_API_KEY=k\nMISTRAL_API_KEY=k\nGROQ_API_KEY=k\n\
                        OPENROUTER_API_KEY=k\nOLLAMA_HOST=127.0.0.1\nCLOUDFLARE_API_TOKEN=k\n\
                        CLOUDFLARE_ACCOUNT_ID=0a1b\nHF_TOKEN=k\nMINIMAX_API_KEY=k\nXAI_API_KEY=k\n\
                        POLLINATIONS_API_KEY=k\nSAMBANOVA_API_KEY=k\nSILICONFLOW_API_KEY=k\nTOGETHER_API_KEY=k\n\
                        FIREWORKS_API_KEY=k\nZAI_API_KEY=k\nNVIDIA_API_KEY=k";
