import { expect, test } from './support/test.ts'
import { Server } from './support/server.ts'

test('hole 35: the client arrives hashed, compressed and locked down', async ({ request, page }) => {
  const home = await request.get('/spaces/anything', { headers: { accept: 'text/html' } })
  expect(home.status()).toBe(200)
  const headers = home.headers()
  expect(headers['cache-control']).toBe('no-cache')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['referrer-policy']).toBe('same-origin')
  const policy = headers['content-security-policy']
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe-inline')

  const wasm = page.waitForResponse((response) => response.url().endsWith('.wasm'))
  await page.goto('/')
  const client = await wasm
  expect(client.headers()['content-type']).toBe('application/wasm')
  expect(client.headers()['cache-control']).toContain('immutable')
  expect(client.headers()['content-encoding']).toMatch(/br|gzip/)
  await expect(page.locator('#boot')).toHaveCount(0)
})

test('the documents open without another site', async ({ page }) => {
  await page.goto('/api/docs/')
  await expect(page.getByRole('heading', { name: /The Space/ })).toBeVisible()
  const others = new Set<string>()
  page.on('request', (request) => others.add(new URL(request.url()).origin))
  await page.reload()
  await expect(page.getByRole('heading', { name: /The Space/ })).toBeVisible()
  expect([...others]).toEqual([new URL(page.url()).origin])
})

test('a server starts, answers health checks, drains and leaves nothing', async ({ request }) => {
  const server = await Server.start()
  expect((await request.get(`${server.url}/health/live`)).status()).toBe(200)
  const ready = await request.get(`${server.url}/health/ready`)
  expect(await ready.json()).toMatchObject({ status: 'ready', checks: { database: 'ok' } })
  expect((await request.get(`${server.url}/metrics`)).status()).toBe(401)
  const began = Date.now()
  expect(await server.stop()).toBe(0)
  expect(Date.now() - began).toBeLessThan(10_000)
  await server.forget()
})
