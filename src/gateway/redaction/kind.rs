//! What is looked for.

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::gateway) enum SecretKind {
    /// The number of a payment card.
    Card,
    /// The number of a bank account.
    Iban,
    /// An address of mail.
    Email,
    /// A telephone number.
    Phone,
    /// A key, a token, or a private key.
    Key,
}

impl SecretKind {
    /// All of them.
    pub(in crate::gateway) const ALL: [Self; 5] = [Self::Card, Self::Iban, Self::Email, Self::Phone, Self::Key];

    /// Its name in the configuration and in headers.
    pub(in crate::gateway) fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Key => "key",
        }
    }

    /// The one of a name.
    pub(in crate::gateway) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
