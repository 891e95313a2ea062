use anyhow::Context as _;
use std::path::Path;

/// Writes both contracts, as the repository keeps them.
pub(super) fn write(dir: &Path) -> anyhow::Result<()> {
    let rest = crate::router::contract().to_pretty_json()?;
    let socket = serde_json::to_string_pretty(&crate::asyncapi::document())?;
    std::fs::create_dir_all(dir).with_context(|| format!("creating {}", dir.display()))?;
    for (name, text) in [("openapi.json", rest), ("asyncapi.json", socket)] {
        let path = dir.join(name);
        std::fs::write(&path, text + "\n")
            .with_context(|| format!("writing {}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}
