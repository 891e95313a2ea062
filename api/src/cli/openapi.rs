/// Prints the REST contract, as `openapi/openapi.json` keeps it.
pub(super) fn print() -> anyhow::Result<()> {
    println!("{}", crate::router::contract().to_pretty_json()?);
    Ok(())
}
