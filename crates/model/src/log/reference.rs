//! The reference that a page of a refusal tells people to pass on: `7F3K-92QD`.
//!
//! It is the beginning of the key that repeats of the event are counted by. So nothing is kept for it, the index
//! that counts repeats finds it, and what is counted onto an event has the reference of that event.

/// Thirty-two that cannot be taken for one another, in the order of ASCII.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// How many of them stand on either side of the dash.
const GROUP: usize = 4;

/// The key of a cause, of a digest of it: a letter for each byte.
///
/// ```
/// use doorward_model::log::reference;
/// let key = reference::key(&[0, 1, 2, 3, 28, 29, 30, 31, 32]);
/// assert_eq!(key, "2345WXYZ2");
/// assert_eq!(reference::of(&key).as_deref(), Some("2345-WXYZ"));
/// ```
#[must_use]
pub fn key(digest: &[u8]) -> String {
    digest.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// The reference of what is counted by `key`.
#[must_use]
pub fn of(key: &str) -> Option<String> {
    Some(format!("{}-{}", key.get(..GROUP)?, key.get(GROUP..2 * GROUP)?))
}

/// The reference that somebody typed, in large letters; none when the text is of another look.
#[must_use]
pub fn read(text: &str) -> Option<String> {
    let text = text.to_ascii_uppercase();
    let (front, back) = text.split_once('-')?;
    let is_group = |part: &str| part.len() == GROUP && part.bytes().all(|byte| LETTERS.contains(&byte));
    (is_group(front) && is_group(back)).then_some(text)
}

/// How the keys begin whose references begin with `text`; none when no reference does.
#[must_use]
pub fn beginning(text: &str) -> Option<String> {
    if text.len() <= GROUP {
        return Some(text.to_owned());
    }
    let back = text.get(GROUP..)?.strip_prefix('-')?;
    (back.len() <= GROUP).then(|| format!("{}{back}", &text[..GROUP]))
}

/// How the keys begin of the reference `text`; none when it is no whole one.
#[must_use]
pub fn whole(text: &str) -> Option<String> {
    beginning(text).filter(|key| key.len() == 2 * GROUP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_over_the_telephone_is_known_by_its_look() {
        assert_eq!(read("7f3k-92qd").as_deref(), Some("7F3K-92QD"));
        for no in
            ["7F3K92QD", "7F3K-92Q", "7F3K-92QDA", "7F3K-92Q0", "IO10-2345", "7F3K-92Q-", "é3K-92QD", ""]
        {
            assert_eq!(read(no), None, "{no}");
        }
    }

    #[test]
    fn a_beginning_of_a_reference_is_one_of_its_key() {
        let key = key(&[7; 32]);
        let reference = of(&key).unwrap();
        for end in 0..=reference.len() {
            let known = beginning(&reference[..end]).unwrap();
            assert!(key.starts_with(&known), "{known} of {key}");
            assert_eq!(whole(&reference[..end]).is_some(), end == reference.len());
        }
        for no in ["7F3K92QD", "7F3K-92QDX", "ééé-7F3K"] {
            assert_eq!(beginning(no), None, "{no}");
        }
    }
}
