//! How long, as people type it: a number with a unit.

use doorward_model::time::Lifetime;

/// Reads `90s`, `15m`, `24h` or `7d`; none when it is spelled otherwise or too long for anything.
pub(super) fn parse(text: &str) -> Option<Lifetime> {
    let (unit, seconds) = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)]
        .into_iter()
        .find(|(unit, _)| text.ends_with(*unit))?;
    let number = text.strip_suffix(unit)?;
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let total = number.parse::<u32>().ok().filter(|_| digits)?.checked_mul(seconds)?;
    Some(Lifetime::from_seconds(total))
}
