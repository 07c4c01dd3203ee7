//! Who is on and who is off, for people: what `mediary check-config` prints.

use super::Providers;

impl Providers {
    /// One line for each provider: which are on and with what, which are off and why. Holds no secrets.
    #[must_use]
    pub fn report(&self) -> Vec<String> {
        let on = self.enabled.iter().map(|provider| {
            let models = self.matrix.rows().iter().filter(|row| row.target.provider == provider.id).count();
            let keys = match provider.keys.len() {
                0 => "no key needed".to_owned(),
                1 => "1 key".to_owned(),
                count => format!("{count} keys"),
            };
            let models = match (models, provider.discovers) {
                (0, true) => "asked for its models".to_owned(),
                (1, _) => "1 model".to_owned(),
                (count, _) => format!("{count} models"),
            };
            let proxy = provider.proxy.as_ref().map(|proxy| format!(", through {proxy}")).unwrap_or_default();
            format!("{}: on, {keys}, {models}{proxy}", provider.id.as_str())
        });
        let off = self.disabled.iter().map(|off| format!("{}: off, {}", off.id.as_str(), off.why));
        on.chain(off).collect()
    }
}
