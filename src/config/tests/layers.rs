//! Values that are right: where they may come from, and which of them wins.
//!
//! File, environment, flags, the search for the file, and the keys that only exist with a variable.

use std::path::PathBuf;

use super::{check, load, outcome};
use crate::config::{Config, ConfigError, Environment, Loaded, Overrides, Secret, Source};

#[test]
fn values_come_from_the_file_and_the_environment_wins() {
    check(&[
        ("", "", ""),
        ("\u{feff}[server]\nport = 9000", "", "server.port = 9000 # mediary.toml:2:8"),
        ("server.port = 0", "", "server.port = 0 # mediary.toml:1:15"),
        ("server = { port = 9000 }", "", "server.port = 9000 # mediary.toml:1:19"),
        ("[server]\nport = 8001", "", ""),
        ("[limits]\nupload_bytes = 600000000", "", ""),
        ("[limits]\nupload_bytes = \"1.5 GiB\"", "", "limits.upload_bytes = \"1536 MiB\" # mediary.toml:2:16"),
        ("[limits.image]\npixels = 12_000_000", "", "limits.image.pixels = \"12 MP\" # mediary.toml:2:10"),
        ("[limits]\nspool_bytes = 0", "", "limits.spool_bytes = \"0\" # mediary.toml:2:15"),
        (
            "[engines.paddleocr]\nprovider = \"openvino\"",
            "",
            "engines.paddleocr.provider = \"openvino\" # mediary.toml:2:12",
        ),
        (
            "[fetch]\nallow = [\"nas.example\", \"10.0.0.0/8\"]\nseconds = 60",
            "",
            "fetch.allow = [\"nas.example\", \"10.0.0.0/8\"] # mediary.toml:2:9\nfetch.seconds = 60 # mediary.toml:3:11",
        ),
        (
            "",
            "MEDIARY_FETCH__ALLOW=nas.example,::1",
            "fetch.allow = [\"nas.example\", \"::1\"] # $MEDIARY_FETCH__ALLOW",
        ),
        ("[server]\nport = 9000", "MEDIARY_SERVER__PORT=9001", "server.port = 9001 # $MEDIARY_SERVER__PORT"),
        ("[server]\nport = 9000", "MEDIARY_SERVER__PORT=8001", ""),
        ("", "MEDIARY_SERVER__HOST=::1", "server.host = \"::1\" # $MEDIARY_SERVER__HOST"),
        ("", "MEDIARY_SERVER__HOST=\"::1\"", "server.host = \"::1\" # $MEDIARY_SERVER__HOST"),
        (
            "",
            "MEDIARY_LIMITS__DOCUMENT__BYTES=7 MB",
            "limits.document.bytes = \"7 MB\" # $MEDIARY_LIMITS__DOCUMENT__BYTES",
        ),
        (
            "",
            "MEDIARY_LIMITS__DOCUMENT__BYTES=7000000",
            "limits.document.bytes = \"7 MB\" # $MEDIARY_LIMITS__DOCUMENT__BYTES",
        ),
        (
            "",
            "MEDIARY_SERVER__CORS_ORIGINS=https://a.example, https://b.example/",
            "server.cors_origins = [\"https://a.example\", \"https://b.example/\"] # $MEDIARY_SERVER__CORS_ORIGINS",
        ),
        (
            "",
            "MEDIARY_SERVER__CORS_ORIGINS=[\"https://a.example\"]",
            "server.cors_origins = [\"https://a.example\"] # $MEDIARY_SERVER__CORS_ORIGINS",
        ),
        (
            "server.public_url = \"https://${DOMAIN}/ai\"",
            "DOMAIN=a.example",
            "server.public_url = \"https://a.example/ai\" # mediary.toml:1:21",
        ),
        // Variables that are no keys, among them what container platforms add for a service of this name.
        ("", "MEDIARY_HOME=/srv/m\nMEDIARY_LOG=debug\nMEDIARY_PORT=tcp://10.0.0.1:80\nOTHER__X=1", ""),
    ]);
}

