//! What is written for systemd, launchd and desktops, each in its own way of quoting: paths may have any characters.

use std::path::PathBuf;

use super::super::Context;

/// What is described.
pub(super) struct Described {
    program: String,
    /// What follows `serve`.
    arguments: Vec<String>,
    /// Variables that say where things are; no keys.
    variables: Vec<(&'static str, String)>,
    grace_seconds: u64,
}

impl Described {
    pub(super) fn of(context: &Context, program: PathBuf) -> Result<Self, String> {
        let program = program.into_os_string().into_string();
        let program = program.map_err(|_| "the program's path is not Unicode; move it".to_owned())?;
        let arguments = super::super::background::arguments(context, None, None);
        let home = context.home().map(|home| ("MEDIARY_HOME", home.display().to_string()));
        let grace_seconds = context.load()?.config.server.shutdown_grace.as_secs();
        Ok(Self { program, arguments, variables: home.into_iter().collect(), grace_seconds })
    }

    fn command(&self) -> Vec<&str> {
        std::iter::once(self.program.as_str()).chain(self.arguments.iter().map(String::as_str)).collect()
    }

    /// A unit for a user's systemd.
    pub(super) fn unit(&self) -> String {
        let command: Vec<String> = self.command().into_iter().map(unit_word).collect();
        let variables = self.variables.iter();
        let variables: String = variables
            .map(|(name, value)| format!("Environment={}\n", unit_value(&format!("{name}={value}"))))
            .collect();
        format!(
            "[Unit]\n\
             Description=Mediary, one local endpoint for every medium\n\
             After=network-online.target\n\
             Wants=network-online.target\n\n\
             [Service]\n\
             ExecStart={}\n\
             {variables}\
             Restart=on-failure\n\
             RestartSec=2\n\
             TimeoutStopSec={}\n\
             UMask=0077\n\
             NoNewPrivileges=yes\n\n\
             [Install]\n\
             WantedBy=default.target\n",
            command.join(" "),
            self.grace_seconds + 10,
        )
    }

    /// A property list for launchd.
    pub(super) fn plist(&self) -> String {
        let command = self.command().into_iter().map(|word| format!("    <string>{}</string>\n", xml(word)));
        let variables = self.variables.iter();
        let variables =
            variables.map(|(name, value)| format!("    <key>{name}</key><string>{}</string>\n", xml(value)));
        let variables: String = variables.collect();
        let variables = match variables.is_empty() {
            true => variables,
            false => format!("  <key>EnvironmentVariables</key>\n  <dict>\n{variables}  </dict>\n"),
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
             <plist version=\"1.0\">\n<dict>\n  \
             <key>Label</key><string>mediary</string>\n  \
             <key>ProgramArguments</key>\n  <array>\n{}  </array>\n\
             {variables}  \
             <key>RunAtLoad</key><true/>\n  \
             <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>\n  \
             <key>ExitTimeOut</key><integer>{}</integer>\n  \
             <key>Umask</key><integer>63</integer>\n\
             </dict>\n</plist>\n",
            command.collect::<String>(),
            self.grace_seconds + 10,
        )
    }

    /// An entry of a desktop's menu.
    pub(super) fn desktop(&self) -> String {
        format!(
            "[Desktop Entry]\nType=Application\nName=Mediary\nComment=Open the dashboard of Mediary\nExec={} open\n\
             Terminal=false\nCategories=Network;Utility;\n",
            desktop_word(&self.program)
        )
    }
}

/// A word of a unit's command line.
fn unit_word(word: &str) -> String {
    // A dollar begins a variable there, and nowhere else in a unit.
    unit_value(&word.replace('$', "$$"))
}

/// A value of a unit, quoted where it has to be.
fn unit_value(value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('\n', "\\n");
    let is_plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "/._-=:,+@".contains(c));
    if is_plain { escaped } else { format!("\"{escaped}\"") }
}

/// The program of a desktop entry: quoted for its command line, and that escaped as every text of the file.
fn desktop_word(word: &str) -> String {
    let mut quoted = String::from("\"");
    for c in word.chars() {
        if matches!(c, '"' | '`' | '$' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted.replace('\\', "\\\\").replace('%', "%%")
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A word of a shell's command line.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-=:,+@%".contains(c));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(program: &str) -> Described {
        Described {
            program: program.to_owned(),
            arguments: vec!["serve".to_owned(), "--config=/etc/my files/100%.toml".to_owned()],
            variables: vec![("MEDIARY_HOME", "/home/a b".to_owned())],
            grace_seconds: 10,
        }
    }

    #[test]
    fn paths_of_any_characters_are_quoted_as_each_wants() {
        let unit = described("/opt/it's \"$x\"/mediary").unit();
        assert!(
            unit.contains(r#"ExecStart="/opt/it's \"$$x\"/mediary" serve "--config=/etc/my files/100%%.toml""#),
            "{unit}"
        );
        assert!(
            unit.contains("Environment=\"MEDIARY_HOME=/home/a b\"\n") && unit.contains("TimeoutStopSec=20\n"),
            "{unit}"
        );
        assert!(described("/usr/bin/mediary").unit().contains("ExecStart=/usr/bin/mediary serve "));
        let plist = described("/opt/a&b/mediary").plist();
        assert!(plist.contains("<string>/opt/a&amp;b/mediary</string>"), "{plist}");
        assert!(plist.contains("<string>--config=/etc/my files/100%.toml</string>"), "{plist}");
        let desktop = described(r#"/opt/a "$b"\c/100%/mediary"#).desktop();
        assert!(desktop.contains(r#"Exec="/opt/a \\"\\$b\\"\\\\c/100%%/mediary" open"#), "{desktop}");
        assert_eq!(quoted("it's here"), r"'it'\''s here'");
        assert_eq!(quoted("/plain"), "/plain");
    }
}
