//! The values of cells as they are shown.

use calamine::{Data, ExcelDateTime};

/// A value as its cell shows it.
pub(super) fn shown(data: &Data) -> String {
    match data {
        Data::Empty => String::new(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_shown(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(moment) => moment_shown(moment),
        Data::Error(error) => error.to_string(),
    }
}

/// A number with the fifteen digits that spreadsheets keep, as short as it goes.
fn number_shown(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    match rounded.abs() {
        size if (1e-5..1e21).contains(&size) => rounded.to_string(),
        _ => format!("{rounded:E}"),
    }
}

fn moment_shown(moment: &ExcelDateTime) -> String {
    let value = moment.as_f64();
    if moment.is_duration() {
        let seconds = (value * 86_400.0).round() as i64;
        let sign = if seconds < 0 { "-" } else { "" };
        let seconds = seconds.abs();
        return format!("{sign}{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (value < 1.0, (hour, minute, second) == (0, 0, 0)) {
        (true, _) => time,
        (false, true) => date,
        (false, false) => format!("{date} {time}"),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn numbers_and_moments_are_shown_as_in_their_cells() {
        let rows = [
            (Data::Float(3.0), "3"),
            (Data::Float(0.1 + 0.2), "0.3"),
            (Data::Float(-1234.5), "-1234.5"),
            (Data::Float(1e300), "1E300"),
            (Data::Float(1.5e-9), "1.5E-9"),
            (Data::Int(-7), "-7"),
            (Data::Bool(true), "TRUE"),
            (Data::Empty, ""),
        ];
        for (data, expected) in rows {
            assert_eq!(shown(&data), expected, "{data:?}");
        }
        let moments = [
            (46_023.0, ExcelDateTimeType::DateTime, "2026-01-01"),
            (46_023.75, ExcelDateTimeType::DateTime, "2026-01-01 18:00:00"),
            (0.5, ExcelDateTimeType::DateTime, "12:00:00"),
            (1.5, ExcelDateTimeType::TimeDelta, "36:00:00"),
        ];
        for (value, kind, expected) in moments {
            assert_eq!(shown(&Data::DateTime(ExcelDateTime::new(value, kind, false))), expected);
        }
    }
}
