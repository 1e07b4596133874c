//! References: what a person reads to the operator so that the operator finds the event.
//!
//! Owns their spelling only: eight letters and digits that cannot be taken for one another.

use doorward_engine::app::App;

const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A fresh reference, `7F3K-92QD`.
pub(crate) fn fresh(app: &App) -> String {
    spell(app.entropy().bytes())
}

fn spell(random: [u8; 8]) -> String {
    let letters = random.map(|byte| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
    let (front, back) = letters.split_at(4);
    let mut text: String = front.iter().collect();
    text.push('-');
    text.extend(back);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_two_groups_of_four_letters_that_cannot_be_confused() {
        assert_eq!(spell([0, 1, 2, 3, 28, 29, 30, 31]), "2345-WXYZ");
        assert_eq!(spell([32, 255, 0, 0, 0, 0, 0, 0]), "2Z22-2222");
        assert!(b"0O1I".iter().all(|confusing| !ALPHABET.contains(confusing)));
    }
}
