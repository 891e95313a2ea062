import { defineConfig } from '@playwright/test'

// One server and one database for the run; every journey makes its own people and spaces. With E2E_NODES
// several nodes behind a proxy.
// A run empties its folders first: what one kind leaves behind, the other keeps.
const kind = process.env.E2E_NODES ? '-nodes' : ''

export default defineConfig({
  testDir: 'journeys',
  testIgnore: process.env.E2E_NODES ? [] : 'nodes.spec.ts',
  outputDir: `results${kind}`,
  globalSetup: './journeys/support/server.ts',
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list'], ['html', { outputFolder: `report${kind}`, open: 'never' }]],
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Kyiv',
    screenshot: 'only-on-failure',
    // Recording every frame of every journey costs a third of the time: `TRACE=1 make e2e` does.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync',
      ],
    },
  },
})
