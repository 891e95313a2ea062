import { composer, press, ready, row, say, settled, toast } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'
import type { Page, Route } from '@playwright/test'

const edits = '**/api/v1/messages/*'
const editing = (page: Page) => page.getByText('Editing a message')

/** Lets an edit fail by `how`; whatever else goes its way. */
const fail = (page: Page, how: (route: Route) => Promise<void>) =>
  page.route(edits, (route) => (route.request().method() === 'PATCH' ? how(route) : route.fallback()))

test('an edit that fails keeps what was written', async ({ open, troubles }) => {
  troubles.allow(/^net::ERR_\w+ PATCH \/api\/v1\/messages\//)
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Bakery')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  const message = await say(page, 'The oven is cold')
  await press(page, message, 'Edit')
  await fail(page, (route) => route.abort('connectionreset'))
  await composer(page).fill('The oven is hot')
  await composer(page).press('Enter')
  // The old text is back, and the new one in the editor.
  await expect(toast(page, 'The server')).toBeVisible()
  await expect(row(page, 'The oven is cold')).toBeVisible()
  await expect(editing(page)).toBeVisible()
  await expect(composer(page)).toHaveValue('The oven is hot')
  await page.unroute(edits)
  await composer(page).press('Enter')
  await expect(row(page, 'The oven is hot').getByRole('button', { name: 'edited' })).toBeVisible()
  await expect(editing(page)).toHaveCount(0)

  // The server has it, and only its answer was lost.
  const heard = new Promise<void>((done) => {
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) =>
      payload.toString().includes('very hot') && done()))
  })
  await page.reload()
  await ready(page)
  await press(page, row(page, 'The oven is hot'), 'Edit')
  let failed = () => {}
  const lost = new Promise<void>((done) => (failed = done))
  await fail(page, async (route) => {
    await route.fetch()
    await heard
    await route.abort('connectionreset')
    failed()
  })
  await composer(page).fill('The oven is very hot')
  await composer(page).press('Enter')
  await lost
  await page.unroute(edits)
  await say(page, 'Next')
  await expect(row(page, 'The oven is very hot')).toBeVisible()
  await expect(editing(page)).toHaveCount(0)
})

