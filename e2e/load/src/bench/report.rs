use crate::stats::{Times, millis};
use std::time::Duration;

/// Figures, a line each.
#[derive(Default)]
pub struct Report(Vec<(String, String)>);

impl Report {
    pub fn line(&mut self, name: &str, text: &str) {
        println!("  {name}: {text}");
        self.0.push((name.to_owned(), text.to_owned()));
    }

    /// Durations; `reference` is the median they are compared with.
    pub fn times(&mut self, name: &str, times: &Times, reference: Option<Duration>) {
        let (half, p95, p99) = (times.at(0.5), times.at(0.95), times.at(0.99));
        let mut text = format!("median {}, p95 {}, p99 {}", millis(half), millis(p95), millis(p99));
        if let Some(reference) = reference {
            let ratio = half.as_secs_f64() / reference.as_secs_f64().max(1e-6);
            text.push_str(&format!(" ({ratio:.1} × reference)"));
        }
        self.line(name, &text);
    }

    pub fn rate(&mut self, name: &str, per_second: f64, reference: Option<f64>) {
        let mut text = format!("{per_second:.0} a second");
        if let Some(reference) = reference {
            text.push_str(&format!(" ({:.2} of the reference)", per_second / reference.max(1.0)));
        }
        self.line(name, &text);
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
