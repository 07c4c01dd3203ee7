//! Where the database is: a file in a folder, which needs nothing, or a PostgreSQL server.
//!
//! The address of a server may hold a password. It is taken apart here, and no message, log or debug text has that part.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use thiserror::Error;

use super::server::Holding;
use super::{Database, FILE, StoreFailed, file, server};

/// Where the database is. It is shown without a password.
#[derive(Debug, Clone)]
pub enum DatabasePlace {
    /// SQLite, in this folder.
    Folder(PathBuf),
    /// PostgreSQL.
    Server(ServerAddress),
}

/// The address of a PostgreSQL server, and which of its databases.
#[derive(Clone)]
pub struct ServerAddress(pub(super) Box<PgConnectOptions>);

/// What an address may say behind its question mark. Others would be ignored, and told with their values.
const PARAMETERS: [&str; 17] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "options",
];

/// A text is no address of a PostgreSQL server.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("an address such as postgres://user:password@host/database")]
pub struct NotADatabase;

impl FromStr for ServerAddress {
    type Err = NotADatabase;

    fn from_str(text: &str) -> Result<Self, NotADatabase> {
        let text = text.trim();
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(NotADatabase);
        }
        let said = text.split_once('?').map_or("", |(_, said)| said);
        let named = said.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
        if named.filter(|name| !name.is_empty()).any(|name| !PARAMETERS.contains(&name)) {
            return Err(NotADatabase);
        }
        let options: PgConnectOptions = text.parse().map_err(|_| NotADatabase)?;
        let names_one = options.get_database().is_some_and(|name| !name.is_empty());
        if names_one { Ok(Self(Box::new(options.application_name("mediary")))) } else { Err(NotADatabase) }
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database = self.0.get_database().unwrap_or_default();
        match self.0.get_socket() {
            Some(socket) => write!(formatter, "postgres:///{database} at {}", socket.display()),
            None => write!(formatter, "postgres://{}:{}/{database}", self.0.get_host(), self.0.get_port()),
        }
    }
}

impl fmt::Debug for ServerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for DatabasePlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.join(FILE).display().fmt(formatter),
            Self::Server(address) => address.fmt(formatter),
        }
    }
}

impl DatabasePlace {
    /// Opens the database for the one server that has it; brings its schema up to what this program knows.
    ///
    /// # Errors
    /// When it cannot be used or reached, another process has it, or a newer program has written it.
    pub async fn open(&self) -> Result<Database, StoreFailed> {
        self.open_as(Holding::Alone).await
    }

    /// The same for one of several servers that share it. A file is not shared.
    ///
    /// # Errors
    /// As [`DatabasePlace::open`]; another process has it that does not share.
    pub async fn open_shared(&self) -> Result<Database, StoreFailed> {
        self.open_as(Holding::Shared).await
    }

    async fn open_as(&self, holding: Holding) -> Result<Database, StoreFailed> {
        match self {
            Self::Folder(folder) => Database::open(folder).await,
            Self::Server(address) => Ok(Database::of(server::Server::open(address, holding).await?.into(), self)),
        }
    }

    /// Opens the database for a short errand, beside the server that has it, if one has. A server that runs has brought
    /// the schema up to what it knows; where that is not what is known here, one of the two programs is older.
    ///
    /// # Errors
    /// As [`DatabasePlace::open`], or when the server is of another version.
    pub async fn open_beside(&self) -> Result<Database, StoreFailed> {
        match self {
            Self::Folder(folder) => match Database::open(folder).await {
                Err(StoreFailed::InUse(_)) => {
                    Ok(Database::of(file::SqliteFile::open_beside(folder).await?.into(), self))
                }
                opened => opened,
            },
            Self::Server(address) => Ok(Database::of(server::Server::open_beside(address).await?.into(), self)),
        }
    }

    /// Whether there is a database already. Of a server that is assumed: to ask it takes a connection.
    #[must_use]
    pub fn is_there(&self) -> bool {
        match self {
            Self::Folder(folder) => folder.join(FILE).is_file(),
            Self::Server(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let rows = [
            ("postgres://me:hunter2@db.example:6432/mediary", "postgres://db.example:6432/mediary"),
            (
                "postgresql://me@db.example/mediary?password=hunter2&sslmode=verify-full",
                "postgres://db.example:5432/mediary",
            ),
            ("postgres://me:hunter2@x/mediary?host=/run/pg", "postgres:///mediary at /run/pg"),
        ];
        for (text, shown) in rows {
            let address: ServerAddress = text.parse().unwrap();
            assert_eq!((address.to_string().as_str(), format!("{address:?}").as_str()), (shown, shown));
        }
    }

    #[test]
    fn what_is_no_address_of_a_database_is_refused() {
        let rows = [
            "",
            "mysql://a/b",
            "http://a/b",
            "postgres://",
            "postgres://me:hunter2@host",
            "postgres://host:port/mediary",
            "postgres://host/mediary?sslmode=perhaps",
            "postgres://host/mediary?passwort=hunter2",
        ];
        for text in rows {
            assert_eq!(text.parse::<ServerAddress>().err(), Some(NotADatabase), "{text}");
        }
    }
}
