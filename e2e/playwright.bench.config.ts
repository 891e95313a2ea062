import journeys from './playwright.config.ts'

// The browser's figures: alone on the machine, one after the other, against the release server.
export default {
  ...journeys,
  testDir: 'bench',
  globalSetup: undefined,
  fullyParallel: false,
  workers: 1,
  timeout: 20 * 60_000,
  reporter: [['list']],
  use: { ...journeys.use, trace: 'off' as const, screenshot: 'off' as const },
}
