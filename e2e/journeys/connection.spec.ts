import type { Page } from '@playwright/test'
import { composer, ready, row, rows, say, status } from './support/screen.ts'
import { Server } from './support/server.ts'
import { expect, Person, test } from './support/test.ts'

/** A space with one person in it, his window, and how to read what the server has. */
async function alone(open: (person: Person, path: string) => Promise<Page>, name: string) {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace(name)
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  const stored = async (): Promise<string[]> => {
    const history = await anna.get(`/messages/${space.default_chat_id}?limit=100`)
    return history.items.map((message: { content: string }) => message.content)
  }
  return { anna, page, stored, chat: space.default_chat_id as string }
}

test('a reload in the middle of sending loses and doubles nothing', async ({ open }) => {
  const { page, stored } = await alone(open, 'Reload')
  // The server gets the message, the page never learns of it.
  let reached = 0
  await page.route('**/api/v1/messages/*', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    await route.fetch()
    reached += 1
  })
  await composer(page).fill('in the middle')
  await composer(page).press('Enter')
  await expect.poll(() => reached).toBeGreaterThan(0)
  await page.unroute('**/api/v1/messages/*')
  await page.reload()
  await ready(page)
  await expect(rows(page).filter({ hasText: 'in the middle' })).toHaveCount(1)
  await expect(page.locator('.row--waiting')).toHaveCount(0)
  expect(await stored()).toEqual(['in the middle'])
})

test('what is written offline waits, survives a reload and is sent once', async ({ open, troubles }) => {
  troubles.allow(/ERR_INTERNET_DISCONNECTED/)
  const { page, stored } = await alone(open, 'Offline')
  await say(page, 'before')
  await page.context().setOffline(true)
  for (const text of ['first', 'second', 'third']) {
    await composer(page).fill(text)
    await composer(page).press('Enter')
  }
  await expect(page.getByText('Waiting to be sent')).toHaveCount(3)
  await expect(status(page)).toHaveText('No connection: 3 messages wait')
  await expect(page.getByText('No connection. What you write is kept')).toBeVisible()
  // So do others see it.
  const own = (name: string) => page.locator('.own-card').getByRole('img', { name })
  await expect(own('Offline')).toBeVisible()

  await page.context().setOffline(false)
  await expect(rows(page)).toHaveCount(4)
  await expect(page.getByText('Waiting to be sent')).toHaveCount(0)
  await expect(page.getByText('No connection. What you write is kept')).toHaveCount(0)
  await expect(own('Online')).toBeVisible()
  expect(await stored()).toEqual(['before', 'first', 'second', 'third'])
  await expect(rows(page).locator('.text')).toHaveText(['before', 'first', 'second', 'third'])
})

test('what is refused says why, and is tried again or given up', async ({ open, troubles }) => {
  troubles.allow(/^403 POST/)
  const { page, stored } = await alone(open, 'Refused')
  const sends = /\/api\/v1\/messages\/[^/]*$/
  await page.route(sends, (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    const problem = { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'You may not write here now.', code: 'forbidden', request_id: 'x' }
    return route.fulfill({ status: 403, contentType: 'application/problem+json', json: problem })
  })
  for (const text of ['to be tried', 'to be given up']) {
    await composer(page).fill(text)
    await composer(page).press('Enter')
    await expect(row(page, text).getByRole('alert')).toContainText('Not sent. You do not have the permission for this.')
  }
  expect(await stored()).toEqual([])
  // Neither is lost with the page.
  await page.reload()
  await expect(row(page, 'to be given up').getByRole('alert')).toBeVisible()
  await row(page, 'to be given up').getByRole('button', { name: 'Give up' }).click()
  await expect(row(page, 'to be given up')).toHaveCount(0)
  await expect(composer(page)).toHaveValue('to be given up')
  await page.unroute(sends)
  await row(page, 'to be tried').getByRole('button', { name: 'Try again' }).click()
  await expect(row(page, 'to be tried').getByRole('alert')).toHaveCount(0)
  await expect.poll(stored).toEqual(['to be tried'])
  await expect(rows(page)).toHaveCount(1)
})

