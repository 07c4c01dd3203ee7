//! What is said of cards, as a table or as JSON.

use std::io::{self, Write};

use serde_json::json;

use super::{ALL_WELL, Chosen, NOT_ALL};
use crate::models::{Card, Depth, ImportCard, Kind, Models, Package, Status};

/// What there is to say of a card.
pub(super) struct Row<'a> {
    name: &'a str,
    purpose: &'a str,
    licence: &'a str,
    kind: Kind,
    optional: bool,
    /// Package and version; none carries what is imported.
    source: Option<(&'a str, &'a str)>,
    status: Status,
    /// What else is worth saying.
    note: Option<String>,
    files: usize,
    installed_bytes: Option<u64>,
    download_bytes: Option<u64>,
}

/// A row for each card.
pub(super) fn rows<'a>(models: &Models, chosen: &Chosen<'a>, depth: Depth) -> Vec<Row<'a>> {
    let cards = chosen.cards.iter().map(|card| row(models, card, depth));
    cards.chain(chosen.imports.iter().map(|card| import_row(models, card, depth))).collect()
}

fn row<'a>(models: &Models, card: &'a Card, depth: Depth) -> Row<'a> {
    let package = card.package(models.platform()).ok();
    Row {
        name: &card.name,
        purpose: &card.purpose,
        licence: &card.licence,
        kind: card.kind,
        optional: card.optional,
        source: Some((&card.source.package, &card.source.version)),
        status: models.status(card, depth),
        note: None,
        files: package.map_or(0, |package| package.expected().count()),
        installed_bytes: package.map(Package::installed_bytes),
        download_bytes: package.map(|package| package.archive_bytes),
    }
}

/// Everything works without what is imported, so it is optional and never wanting.
fn import_row<'a>(models: &Models, card: &'a ImportCard, depth: Depth) -> Row<'a> {
    let status = models.import_status(card, depth);
    let is_there = |name: &str| models.imported(&card.name, name).is_ok();
    let (there, wanting): (Vec<_>, Vec<_>) = card.files.iter().partition(|file| is_there(&file.name));
    let size = |name: &str| models.imported(&card.name, name).ok()?.metadata().ok().map(|file| file.len());
    let wanting: Vec<&str> = wanting.iter().map(|file| file.name.as_str()).collect();
    let wanted = format!("{}: not there: {}; {}", card.name, wanting.join(", "), how_to_import(card));
    let damaged = matches!(status, Status::Damaged { .. });
    Row {
        name: &card.name,
        purpose: &card.purpose,
        licence: &card.licence,
        kind: Kind::Weights,
        optional: true,
        source: None,
        note: (!wanting.is_empty() && !damaged).then_some(wanted),
        status,
        files: card.files.iter().filter(|file| !file.optional).count(),
        installed_bytes: (!there.is_empty()).then(|| there.iter().filter_map(|file| size(&file.name)).sum()),
        download_bytes: None,
    }
}

/// What to do where a file was never imported.
pub(super) fn how_to_import(card: &ImportCard) -> String {
    format!("no package carries it; {}, then run: mediary models import {} FOLDER", card.advice, card.name)
}

impl Row<'_> {
    fn state(&self) -> &'static str {
        match self.status {
            Status::Installed => "installed",
            Status::Missing { .. } => "missing",
            Status::Damaged { .. } => "damaged",
            Status::Unavailable { .. } => "unavailable",
        }
    }

    fn details(&self) -> Vec<String> {
        let name = self.name;
        let mut details = match &self.status {
            Status::Installed => Vec::new(),
            // Where nothing is there, the state in the table has said it all.
            Status::Missing { files } if files.len() == self.files => Vec::new(),
            Status::Missing { files } => vec![format!("{name}: missing {}", files.join(", "))],
            Status::Damaged { files } => files.iter().map(|damage| format!("{name}: {damage}")).collect(),
            Status::Unavailable { reason } => vec![format!("{name}: {reason}")],
        };
        details.extend(self.note.clone());
        details
    }

    /// The row for programs.
    pub(super) fn json(&self) -> serde_json::Value {
        json!({
            "name": self.name,
            "state": self.state(),
            "kind": self.kind.as_str(),
            "optional": self.optional,
            "purpose": self.purpose,
            "licence": self.licence,
            "package": self.source.map(|(package, _)| package),
            "version": self.source.map(|(_, version)| version),
            "installed_bytes": self.installed_bytes,
            "download_bytes": self.download_bytes,
            "problems": self.details(),
        })
    }

    /// Whether a pull would mend something.
    fn is_wanting(&self) -> bool {
        self.source.is_some() && matches!(self.status, Status::Missing { .. } | Status::Damaged { .. })
    }

    fn is_well(&self) -> bool {
        match self.status {
            Status::Installed | Status::Unavailable { .. } => true,
            Status::Missing { .. } => self.source.is_none(),
            Status::Damaged { .. } => false,
        }
    }
}

