//! Which shapes of events have their row, as far as this process knows: what many events have in common is
//! written once a day, and not with each of them.

use std::collections::HashMap;

use parking_lot::RwLock;

/// How many shapes are known at once, over all tenants. Events of one shape more have none, and are found
/// more slowly.
const MOST: usize = 20_000;

/// A shape of events, on a day on which it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Its number, other in each tenant.
    pub number: i64,
    /// The first millisecond of the day, in UTC.
    pub day: i64,
}

/// What is known of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Its row is there, and says so for that day.
    Already,
    /// Its row is to be written with the event.
    New,
    /// There are too many to keep one more.
    TooMany,
}

/// The shapes that are on disk, with the last day that their rows say.
#[derive(Default)]
pub(crate) struct Shapes(RwLock<HashMap<i64, i64>>);

impl Shapes {
    pub(crate) fn look_up(&self, shape: Shape) -> Known {
        let shapes = self.0.read();
        match shapes.get(&shape.number) {
            Some(day) if *day >= shape.day => Known::Already,
            None if shapes.len() >= MOST && shapes.values().all(|day| *day >= shape.day) => Known::TooMany,
            _ => Known::New,
        }
    }

    /// Notes what was committed.
    pub(crate) fn note(&self, committed: &[Shape]) {
        if committed.is_empty() {
            return;
        }
        let mut shapes = self.0.write();
        for shape in committed {
            if shapes.len() >= MOST {
                shapes.retain(|_, day| *day >= shape.day);
            }
            let day = shapes.entry(shape.number).or_insert(shape.day);
            *day = shape.day.max(*day);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_written_once_a_day() {
        let shapes = Shapes::default();
        let on = |number, day| Shape { number, day };
        assert_eq!(shapes.look_up(on(1, 10)), Known::New);
        shapes.note(&[on(1, 10)]);
        assert_eq!(shapes.look_up(on(1, 10)), Known::Already);
        assert_eq!(shapes.look_up(on(1, 9)), Known::Already);
        assert_eq!(shapes.look_up(on(1, 11)), Known::New);
        assert_eq!(shapes.look_up(on(2, 10)), Known::New);
    }

    #[test]
    fn their_number_is_bounded_and_yesterdays_make_room() {
        let shapes = Shapes::default();
        let many = |day| (0..MOST as i64).map(|number| Shape { number, day }).collect::<Vec<_>>();
        shapes.note(&many(10));
        let one_more = Shape { number: -1, day: 10 };
        assert_eq!(shapes.look_up(one_more), Known::TooMany);
        let tomorrow = Shape { number: -1, day: 11 };
        assert_eq!(shapes.look_up(tomorrow), Known::New);
        shapes.note(&[tomorrow]);
        assert_eq!(shapes.look_up(Shape { number: 7, day: 11 }), Known::New);
        assert_eq!(shapes.0.read().len(), 1);
    }
}
