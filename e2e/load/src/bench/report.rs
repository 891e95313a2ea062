use crate::stats::{Times, millis};

/// Figures, a line each.
#[derive(Default)]
pub struct Report(Vec<(String, String)>);

impl Report {
    pub fn line(&mut self, name: &str, text: &str) {
        println!("  {name}: {text}");
        self.0.push((name.trim().to_owned(), text.to_owned()));
    }

    /// Durations of all runs together.
    pub fn times(&mut self, name: &str, times: &Times) {
        let (half, p95, p99) = (times.at(0.5), times.at(0.95), times.at(0.99));
        let text = format!("median {}, p95 {}, p99 {}", millis(half), millis(p95), millis(p99));
        self.line(name, &text);
    }

    pub fn rate(&mut self, name: &str, per_second: f64) {
        self.line(name, &format!("{per_second:.0} a second"));
    }

    pub fn memory(&mut self, name: &str, bytes: u64) {
        self.line(name, &format!("{:.1} MiB", bytes as f64 / 1024.0 / 1024.0));
    }

    /// As a table for a document.
    pub fn print(&self) {
        println!("\n| what | figure |\n|---|---|");
        for (name, text) in &self.0 {
            println!("| {name} | {text} |");
        }
    }
}

/// The one in the middle; 0 of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