test('what a server has no room for for long goes by itself when there is room', async ({ open, troubles }) => {
  troubles.allow(/^503 POST/)
  test.slow()
  const { page, stored } = await alone(open, 'Full')
  let refusals = 0
  const sends = /\/api\/v1\/messages\/[^/]*$/
  await page.route(sends, (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    refusals += 1
    const problem = { type: 'about:blank', title: 'Unavailable', status: 503, detail: 'Full', code: 'unavailable', request_id: 'x', retry_after: 0 }
    return route.fulfill({ status: 503, contentType: 'application/problem+json', json: problem })
  })
  await composer(page).fill('for later')
  await composer(page).press('Enter')
  // So often at once; the connection stands all the while.
  await expect.poll(() => refusals).toBe(6)
  await expect(row(page, 'for later').getByText('Waiting to be sent')).toBeVisible()
  await page.unroute(sends)
  await expect.poll(stored, { timeout: 40_000 }).toEqual(['for later'])
  await expect(page.getByText('Waiting to be sent')).toHaveCount(0)
})

test('what waits is kept over a reload', async ({ open, troubles }) => {
  troubles.allow(/ERR_CONNECTION_REFUSED|ERR_FAILED/)
  const { page, stored } = await alone(open, 'Kept')
  await page.route('**/api/v1/messages/*', (route) =>
    route.request().method() === 'POST' ? route.abort('connectionrefused') : route.fallback(),
  )
  await composer(page).fill('kept in the drawer')
  await composer(page).press('Enter')
  await expect(page.getByText('Waiting to be sent')).toHaveCount(1)
  await page.reload()
  await expect(row(page, 'kept in the drawer').getByText('Waiting to be sent')).toBeVisible()
  expect(await stored()).toEqual([])
  await page.unroute('**/api/v1/messages/*')
  await page.reload()
  await expect(rows(page).filter({ hasText: 'kept in the drawer' })).toHaveCount(1)
  expect(await stored()).toEqual(['kept in the drawer'])
})

test('hole 17: a restart of the server is told, and nothing is lost or doubled', async ({ browser, troubles }) => {
  troubles.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/, /WebSocket connection/)
  const first = await Server.start()
  const before = process.env.SPACE_URL
  process.env.SPACE_URL = first.url
  const context = await browser.newContext({ baseURL: first.url })
  try {
    troubles.watch(context)
    const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
    const space = await anna.makeSpace('Restart')
    await boris.join(space.id)
    await context.request.post('/api/v1/auth/login', {
      data: { login: anna.nickname, password: anna.password, web: true },
      headers: { origin: first.url },
    })
    const page = await context.newPage()
    await page.goto(`/s/${space.id}/c/${space.default_chat_id}`)
    await ready(page)
    await say(page, 'before the restart')
    await first.stop()
    await expect(page.getByText('No connection. What you write is kept')).toBeVisible()
    await composer(page).fill('during the restart')
    await composer(page).press('Enter')
    const second = await Server.start({ SPACE_LISTEN: new URL(first.url).host }, first.dataDir)
    try {
      await boris.say(space.default_chat_id, 'somebody else was faster')
      await expect(page.getByText('No connection. What you write is kept')).toHaveCount(0, { timeout: 30_000 })
      await expect(row(page, 'during the restart')).toBeVisible()
      await say(page, 'after the restart')
      const shown = await rows(page).locator('.text').allTextContents()
      const history = await anna.get(`/messages/${space.default_chat_id}?limit=100`)
      expect(shown).toEqual(history.items.map((message: { content: string }) => message.content))
      expect(new Set(shown).size).toBe(4)
      expect(shown.length).toBe(4)
    } finally {
      await second.stop()
    }
  } finally {
    process.env.SPACE_URL = before
    await context.close()
    await first.stop()
    await first.forget()
  }
})
