use crate::stats::{Times, millis};
use anyhow::ensure;

/// Figures, a line each.
#[derive(Default)]
pub struct Report {
    lines: Vec<(String, String)>,
    void: Vec<String>,
}

impl Report {
    pub fn line(&mut self, name: &str, text: &str) {
        println!("  {name}: {text}");
        self.lines.push((name.trim().to_owned(), text.to_owned()));
    }

    /// A measurement without a run that counts.
    pub fn void(&mut self, name: &str) {
        self.line(name, "VOID: the generator was at its limit in every run");
        self.void.push(name.trim().to_owned());
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

    /// Of the medians of a request and of what it is compared with.
    pub fn ratio(&mut self, ours: &Times, other: &Times) {
        let ratio = ours.at(0.5).as_secs_f64() / other.at(0.5).as_secs_f64().max(1e-6);
        self.line("  ratio of the medians", &format!("{ratio:.1}"));
    }

    pub fn memory(&mut self, name: &str, bytes: u64) {
        self.line(name, &format!("{:.1} MiB", bytes as f64 / 1024.0 / 1024.0));
    }

    /// As a table for a document.
    pub fn print(&self) {
        println!("\n| what | figure |\n|---|---|");
        for (name, text) in &self.lines {
            println!("| {name} | {text} |");
        }
    }

    /// # Errors
    /// Something was measured and no run of it counts.
    pub fn demand(&self) -> anyhow::Result<()> {
        ensure!(self.void.is_empty(), "void: {}", self.void.join("; "));
        Ok(())
    }
}

/// The one in the middle; 0 of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
