use super::Source;

/// Protection against too much of anything.
#[derive(Clone, Debug)]
pub struct LimitsConfig {
    /// `SPACE_LIMIT_FACTOR`: multiplies every rate limit, 0-1000; 0 switches them off, which
    /// production refuses. Default 1.
    pub factor: f64,
    /// `SPACE_SOCKETS_PER_USER`: open sockets an account may have, 1-1000. Default 10.
    pub sockets_per_user: usize,
    /// `SPACE_SOCKETS_PER_ADDRESS`: sockets of one client address that have not said hello yet,
    /// 1-100000. Default 100.
    pub sockets_per_address: usize,
}

impl LimitsConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        Self {
            factor: source.number("SPACE_LIMIT_FACTOR", 1.0, 0.0..=1000.0),
            sockets_per_user: source.number("SPACE_SOCKETS_PER_USER", 10, 1..=1000),
            sockets_per_address: source.number("SPACE_SOCKETS_PER_ADDRESS", 100, 1..=100_000),
        }
    }

    pub(super) fn check_production(&self, source: &mut Source) {
        if self.factor == 0.0 {
            source.problem("SPACE_LIMIT_FACTOR must not be 0 in production.");
        }
    }
}
