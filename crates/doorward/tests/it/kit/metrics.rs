//! The metrics as a scraper reads them: strictly, so that what one would refuse fails the test.
//!
//! Source: the Prometheus text exposition format 0.0.4.

use std::collections::BTreeMap;

/// The labels of a sample, with their values.
pub type Labels = BTreeMap<String, String>;

/// A page of metrics that is well formed.
#[derive(Debug, Default)]
pub struct Metrics {
    /// The kind of each metric, by its name.
    pub kinds: BTreeMap<String, String>,
    samples: BTreeMap<(String, Labels), f64>,
}

impl Metrics {
    pub fn parse(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line is not ended");
        let mut page = Self::default();
        let mut helped = None;
        let mut current = (String::new(), String::new());
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').unwrap_or_else(|| panic!("no help: {line}"));
                assert!(!help.is_empty() && helped.is_none(), "{line}");
                helped = Some(name.to_owned());
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                assert_eq!(helped.take().as_deref(), Some(name), "{line}");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert!(page.kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "twice: {line}");
                current = (name.to_owned(), kind.to_owned());
            } else {
                page.sample(line, &current);
            }
        }
        page.check_histograms();
        page
    }

    fn sample(&mut self, line: &str, (metric, kind): &(String, String)) {
        let (head, number) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
        let (name, labels) = match head.split_once('{') {
            Some((name, rest)) => (name, labels(rest.strip_suffix('}').unwrap_or_else(|| panic!("{line}")))),
            None => (head, Labels::new()),
        };
        let rest = name.strip_prefix(metric.as_str()).unwrap_or_else(|| panic!("of another metric: {line}"));
        let fits =
            if kind == "histogram" { ["_bucket", "_sum", "_count"].contains(&rest) } else { rest.is_empty() };
        assert!(fits, "{line}");
        let number: f64 = number.parse().unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(number.is_finite() && number >= 0.0, "{line}");
        assert!(self.samples.insert((name.to_owned(), labels), number).is_none(), "twice: {line}");
    }

    fn check_histograms(&self) {
        for ((name, labels), count) in &self.samples {
            let Some(metric) = name.strip_suffix("_count") else { continue };
            let bound = |value: &str| if value == "+Inf" { f64::INFINITY } else { value.parse().unwrap() };
            let mut buckets: Vec<(f64, f64)> = self
                .samples
                .iter()
                .filter(|((name, _), _)| name.strip_suffix("_bucket") == Some(metric))
                .filter(|((_, theirs), _)| theirs.iter().filter(|(name, _)| *name != "le").eq(labels.iter()))
                .map(|((_, theirs), below)| (bound(&theirs["le"]), *below))
                .collect();
            buckets.sort_by(f64_order);
            assert!(buckets.is_sorted_by(|one, next| one.1 <= next.1), "{name}: {buckets:?}");
            assert_eq!(buckets.last(), Some(&(f64::INFINITY, *count)), "{name}");
            assert!(self.samples.contains_key(&(format!("{metric}_sum"), labels.clone())), "{name}");
        }
    }

    /// A number; 0 where there is none.
    pub fn get(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let number = self.samples.get(&(name.to_owned(), labels)).copied().unwrap_or(0.0);
        assert!(number.fract() == 0.0, "{name} is {number}");
        number as u64
    }

    /// Every label with its value.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.samples.keys().flat_map(|(_, labels)| labels);
        all.map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn f64_order(one: &(f64, f64), other: &(f64, f64)) -> std::cmp::Ordering {
    one.0.total_cmp(&other.0)
}

/// Labels between their braces: no value of ours needs an escape.
fn labels(text: &str) -> Labels {
    let mut labels = Labels::new();
    for pair in text.split("\",") {
        let (name, value) = pair.split_once("=\"").unwrap_or_else(|| panic!("no label: {text}"));
        assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{text}");
        let value = value.trim_end_matches('"');
        assert!(!value.contains(['"', '\\']), "{text}");
        assert!(labels.insert(name.to_owned(), value.to_owned()).is_none(), "twice: {text}");
    }
    labels
}
