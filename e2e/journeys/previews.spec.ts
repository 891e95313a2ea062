import { createServer, type Server as Site } from 'node:http'
import type { AddressInfo } from 'node:net'
import { devices } from '@playwright/test'
import { png } from './support/pictures.ts'
import { ready, row, rows, scroller } from './support/screen.ts'
import { Server } from './support/server.ts'
import { expect, expectAccessible, expectReadable, Person, test } from './support/test.ts'

const phone = { ...devices['Pixel 7'], viewport: { width: 390, height: 844 }, defaultBrowserType: undefined }

/** A foreign site. What is on its list of secrets waits until it is told. */
const asked: string[] = []
let tell: () => void
const told = new Promise<void>((done) => (tell = done))
const site: Site = createServer(async (request, answer) => {
  asked.push(request.url!)
  if (request.url === '/late') await told
  const { pathname: path } = new URL(request.url!, 'http://site')
  if (path.endsWith('.png')) {
    const picture = path === '/logo.png' ? png(128, 128, 90) : png(1200, 630, 150)
    answer.writeHead(200, { 'content-type': 'image/png' }).end(picture)
    return
  }
  const picture = path === '/logo' ? '/logo.png' : '/oven.png'
  answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html>
    <title>${path === '/late' ? 'Late bread' : 'Rye bread, baked by night and sold from six in the morning on'}</title>
    <meta property="og:site_name" content="The Bakery">
    <meta name="description" content="${'Rye, water, salt and two days of time. '.repeat(8)}">
    <meta property="og:image" content="${picture}">`)
})
let server: Server
let before: string | undefined
let origin: string

test.beforeAll(async () => {
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  server = await Server.start({ SPACE_PREVIEWS: 'on', SPACE_PREVIEWS_ALLOW: '127.0.0.0/8' })
  before = process.env.SPACE_URL
  process.env.SPACE_URL = server.url
})

test.afterAll(async () => {
  process.env.SPACE_URL = before
  await server.stop()
  await server.forget()
  site.close()
})

test('a link shows its page, which its author takes away and a reader hides', async ({ open }, info) => {
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('Links')
  await boris.join(space.id)
  const chat = space.default_chat_id
  const page = await open(anna, `/s/${space.id}/c/${chat}`)
  const his = await open(boris, `/s/${space.id}/c/${chat}`)
  for (const one of [page, his]) await ready(one)
  const foreign: string[] = []
  his.on('request', (request) => request.url().startsWith(origin) && foreign.push(request.url()))

  await anna.say(chat, `Look at this: ${origin}/rye`)
  const card = row(his, 'Look at this').locator('.preview')
  await expect(card).toBeVisible({ timeout: 20_000 })
  await expect(card.locator('.preview__site')).toHaveText('127.0.0.1 · The Bakery')
  const link = card.getByRole('link', { name: 'Rye bread' })
  await expect(link).toHaveAttribute('href', `${origin}/rye`)
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow')
  const picture = card.locator('img')
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(800)
  await anna.say(chat, `${origin}/logo and <${origin}/hidden>`)
  await expect(row(his, '/logo').locator('.preview img')).toBeVisible({ timeout: 20_000 })
  expect(asked).not.toContain('/hidden')
  expect(foreign, 'the reader asks no foreign site').toEqual([])

  for (const scheme of ['light', 'dark'] as const) {
    await his.emulateMedia({ colorScheme: scheme })
    await expectReadable(his, `previews, ${scheme}`)
    await his.screenshot({ path: info.outputPath(`previews-1440-${scheme}.png`) })
    const small = await open(boris, `/s/${space.id}/c/${chat}`, { ...phone, colorScheme: scheme })
    await expect(row(small, '/logo').locator('.preview img')).toBeVisible({ timeout: 30_000 })
    await small.screenshot({ path: info.outputPath(`previews-390-${scheme}.png`) })
    const wide = await small.evaluate(() => document.documentElement.scrollWidth)
    expect(wide, 'nothing is wider than the phone').toBeLessThanOrEqual(390)
  }
  await expectAccessible(his, 'previews')

  // He may not take it away, she may, by the keyboard.
  const button = { name: 'Remove link previews' }
  await expect(row(his, 'Look at this').getByRole('button', button)).toHaveCount(0)
  const mine = row(page, 'Look at this')
  await mine.getByRole('link', { name: 'Rye bread' }).focus()
  await page.keyboard.press('Tab')
  await expect(mine.getByRole('button', button)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(mine.locator('.preview')).toHaveCount(0)
  await expect(card).toHaveCount(0)

  // What he does not want to see he does not see on any device.
  await boris.patch('/profile/me/settings', { looks: { previews: 'hidden' } })
  await expect(row(his, '/logo').locator('.preview')).toBeHidden()
  await his.goto('/settings/appearance')
  await his.getByRole('group', { name: 'Link previews' }).getByText('Show', { exact: true }).click()
  await his.goto(`/s/${space.id}/c/${chat}`)
  await expect(row(his, '/logo').locator('.preview')).toBeVisible({ timeout: 30_000 })
})

test('a page that comes late moves nothing that is read', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Late')
  const chat = space.default_chat_id
  await anna.say(chat, 'The beginning')
  for (let n = 0; n < 12; n += 1) await anna.say(chat, `Before ${n}\n${'line\n'.repeat(3)}`)
  await anna.say(chat, `${origin}/late`)
  for (let n = 0; n < 12; n += 1) await anna.say(chat, `After ${n}\n${'line\n'.repeat(3)}`)
  const page = await open(anna, `/s/${space.id}/c/${chat}`)
  await ready(page)
  await expect(row(page, 'After 11')).toBeVisible()
  // The link is just above what is seen, so that its row is in the page.
  const list = scroller(page)
  const target = row(page, 'After 1\n').first()
  await list.hover()
  await expect(async () => {
    await page.mouse.wheel(0, -200)
    await expect(target).toBeInViewport({ timeout: 200 })
  }).toPass()
  const top = () => target.evaluate((element) => element.getBoundingClientRect().top)
  await expect.poll(async () => Math.abs((await top()) - (await top()))).toBe(0)
  const at = await top()
  tell()
  const link = rows(page).filter({ hasText: '/late' })
  await expect(link.locator('.preview')).toHaveCount(1, { timeout: 20_000 })
  await expect.poll(() => link.locator('img').evaluate((img: HTMLImageElement) => img.complete)).toBe(true)
  expect(Math.abs((await top()) - at)).toBeLessThan(2)
  // At the end the end stays in sight.
  await page.getByRole('button', { name: 'To the newest' }).click()
  await expect(row(page, 'After 11')).toBeInViewport()
  await anna.say(chat, `${origin}/logo`)
  const last = rows(page).filter({ hasText: '/logo' })
  await expect(last.locator('.preview')).toBeInViewport({ ratio: 0.99, timeout: 20_000 })
})