#[test]
fn flags_win_over_everything() {
    let flags = Overrides {
        host: Some("localhost".to_owned()),
        port: Some(0),
        log_level: Some("trace".to_owned()),
        ..Overrides::default()
    };
    let loaded = load("[server]\nport = 9000", "MEDIARY_SERVER__PORT=9001", &flags);
    assert_eq!(
        outcome(loaded),
        "server.host = \"localhost\" # --host\nserver.port = 0 # --port\nserver.log_level = \"trace\" # --log-level"
    );
    let flags = Overrides { log_level: Some("${LEVEL}".to_owned()), ..Overrides::default() };
    let refused = outcome(load("", "LEVEL=debug", &flags));
    assert!(refused.starts_with("--log-level: `server.log_level` is \"${LEVEL}\""), "{refused}");
}

#[test]
fn keys_exist_only_where_their_variables_have_a_value() {
    let one = "server.api_keys = 1 × *** # ";
    check(&[
        ("", "MEDIARY_API_KEY=abc", &format!("{one}$MEDIARY_API_KEY")),
        ("", "MEDIARY_API_KEY=", ""),
        ("server.api_keys = [\"${MINE}\", \"literal\"]", "", &format!("{one}mediary.toml:1:19")),
        ("server.api_keys = [\"${MINE}\"]", "MINE=", ""),
        ("server.api_keys = []", "MEDIARY_API_KEY=abc", ""),
        ("", "MEDIARY_SERVER__API_KEYS=12345", &format!("{one}$MEDIARY_SERVER__API_KEYS")),
    ]);
    let loaded = load("", "MEDIARY_SERVER__API_KEYS=123,true", &Overrides::default()).unwrap();
    let keys: Vec<&str> = loaded.config.server.api_keys.iter().map(Secret::expose).collect();
    assert_eq!(keys, ["123", "true"]);
}

#[test]
fn the_first_file_of_the_search_is_read_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, port: u16| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("server.port = {port}")).unwrap();
    };
    let home = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".config" };
    write(&format!("{home}/mediary/mediary.toml"), 1);
    write("xdg/mediary/mediary.toml", 2);
    write("variable.toml", 4);
    write("flag.toml", 5);
    let at = |name: &str| folder.path().join(name).display().to_string();
    let load = |flag: Option<&str>, env: &[(&str, String)]| {
        let mut environment = Environment::default();
        for (name, value) in env {
            environment.set(name, value);
        }
        let flags = Overrides { config_file: flag.map(PathBuf::from), ..Overrides::default() };
        Config::load(&flags, &environment, folder.path())
    };
    let port = |loaded: Result<Loaded, ConfigError>| loaded.unwrap().config.server.port;

    let nothing = load(None, &[]).unwrap();
    assert_eq!((nothing.config.server.port, nothing.source), (8001, Source::Defaults));
    assert_eq!(port(load(None, &[("HOME", at(""))])), 1);
    let xdg = [("HOME", at("")), ("XDG_CONFIG_HOME", at("xdg"))];
    assert_eq!(port(load(None, &xdg)), 2);
    assert_eq!(
        port(load(None, &[("HOME", at("")), ("XDG_CONFIG_HOME", "xdg".to_owned())])),
        1,
        "a relative one is ignored"
    );
    assert_eq!(port(load(None, &[("HOME", at("flag.toml"))])), 8001, "a home that is no folder holds no file");

    write("mediary.toml", 3);
    assert_eq!(port(load(None, &xdg)), 3);
    let variable = [("MEDIARY_CONFIG", "variable.toml".to_owned())];
    assert_eq!(port(load(None, &variable)), 4);
    let flagged = load(Some("flag.toml"), &variable).unwrap();
    assert_eq!(flagged.source, Source::File(PathBuf::from("flag.toml")));
    assert_eq!(flagged.config.server.port, 5);

    let missing = "cannot read no.toml: there is no such file";
    assert_eq!(outcome(load(Some("no.toml"), &[])), format!("--config: {missing}"));
    let variable = [("MEDIARY_CONFIG", "no.toml".to_owned())];
    assert_eq!(outcome(load(None, &variable)), format!("$MEDIARY_CONFIG: {missing}"));
}
