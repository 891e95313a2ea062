import journeys from './playwright.config.ts'

// Everything at once, for as long as `STORM_SECONDS` says: see storm/.
export default {
  ...journeys,
  testDir: 'storm',
  globalSetup: undefined,
  timeout: 60 * 60_000,
  reporter: [['list']],
}
