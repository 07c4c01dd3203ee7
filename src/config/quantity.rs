//! A number with a unit, as people write it: `100 MB`, `1.5 GiB`, `12_000`.
//!
//! Only the arithmetic lives here; which units exist is said by `bytes` and `pixels`, its two callers. Exact integers
//! throughout, so that no size is off by a rounding error.

/// A unit's name and how many of the smallest unit it holds.
pub(super) type Unit = (&'static str, u64);

/// Reads `text` as a number followed by one of `units`, ignoring case and the space between; `None` when it is not one,
/// or does not fit. A fraction of the smallest unit is cut off.
pub(super) fn parse(text: &str, units: &[Unit]) -> Option<u64> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = unit.trim();
    let factor = if unit.is_empty() { 1 } else { units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1 };

    let number = number.replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if number.ends_with('.') || fraction.len() > 9 {
        return None;
    }
    let whole: u128 = whole.parse().ok()?;
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let fraction: u128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let total = (whole.checked_mul(scale)?.checked_add(fraction)?).checked_mul(factor.into())? / scale;
    // TOML integers end at i64::MAX, so a larger limit could not be written back.
    i64::try_from(total).ok()?.try_into().ok()
}

/// Writes `amount` in the largest of `units` (listed largest first) that holds it without a fraction.
pub(super) fn display(amount: u64, units: &[Unit]) -> String {
    units
        .iter()
        .find(|(_, factor)| amount > 0 && amount.is_multiple_of(*factor))
        .map_or_else(|| amount.to_string(), |(name, factor)| format!("{} {name}", amount / factor))
}