test('two edits on their way that both fail leave the text that the server has', async ({ open, troubles }) => {
  troubles.allow(/^net::ERR_\w+ PATCH \/api\/v1\/messages\//)
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Bakery')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  const message = await say(page, 'The oven is cold')
  const id = await message.getAttribute('data-id')
  const waiting: Route[] = []
  await fail(page, async (route) => void waiting.push(route))
  for (const text of ['The oven is warm', 'The oven is hot']) {
    await press(page, page.locator(`.row[data-id="${id}"]`), 'Edit')
    await composer(page).fill(text)
    await composer(page).press('Enter')
    await expect(row(page, text)).toBeVisible()
  }
  await expect.poll(() => waiting.length).toBe(2)
  for (const route of waiting) await route.abort('connectionreset')
  await expect(row(page, 'The oven is cold')).toBeVisible()
})

test('who has an old list of who may do what does not save it over a newer one', async ({ open, troubles }) => {
  troubles.allow(/^412 PATCH \/api\/v1\/chats\//)
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Private')
  await boris.join(space.id)
  const everybody = { target: { kind: 'everybody' }, allow: [], deny: ['view_chat'] }
  const his = { target: { kind: 'member', id: boris.id }, allow: ['view_chat'], deny: [] }
  const office = await anna.makeChat(space.id, 'office')
  const path = `/chats/${office.id}`
  await anna.patch(path, { overrides: [everybody, his] })
  const page = await open(anna, `/s/${space.id}/c/${office.id}`)
  await ready(page)
  const more = page.locator('.conversation__header').getByRole('button', { name: 'More' })
  const dialog = page.getByRole('dialog', { name: 'Permissions in this chat' })
  const change = async () => {
    await more.click()
    await page.getByRole('menuitem', { name: 'Permissions in this chat' }).click()
    await dialog.getByRole('group', { name: 'Send files' }).getByRole('radio', { name: 'Deny' }).check({ force: true })
  }
  await change()
  // Meanwhile, on another device, he is taken out.
  await anna.patch(path, { overrides: [everybody] })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog.getByRole('alert')).toContainText('Open it again')
  await expectAccessible(page, 'what somebody changed meanwhile')
  expect((await anna.get(path)).overrides).toEqual([everybody])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await change()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toHaveCount(0)
  const deny = ['view_chat', 'send_files']
  expect((await anna.get(path)).overrides).toEqual([{ ...everybody, deny }])
})

test('a role that was changed meanwhile is not saved over', async ({ open, troubles }) => {
  troubles.allow(/^412 PATCH \/api\/v1\/spaces\//)
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Roles')
  const role = await anna.post(`/spaces/${space.id}/roles`, { name: 'Baker', color: '#123456', priority: 20, permissions: [] })
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await page.locator('.sidebar__space').click()
  await page.getByRole('menuitem', { name: 'Roles' }).click()
  await page.locator('.roles__list').getByRole('button', { name: /^Baker/ }).first().click()
  await page.getByRole('checkbox', { name: /^Send files/ }).check()
  await anna.patch(`/spaces/${space.id}/roles/${role.id}`, { permissions: ['view_chat'] })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('Open it again')
  expect((await anna.get(`/spaces/${space.id}/roles/${role.id}`)).permissions).toEqual(['view_chat'])
})

test('signing out says what was not sent yet, and leaves none of it on the machine', async ({ open, troubles }) => {
  troubles.allow(/^net::ERR_\w+ POST \/api\/v1\/messages\//)
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Bakery')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await page.route(edits, (route) =>
    route.request().method() === 'POST' ? route.abort('connectionrefused') : route.fallback())
  await composer(page).fill('The safe is open')
  await composer(page).press('Enter')
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('.outbox.')))
  await expect.poll(kept).toHaveLength(1)
  await page.locator('.own-card__person').click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  const dialog = page.getByRole('dialog', { name: 'Sign out' })
  await expect(dialog).toContainText('1 message has not been sent yet')
  await dialog.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('textbox', { name: 'Nickname or e-mail' })).toBeVisible()
  expect(await kept()).toEqual([])
})

test('the quiet hours are those of the zone they were set in', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Bakery')
  await boris.join(space.id)
  const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16)
  const quiet = (from: number, to: number, zone: string) =>
    boris.patch('/notifications/settings', { quiet: { from: clock(from), to: clock(to), zone } })
  const page = await open(boris, '/d', { timezoneId: 'UTC' })
  await page.addInitScript(() => {
    const Sound = window.AudioContext
    const heard = window as unknown as { rings: number }
    heard.rings = 0
    window.AudioContext = class extends Sound {
      constructor() {
        super()
        heard.rings += 1
      }
    }
    localStorage.setItem('the-space.notifications', JSON.stringify({ desktop: false, sound: true }))
  })
  const rings = () => page.evaluate(() => (window as unknown as { rings: number }).rings)
  const badge = page.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name: /Notifications/ }).locator('.badge')
  const mention = async (count: number) => {
    const told = page.waitForResponse('**/api/v1/notifications/settings')
    await page.reload()
    await told
    await settled(page)
    await anna.say(space.default_chat_id, `@${boris.nickname} look`)
    await expect(badge).toContainText(`${count} unread`)
  }
  // Quiet where it is twelve hours later, and not here.
  await quiet(11, 13, 'Etc/GMT-12')
  await mention(1)
  expect(await rings()).toBe(0)
  // Quiet here, and not there.
  await quiet(-1, 1, 'Etc/GMT-12')
  await mention(2)
  await expect.poll(rings).toBe(1)
})

test('what is typed last outlives a reload, and what is too long says so', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Bakery')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await composer(page).fill('the oven')
  await page.reload()
  await ready(page)
  await expect(composer(page)).toHaveValue('the oven')
  await composer(page).fill('')
  await page.reload()
  await ready(page)
  await expect(composer(page)).toHaveValue('')
  await composer(page).fill('a'.repeat(10_001))
  await composer(page).press('Enter')
  await expect(toast(page, 'A message has at most 10,000 characters.')).toBeVisible()
})
