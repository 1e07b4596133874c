//! The coloured doors that stand for clients: one client has one colour, on the login page and in the
//! dashboard. Source: UX §6.

/// How many colours the style sheets know: `door-1` and `plate-1` are the same, and so on.
pub const COLOURS: u32 = 5;

/// Which of them stands for the client of that ID, from 1 to [`COLOURS`]: the same every day.
#[must_use]
pub fn colour(client_id: &str) -> u32 {
    let sum = client_id.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    sum % COLOURS + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_is_some_clients() {
        let seen: std::collections::BTreeSet<u32> =
            (0..100).map(|number| colour(&format!("client-{number}"))).collect();
        assert_eq!(seen, (1..=COLOURS).collect());
        assert!((1..=COLOURS).contains(&colour("")));
    }
}
