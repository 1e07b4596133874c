//! The text form: for each metric its help, its kind, then its samples.

use std::fmt::{Display, Write as _};

use doorward_model::measure::Spread;

use super::list::{Kind, Metric};

/// What one unit of a histogram is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A thing.
    One,
    /// A microsecond, shown in seconds.
    Microsecond,
}

/// A page that is being written.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// Begins a metric; its samples follow.
    pub fn metric(&mut self, metric: &Metric) -> Samples<'_> {
        let Metric { name, kind, help, .. } = metric;
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {}", kind.as_str()));
        Samples { page: self, name: metric.name, labels: metric.labels, kind: *kind }
    }

    pub fn finish(self) -> String {
        self.0
    }

    fn line(&mut self, line: impl Display) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "{line}");
    }
}

/// The samples of one metric.
pub(super) struct Samples<'p> {
    page: &'p mut Page,
    name: &'static str,
    labels: &'static [&'static str],
    kind: Kind,
}

impl Samples<'_> {
    /// A sample; `values` are those of the labels, in their order.
    pub fn put(&mut self, values: &[&str], number: impl Display) -> &mut Self {
        debug_assert!(self.kind != Kind::Histogram && values.len() == self.labels.len(), "{}", self.name);
        let labels = self.labelled(values, None);
        let name = self.name;
        self.page.line(format_args!("{name}{labels} {number}"));
        self
    }

    /// A histogram; `values` as above.
    pub fn spread(&mut self, values: &[&str], spread: &Spread, unit: Unit) -> &mut Self {
        debug_assert!(self.kind == Kind::Histogram && values.len() == self.labels.len(), "{}", self.name);
        let name = self.name;
        for (bound, below) in &spread.up_to {
            let labels = self.labelled(values, Some(&in_unit(*bound, unit)));
            self.page.line(format_args!("{name}_bucket{labels} {below}"));
        }
        let all = self.labelled(values, Some("+Inf"));
        let plain = self.labelled(values, None);
        let (sum, count) = (in_unit(spread.sum, unit), spread.count);
        self.page.line(format_args!(
            "{name}_bucket{all} {count}\n{name}_sum{plain} {sum}\n{name}_count{plain} {count}"
        ));
        self
    }

    fn labelled(&self, values: &[&str], bound: Option<&str>) -> String {
        let named = self.labels.iter().copied().zip(values.iter().copied());
        let pairs: Vec<String> = named
            .chain(bound.map(|bound| ("le", bound)))
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
    }
}

/// Values are words of ours; what the form demands is done all the same.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Microseconds as seconds, exactly.
fn in_unit(value: u64, unit: Unit) -> String {
    match unit {
        Unit::One => value.to_string(),
        Unit::Microsecond => {
            let text = format!("{}.{:06}", value / 1_000_000, value % 1_000_000);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIMPLE: Metric = Metric { name: "a_total", kind: Kind::Counter, labels: &["x", "y"], help: "A." };
    const SPREAD: Metric = Metric { name: "b_seconds", kind: Kind::Histogram, labels: &[], help: "B." };

    #[test]
    fn a_page_reads_as_the_format_says() {
        let mut page = Page::default();
        page.metric(&SIMPLE).put(&["/a/{id}", "q\"\\\n"], 7);
        let spread = Spread { up_to: vec![(250, 1), (2_500_000, 3)], count: 4, sum: 10_000_010 };
        page.metric(&SPREAD).spread(&[], &spread, Unit::Microsecond);
        let expected = "# HELP a_total A.\n# TYPE a_total counter\n\
            a_total{x=\"/a/{id}\",y=\"q\\\"\\\\\\n\"} 7\n\
            # HELP b_seconds B.\n# TYPE b_seconds histogram\n\
            b_seconds_bucket{le=\"0.00025\"} 1\nb_seconds_bucket{le=\"2.5\"} 3\n\
            b_seconds_bucket{le=\"+Inf\"} 4\nb_seconds_sum 10.00001\nb_seconds_count 4\n";
        assert_eq!(page.finish(), expected);
    }

    #[test]
    fn whole_seconds_lose_no_zero_of_their_own() {
        assert_eq!(in_unit(10_000_000, Unit::Microsecond), "10");
        assert_eq!(in_unit(0, Unit::Microsecond), "0");
        assert_eq!(in_unit(100, Unit::One), "100");
    }
}
