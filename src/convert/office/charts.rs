//! Charts of letters and slides: the numbers that they were drawn from become a table, a column for each series.
//!
//! DrawingML charts (ECMA-376, part 1, chapter 21.2) keep a copy of their data; the workbook behind it is not looked at.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::grid::Grid;
use super::limits::Refusal;
use super::text::Text;
use super::xml::Xml;

/// A chart's title and data.
#[derive(Debug, Default)]
pub(super) struct Chart {
    title: Text,
    series: Vec<Series>,
}

#[derive(Debug, Default)]
struct Series {
    name: Text,
    categories: BTreeMap<usize, String>,
    values: BTreeMap<usize, String>,
}

/// What the points that come belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Title,
    /// The name of an axis.
    Axis,
    Name,
    Categories,
    Values,
}

impl Chart {
    /// Reads the part of a chart.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let (mut xml, mut chart) = (Xml::new(text), Self::default());
        let (mut within, mut point) = (Within::Nothing, 0);
        while let Some(element) = xml.next_element()? {
            match element.name() {
                "title" => within = if chart.series.is_empty() { Within::Title } else { Within::Axis },
                "ser" => {
                    chart.series.push(Series::default());
                    within = Within::Nothing;
                }
                "tx" if !matches!(within, Within::Title | Within::Axis) => within = Within::Name,
                "cat" | "xVal" => within = Within::Categories,
                "val" | "yVal" => within = Within::Values,
                "plotArea" | "dLbls" | "bubbleSize" | "errBars" | "trendline" => within = Within::Nothing,
                "pt" => point = element.number("idx").unwrap_or(0),
                "t" if within == Within::Title => chart.title.push(&xml.characters()?),
                "v" => {
                    let value = rounded(xml.characters()?);
                    let Some(series) = chart.series.last_mut() else { continue };
                    match within {
                        Within::Name => series.name.push(&value),
                        // Of categories of several levels the first is the innermost.
                        Within::Categories => drop(series.categories.entry(point).or_insert(value)),
                        Within::Values => drop(series.values.entry(point).or_insert(value)),
                        Within::Nothing | Within::Title | Within::Axis => {}
                    }
                }
                _ => {}
            }
        }
        Ok(chart)
    }

    /// Writes its title and its table.
    pub(super) fn write(self, draft: &mut Draft) -> Result<(), Refusal> {
        draft.paragraph(self.title);
        let mut points: BTreeMap<usize, &str> = BTreeMap::new();
        for series in &self.series {
            for (point, category) in &series.categories {
                points.entry(*point).or_insert(category);
            }
            for point in series.values.keys() {
                points.entry(*point).or_insert("");
            }
        }
        let mut grid = Grid::default();
        grid.row();
        grid.header();
        grid.place(0, Text::default(), 1, 1)?;
        for (column, series) in (1..).zip(&self.series) {
            grid.place(column, series.name.clone(), 1, 1)?;
        }
        for (point, category) in points {
            grid.row();
            grid.place(0, category.into(), 1, 1)?;
            for (column, series) in (1..).zip(&self.series) {
                grid.place(column, series.values.get(&point).map_or("", String::as_str).into(), 1, 1)?;
            }
        }
        draft.table(grid)
    }
}

/// A number with the fifteen digits that are sure: copies are kept with what computing adds to them.
fn rounded(value: String) -> String {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match value.parse::<f64>() {
        Ok(number) if digits > 15 && value.contains('.') => {
            format!("{number:.14e}").parse::<f64>().map_or(value, |number| number.to_string())
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Item;
    use super::super::limits::OfficeLimits;
    use super::*;

    #[test]
    fn a_chart_is_the_table_it_was_drawn_from() {
        let points = |values: &[&str]| -> String {
            (0..).zip(values).map(|(index, value)| format!("<c:pt idx=\"{index}\"><c:v>{value}</c:v></c:pt>")).collect()
        };
        let series = |name: &str, values: &[&str]| {
            format!(
                "<c:ser><c:idx val=\"0\"/><c:tx><c:strRef><c:f>S!B1</c:f><c:strCache>{}</c:strCache></c:strRef></c:tx>\
                 <c:dLbls><c:tx><a:t>no</a:t></c:tx></c:dLbls><c:cat><c:strRef>{}</c:strRef></c:cat><c:val><c:numRef>{}</c:numRef></c:val></c:ser>",
                points(&[name]),
                points(&["East", "West"]),
                points(values)
            )
        };
        let text = format!(
            "<c:chartSpace><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Tonnage</a:t></a:r></a:p></c:rich></c:tx></c:title>\
             <c:plotArea><c:barChart>{}{}</c:barChart><c:valAx><c:title><c:tx><a:t>axis</a:t></c:tx></c:title></c:valAx></c:plotArea></c:chart></c:chartSpace>",
            series("2025", &["1.5", "2"]),
            series("2026", &["3.4000000000000004"])
        );
        let mut draft = Draft::new(OfficeLimits::default());
        Chart::read(&text).unwrap().write(&mut draft).unwrap();
        let document = draft.finish().unwrap();
        let lines: Vec<String> = document.pages[0]
            .items
            .iter()
            .flat_map(|item| match item {
                Item::Block(block) => block.lines.iter().map(|line| line.text.clone()).collect(),
                Item::Picture(_) => Vec::new(),
            })
            .collect();
        assert_eq!(lines, ["Tonnage", "\t2025\t2026", "East\t1.5\t3.4", "West\t2"]);
    }

    #[test]
    fn a_chart_without_data_is_nothing() {
        let mut draft = Draft::new(OfficeLimits::default());
        Chart::read("<c:chartSpace><c:v>1</c:v></c:chartSpace>").unwrap().write(&mut draft).unwrap();
        assert!(draft.finish().unwrap().pages[0].items.is_empty());
    }
}
