//! Workbooks of Excel's own format, entry by entry, so that one far-off entry costs nothing.

use calamine::{DataRef, Reader, SheetType, Xlsx};

use super::super::Input;
use super::super::draft::Draft;
use super::super::limits::{OfficeLimits, Refusal};
use super::super::package::Package;
use super::remarks::Beside;
use super::sheet::Sheet;
use super::{name, page, refused, remarks, value};

/// Reads the sheets of a workbook, and what was remarked of their cells, which the library leaves out.
pub(super) fn read(mut input: Input, limits: OfficeLimits, draft: &mut Draft) -> Result<(), Refusal> {
    let mut remarks = remarks::read(&mut Package::open(&mut input, limits.unpacked_bytes)?)?;
    input.rewind().map_err(Refusal::damaged)?;
    let mut book = Xlsx::new(input).map_err(refused)?;
    for meta in book.sheets_metadata().to_vec() {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let mut sheet = Sheet::default();
        let mut cells = book.worksheet_cells_reader(&meta.name).map_err(refused)?;
        while let Some(cell) = cells.next_cell_with_formula().map_err(refused)? {
            let (row, column) = cell.pos;
            let text = match (cell.value, cell.formula) {
                (DataRef::SharedString(text), _) => text.to_owned(),
                // Programs that write workbooks without computing them leave no result.
                (DataRef::Empty, Some(formula)) if !formula.is_empty() => format!("={formula}"),
                (other, _) => value::shown(&other.into()),
            };
            sheet.put(row, column, text);
        }
        drop(cells);
        if sheet.is_empty() {
            name(&meta, draft);
        } else {
            for link in book.hyperlinks_by_sheet_name(&meta.name).unwrap_or_default() {
                if let Some(target) = link.target {
                    sheet.link(link.range.start, target);
                }
            }
            let merged = book.merge_cells_by_sheet_name(&meta.name).unwrap_or_default();
            page(&meta, sheet, &merged, draft)?;
        }
        let Beside { remarks: said, drawn } = remarks.remove(&meta.name).unwrap_or_default();
        said.iter().for_each(|remark| draft.item(0, "•", remark.as_str().into()));
        drawn.write(draft);
        draft.end_page()?;
    }
    Ok(())
}