/// Prints the state of cards. The exit code tells whether all that exist for this platform are there and right.
pub(super) fn list(models: &Models, depth: Depth, chosen: &Chosen<'_>, json: bool) -> io::Result<u8> {
    let rows = rows(models, chosen, depth);
    let mut out = io::stdout().lock();
    if json {
        let rows: Vec<_> = rows.iter().map(Row::json).collect();
        writeln!(out, "{:#}", json!({ "dir": models.dir(), "models": rows }))?;
    } else {
        write_table(&mut out, models, &rows)?;
    }
    Ok(if rows.iter().all(Row::is_well) { ALL_WELL } else { NOT_ALL })
}

fn write_table(out: &mut dyn Write, models: &Models, rows: &[Row<'_>]) -> io::Result<()> {
    let size = |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), |b| indicatif::DecimalBytes(b).to_string());
    let mut table = vec![["NAME", "STATE", "DOWNLOAD", "ON DISK", "LICENCE", "WHAT FOR"].map(str::to_owned)];
    for row in rows {
        let optional = if row.optional { " (optional)" } else { "" };
        table.push([
            row.name.to_owned(),
            row.state().to_owned(),
            size(row.download_bytes),
            size(row.installed_bytes),
            row.licence.to_owned(),
            format!("{}{optional}", row.purpose),
        ]);
    }
    let width = |column: usize| table.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let [name, state, download, disk, licence] = [0, 1, 2, 3, 4].map(width);
    for [a, b, c, d, e, f] in &table {
        writeln!(out, "{a:name$}  {b:state$}  {c:>download$}  {d:>disk$}  {e:licence$}  {f}")?;
    }
    writeln!(out)?;
    for detail in rows.iter().flat_map(Row::details) {
        writeln!(out, "{detail}")?;
    }
    writeln!(out, "Folder: {}", models.dir().display())?;
    match rows.iter().filter(|row| row.is_wanting()).count() {
        0 => Ok(()),
        1 => writeln!(out, "1 is wanting; fetch it with: mediary models pull"),
        count => writeln!(out, "{count} are wanting; fetch them with: mediary models pull"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::chosen;
    use super::super::tests::empty;
    use super::*;

    #[test]
    fn the_table_says_state_size_licence_purpose_and_what_to_do() {
        let (_home, models) = empty();
        let rows = rows(&models, &Chosen::all(&models), Depth::Sizes);
        let mut out = Vec::new();
        write_table(&mut out, &models, &rows).unwrap();
        let text = String::from_utf8(out).unwrap();
        let paddleocr = text.lines().find(|line| line.starts_with("paddleocr ")).unwrap();
        for part in ["missing", "32.43 MB", "27.63 MB", "Apache-2.0", "PP-OCRv6 tiny"] {
            assert!(paddleocr.contains(part), "`{part}` is not in {paddleocr}");
        }
        assert!(text.contains("fetch them with: mediary models pull"), "{text}");
        let ocrs = text.lines().find(|line| line.starts_with("ocrs ")).unwrap();
        assert!(ocrs.contains("missing") && ocrs.contains("(optional)"), "{ocrs}");
        for part in ["ocrs: not there: text-detection.rten, text-recognition.rten", "mediary models import ocrs FOLDER"]
        {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
    }

    #[test]
    fn what_is_imported_can_be_named_and_is_never_wanting() {
        let (_home, models) = empty();
        let chosen = chosen(&models, &["ocrs".to_owned()]).unwrap();
        let rows = rows(&models, &chosen, Depth::Sizes);
        assert!(rows.len() == 1 && rows[0].is_well() && !rows[0].is_wanting());
        assert_eq!(rows[0].json()["package"], serde_json::Value::Null);
    }
}
