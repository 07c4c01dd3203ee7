//! Workbooks and tables of text: a page for each sheet, with its name and its entries.
//!
//! Entries are what their cells show, as far as that can be told without number formats: dates as dates, numbers with fifteen
//! digits, formulas as their last result, or as they are where they have none. Formulas are not computed, links to other workbooks not followed, macros not
//! looked at. `calamine` reads the files; sheets of `xlsx` come entry by entry, so that one far-off entry costs nothing.

mod delimited;
mod drawn;
mod remarks;
mod sheet;
mod value;
mod xlsx;

use std::collections::HashMap;

use calamine::{Ods, Reader, SheetType, SheetVisible, Xls, Xlsb};
use mediary_core::MediaFormat;
use mediary_core::document::Hidden;

use super::Input;
use super::document::OfficeDocument;
use super::draft::Draft;
use super::embedded;
use super::limits::{OfficeLimits, Refusal};
use super::package::Package;
pub(super) use delimited::read as read_delimited;
use drawn::Drawn;
use sheet::Sheet;

/// Reads a workbook.
pub(super) fn read(format: MediaFormat, mut input: Input, limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    let mut draft = Draft::new(limits);
    let mut drawn = HashMap::new();
    if format != MediaFormat::Xls {
        hold_to_limit(&mut input, limits)?;
        let mut package = Package::open(&mut input, limits.unpacked_bytes)?;
        embedded::attach(&mut package, &mut draft)?;
        match format {
            MediaFormat::Ods => drawn = drawn::of_ods(&mut package)?,
            MediaFormat::Xlsb => drawn = drawn::of_xlsb(&mut package)?,
            _ => {}
        }
    } else {
        embedded::attach_stored(&mut input, &mut draft)?;
    }
    input.rewind().map_err(Refusal::damaged)?;
    match format {
        MediaFormat::Xlsx => xlsx::read(input, limits, &mut draft)?,
        MediaFormat::Xlsb => {
            each(&mut Xlsb::new(input).map_err(refused)?, &mut drawn, &mut draft, |_, _| Ok(Vec::new()))?;
        }
        MediaFormat::Ods => {
            each(&mut Ods::new(input).map_err(refused)?, &mut drawn, &mut draft, |_, _| Ok(Vec::new()))?;
        }
        _ => each(&mut Xls::new(input).map_err(refused)?, &mut drawn, &mut draft, |book, name| {
            book.merge_cells_by_sheet_name(name).map_err(refused)
        })?,
    }
    draft.finish()
}

/// The library unpacks parts whole, whatever they say of themselves; so they are held against the limit beforehand.
fn hold_to_limit(input: &mut Input, limits: OfficeLimits) -> Result<(), Refusal> {
    let mut package = Package::open(&mut *input, limits.unpacked_bytes)?;
    let encrypted = package.text("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data"));
    if encrypted {
        return Err(Refusal::Encrypted);
    }
    package.measure()?;
    input.rewind().map_err(Refusal::damaged)
}

/// Reads the sheets of a workbook whose library gives them whole.
fn each<B: Reader<Input>>(
    book: &mut B,
    drawn: &mut HashMap<String, Drawn>,
    draft: &mut Draft,
    merged: impl Fn(&mut B, &str) -> Result<Vec<calamine::Dimensions>, Refusal>,
) -> Result<(), Refusal>
where
    B::Error: std::fmt::Display,
{
    for meta in book.sheets_metadata().to_vec() {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let range = book.worksheet_range(&meta.name).map_err(refused)?;
        let (top, left) = range.start().unwrap_or((0, 0));
        let mut sheet = Sheet::default();
        for (row, column, data) in range.used_cells() {
            sheet.put(top + row as u32, left + column as u32, value::shown(data));
        }
        if sheet.is_empty() {
            name(&meta, draft);
        } else {
            let merged = merged(book, &meta.name).unwrap_or_default();
            page(&meta, sheet, &merged, draft)?;
        }
        drawn.remove(&meta.name).unwrap_or_default().write(draft);
        draft.end_page()?;
    }
    Ok(())
}

/// A sheet's name and its table.
fn page(
    meta: &calamine::Sheet,
    sheet: Sheet,
    merged: &[calamine::Dimensions],
    draft: &mut Draft,
) -> Result<(), Refusal> {
    name(meta, draft);
    draft.hides(sheet.hides().then_some(Hidden::ZeroWidth));
    let (table, links) = sheet.finish(merged)?;
    draft.rows(table, links);
    Ok(())
}

/// What a sheet is called; also one with nothing on it is part of the book.
fn name(meta: &calamine::Sheet, draft: &mut Draft) {
    let name = match meta.visible {
        SheetVisible::Visible => meta.name.clone(),
        SheetVisible::Hidden | SheetVisible::VeryHidden => format!("{} (hidden)", meta.name),
    };
    draft.heading(1, name.as_str().into());
}

fn refused(error: impl std::fmt::Display) -> Refusal {
    let what = error.to_string();
    if what.to_ascii_lowercase().contains("password") {
        Refusal::Encrypted
    } else if what.contains("limit exceeded") {
        Refusal::TooLarge("a sheet of it reaches too far; delete what stands far off, or save it as xlsx".to_owned())
    } else {
        Refusal::damaged(what)
    }
}
