//! Catalogs as shipped, what comes of them with configuration and environment, and whether what they claim is true.

mod assembled;
mod containers;
mod lint;
mod matrix;
mod quirks;
mod reached;
mod tasks;
mod wire;

/// Keys for all providers.
const ALL_KEYS: &str = "OPENAI_API_KEY=k\nGEMINI_API_KEY=k\nANTHROPIC_API_KEY=k\nMISTRAL_API_KEY=k\nGROQ_API_KEY=k\n\
                        OPENROUTER_API_KEY=k\nOLLAMA_HOST=127.0.0.1\nCLOUDFLARE_API_TOKEN=k\n\
                        CLOUDFLARE_ACCOUNT_ID=0a1b\nHF_TOKEN=k\nMINIMAX_API_KEY=k\nXAI_API_KEY=k\n\
                        POLLINATIONS_API_KEY=k\nSAMBANOVA_API_KEY=k\nSILICONFLOW_API_KEY=k\nTOGETHER_API_KEY=k\n\
                        FIREWORKS_API_KEY=k\nZAI_API_KEY=k\nNVIDIA_API_KEY=k\n\
                        AZURE_OPENAI_API_KEY=k\nAZURE_OPENAI_RESOURCE=mine\nAWS_BEARER_TOKEN_BEDROCK=k\n\
                        AWS_REGION=us-west-2\nVERTEX_ACCESS_TOKEN=k\nGOOGLE_CLOUD_PROJECT=p\n\
                        GOOGLE_CLOUD_LOCATION=europe-west4\nCEREBRAS_API_KEY=k\nCOHERE_API_KEY=k\n\
                        DASHSCOPE_API_KEY=k\nDEEPSEEK_API_KEY=k\nGITHUB_MODELS_TOKEN=k\nKILO_API_KEY=k\n\
                        LLM7_API_KEY=k\nMOONSHOT_API_KEY=k\nOLLAMA_API_KEY=k\nPERPLEXITY_API_KEY=k\n\
                        ZHIPU_API_KEY=k";
