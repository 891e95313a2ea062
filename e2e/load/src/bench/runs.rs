use super::cores::Busy;
use super::report::{Report, median};
use crate::stats::Times;

/// Runs of one measurement. One with the generator at its limit is shown and does not count.
pub struct Runs {
    name: String,
    values: Vec<f64>,
    /// Of all runs that count, together.
    pub times: Times,
}

impl Runs {
    /// Of what the report calls so.
    pub fn new(name: impl Into<String>) -> anyhow::Result<Self> {
        Ok(Self { name: name.into(), values: Vec::new(), times: Times::new()? })
    }

    /// Runs it once more against this process: what it returns counts, and the times that it adds.
    pub async fn add(
        &mut self,
        server: u32,
        report: &mut Report,
        one: impl AsyncFnOnce(&mut Times) -> anyhow::Result<f64>,
    ) -> anyhow::Result<()> {
        let mut times = Times::new()?;
        let busy = Busy::start(server)?;
        let value = one(&mut times).await?;
        let shares = busy.stop()?;
        report.line(&format!("  cores, {}", self.name), &shares.text());
        if !shares.is_void() {
            self.values.push(value);
            self.times.merge(&times)?;
        }
        Ok(())
    }

    /// The value in the middle; without a run that counts the report says so.
    pub fn median(&mut self, report: &mut Report) -> Option<f64> {
        if self.values.is_empty() {
            report.void(&self.name);
            return None;
        }
        Some(median(&mut self.values))
    }

    /// What is measured.
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_run_that_counts_there_is_no_figure() {
        let mut report = Report::default();
        let mut runs = Runs::new("sends").expect("bounds");
        runs.values.push(3.0);
        assert_eq!(runs.median(&mut report), Some(3.0));
        report.demand().expect("a figure");
        runs.values.clear();
        assert_eq!(runs.median(&mut report), None);
        assert!(report.demand().is_err());
    }
}
