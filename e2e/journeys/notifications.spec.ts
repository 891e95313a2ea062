import { randomUUID } from 'node:crypto'
import { type Page } from '@playwright/test'
import { chatLink, composer, ready, row, rows, toast } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'

const bell = (page: Page) =>
  page.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name: /Notifications/ })
const badge = (page: Page) => bell(page).locator('.badge')

/** Anna owns a space, boris is in it. */
async function bakery() {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace(`Bakery ${anna.nickname}`)
  await boris.join(space.id)
  const here = `/s/${space.id}/c/${space.default_chat_id}`
  const chat: string = space.default_chat_id
  return { anna, boris, space, here, chat }
}

test('a mention shows in every tab, leads to the message and is read everywhere', async ({ open }) => {
  const { anna, boris, chat } = await bakery()
  const [first, second] = [await open(boris, '/d'), await open(boris, '/d')]
  for (const page of [first, second]) await expect(bell(page)).toBeVisible({ timeout: 30_000 })
  for (let n = 1; n <= 25; n++) await anna.say(chat, `before ${n}`)
  await anna.say(chat, `@${boris.nickname}, the oven is hot`)
  for (let n = 1; n <= 25; n++) await anna.say(chat, `after ${n}`)
  for (const page of [first, second]) await expect(badge(page)).toContainText('1 unread notification')

  await bell(first).click()
  const entry = first.getByRole('listitem').filter({ hasText: 'the oven is hot' })
  await expect(entry).toContainText(`${anna.nickname} mentioned you`)
  await expectAccessible(first, 'the inbox')
  await entry.getByRole('link').click()
  await ready(first)
  await expect(rows(first).filter({ hasText: 'the oven is hot' })).toBeInViewport()
  for (const page of [first, second]) await expect(badge(page)).toHaveCount(0)
})

test('a count that news overtook is asked for again', async ({ open }) => {
  const { anna, boris, chat } = await bakery()
  const page = await open(boris, '/d')
  await expect(bell(page)).toBeVisible({ timeout: 30_000 })
  const heard = (type: string) =>
    new Promise<void>((done) => {
      page.on('websocket', (socket) => {
        socket.on('framereceived', ({ payload }) => payload.toString().includes(`"type":"${type}"`) && done())
      })
    })
  const [connected, news] = [heard('connected'), heard('notification_created')]
  await page.route('**/notifications/unread-count', async (route) => {
    const answer = await route.fetch()
    await connected
    await anna.say(chat, `@${boris.nickname}, the oven is hot`)
    await news
    await route.fulfill({ response: answer })
  }, { times: 1 })
  const answered = page.waitForResponse('**/notifications/unread-count')
  await page.reload()
  await answered
  await expect(badge(page)).toContainText('1 unread notification')
})

test('a notification of a reply opens its thread', async ({ open }) => {
  const { anna, boris, chat } = await bakery()
  const root = await boris.say(chat, 'Which flour?')
  const reply = { content: 'rye, of course', nonce: randomUUID(), thread_root: root.id }
  await anna.post(`/messages/${chat}`, reply)
  await anna.say(chat, 'and now to something else')
  const page = await open(boris, '/inbox')
  await page.locator('.notice').filter({ hasText: 'rye, of course' }).getByRole('link').click({ timeout: 30_000 })
  const thread = page.getByRole('complementary', { name: 'Thread' })
  await expect(thread.locator('.row--lit')).toContainText('rye, of course')
  await expect(page.locator('.toast')).toHaveCount(0)
})

test('entries are read, removed and filtered', async ({ open }) => {
  const { anna, boris, chat } = await bakery()
  for (const text of ['one', 'two', 'three']) await anna.say(chat, `@${boris.nickname} ${text}`)
  const page = await open(boris, '/inbox')
  const entries = page.locator('.notice')
  await expect(entries).toHaveCount(3, { timeout: 30_000 })
  await entries.filter({ hasText: 'two' }).getByRole('button', { name: 'Mark as read' }).click()
  await expect(badge(page)).toContainText('2 unread')
  await page.getByRole('button', { name: 'Unread', exact: true }).click()
  await expect(entries).toHaveCount(2)
  await entries.filter({ hasText: /\bone\b/ }).getByRole('button', { name: 'Remove' }).click()
  await expect(entries).toHaveCount(1)
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  await expect(badge(page)).toHaveCount(0)
  await page.reload()
  await expect(entries).toHaveCount(2)
})

test('a page of the inbox asked for while an entry is being read is asked for again', async ({ open }) => {
  const { anna, boris, chat } = await bakery()
  for (const text of ['one', 'two']) await anna.say(chat, `@${boris.nickname} ${text}`)
  const page = await open(boris, '/inbox')
  const entries = page.locator('.notice')
  await expect(entries).toHaveCount(2, { timeout: 30_000 })
  const listed = page.waitForResponse('**/notifications?*unread=true*')
  await page.route('**/notifications/*/read', async (route) => {
    await listed
    await expect(entries).toHaveCount(2)
    await route.continue()
  })
  await entries.filter({ hasText: 'two' }).getByRole('button', { name: 'Mark as read' }).click()
  await page.getByRole('button', { name: 'Unread', exact: true }).click()
  await expect(entries).toHaveCount(1)
  await expect(entries).toContainText('one')
})

test('a muted chat is silent, and sounds again', async ({ open }) => {
  const { anna, boris, here, chat } = await bakery()
  const page = await open(boris, here)
  await ready(page)
  const loudness = async (item: string) => {
    await page.getByRole('main').getByRole('button', { name: 'More' }).first().click()
    await page.getByRole('menuitem', { name: 'Notifications' }).click()
    // It shows at once; who leaves the page before it is saved takes it back.
    const saved = page.waitForResponse((answer) => answer.request().method() === 'PATCH')
    await page.getByRole('menuitem', { name: item }).click()
    await saved
  }
  await loudness('Mute for 1 hour')
  await expect(chatLink(page, 'general').getByRole('img', { name: 'Muted' })).toBeVisible()
  await page.goto('/settings/notifications')
  await expect(page.getByText('Muted until')).toBeVisible()
  await expectAccessible(page, 'the settings of notifications')
  await anna.say(chat, `@${boris.nickname} psst`)
  await page.goto(here)
  await ready(page)
  await expect(row(page, 'psst')).toBeVisible()
  await expect(badge(page)).toHaveCount(0)
  await loudness('Unmute')
  await expect(chatLink(page, 'general').getByRole('img', { name: 'Muted' })).toHaveCount(0)
  await page.goto('/d')
  await anna.say(chat, `@${boris.nickname} now`)
  await expect(badge(page)).toContainText('1 unread')
})

/** What the system showed, and how many tones began. */
interface Rung {
  shown: { title: string; body: string; popup: Notification }[]
  tones: number
}
declare const rung: Rung

test('a mention pops up and sounds where one does not look, and not while it is quiet; a click leads to the message', async ({ open }) => {
  const { anna, boris, space, here } = await bakery()
  const oven = await anna.makeChat(space.id, 'oven')
  const page = await open(boris, '/emoji.txt', { permissions: ['notifications'] })
  await page.addInitScript(() => {
    const rung: Rung = { shown: [], tones: 0 }
    Object.assign(window, { rung })
    window.Notification = new Proxy(Notification, {
      construct(system, [title, options]: [string, NotificationOptions]) {
        const popup = new system(title, options)
        rung.shown.push({ title, body: options.body!, popup })
        return popup
      },
    })
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (when) {
      rung.tones += 1
      start.call(this, when)
    }
  })
  await page.goto('/settings/notifications')
  await page.getByRole('checkbox', { name: 'Show notifications of the system' }).check({ timeout: 30_000 })
  await page.getByRole('checkbox', { name: 'Play a soft sound' }).check()
  // Two tones each: the sound is heard where it is chosen.
  const heard = (texts: string[], tones: number) =>
    expect.poll(() => page.evaluate(() => ({ texts: rung.shown.map(({ body }) => body), tones: rung.tones }))).toEqual({ texts, tones })
  await heard([], 2)
  const mention = (chat: string, text: string) => anna.say(chat, `@${boris.nickname} ${text}`)
  await mention(oven.id, 'it is hot')
  await heard([`@${boris.nickname} it is hot`], 4)
  expect(await page.evaluate(() => rung.shown[0]!.title)).toBe(`${anna.nickname} mentioned you`)

  // What comes quietly counts at the bell, and that is all.
  await page.getByRole('button', { name: 'Quiet for an hour' }).click()
  await expect(page.getByText('Quiet until')).toBeVisible()
  await mention(oven.id, 'in a quiet hour')
  await expect(badge(page)).toContainText('2 unread')
  await page.getByRole('button', { name: 'End it now' }).click()
  await expect(page.getByText('Quiet until')).toHaveCount(0)
  await boris.post('/status/set-status', { status: 'dnd' })
  await expect(page.locator('.own-card').getByRole('img', { name: 'Do not disturb' })).toBeVisible()
  await mention(oven.id, 'while disturbed by nobody')
  await expect(badge(page)).toContainText('3 unread')
  await boris.post('/status/set-status', { status: 'online' })
  await expect(page.locator('.own-card').getByRole('img', { name: 'Online' })).toBeVisible()
  await mention(oven.id, 'it smokes')
  await heard([`@${boris.nickname} it is hot`, `@${boris.nickname} it smokes`], 6)

  // The chat that is looked at is silent; what comes from another one after it is not.
  await page.goto(here)
  await ready(page)
  await mention(space.default_chat_id, 'look at me')
  await expect(row(page, 'look at me')).toBeVisible()
  await mention(oven.id, 'it burns')
  await heard([`@${boris.nickname} it burns`], 2)
  await page.evaluate(() => rung.shown[0]!.popup.dispatchEvent(new Event('click')))
  await expect(page.locator('.row--lit')).toContainText('it burns')
  await expect(page.locator('.row--lit')).toBeInViewport()
  await expect(page.getByRole('heading', { name: 'oven', level: 1 })).toBeVisible()
})

test('of several tabs one sounds, and none while one of them shows what it is about', async ({ open }) => {
  const { anna, boris, space, here } = await bakery()
  const oven = await anna.makeChat(space.id, 'oven')
  const page = await open(boris, '/settings/notifications')
  await page.getByRole('checkbox', { name: 'Play a soft sound' }).check({ timeout: 30_000 })
  const told = { tone: 0, claim: 0 }
  await page.context().exposeFunction('tell', (what: keyof typeof told) => (told[what] += 1))
  await page.context().addInitScript(() => {
    const { tell } = window as unknown as { tell: (what: string) => void }
    const { start } = OscillatorNode.prototype
    OscillatorNode.prototype.start = function (when) {
      tell('tone')
      start.call(this, when)
    }
    // An empty page has no locks.
    if (!navigator.locks) return
    // Each tab claims each entry; what it does with it has begun when that is told.
    const locks = LockManager.prototype as unknown as { request: (...all: unknown[]) => unknown }
    const { request } = locks
    locks.request = function (name, options, claimed) {
      return request.call(this, name, options, (lock: unknown) => {
        const held = (claimed as (lock: unknown) => unknown)(lock)
        tell('claim')
        return held
      })
    }
  })
  const other = await page.context().newPage()
  await page.goto('/d')
  await other.goto(here)
  await ready(other)
  await expect(bell(page)).toBeVisible({ timeout: 30_000 })
  await anna.say(space.default_chat_id, `@${boris.nickname} you see me`)
  await expect(row(other, 'you see me')).toBeVisible()
  await expect.poll(() => told).toEqual({ claim: 2, tone: 0 })
  for (const times of [1, 2]) {
    await anna.say(oven.id, `@${boris.nickname} ${times}`)
    await expect.poll(() => told.claim).toBe(2 + 2 * times)
    expect(told.tone).toBe(2 * times)
  }
})

test('a kind comes otherwise from a chat', async ({ open }) => {
  const { anna, boris, here, chat } = await bakery()
  const page = await open(boris, here)
  await ready(page)
  await page.getByRole('main').getByRole('button', { name: 'More' }).first().click()
  await page.getByRole('menuitem', { name: 'Notifications' }).click()
  await page.getByRole('menuitem', { name: 'By kind…' }).click()
  const dialog = page.getByRole('dialog', { name: 'What comes from general' })
  const mentions = dialog.getByRole('combobox', { name: 'Mentions' })
  await expect(mentions.locator('option:checked')).toHaveText('As elsewhere: Inbox and e-mail')
  await expectAccessible(page, 'what comes from a chat')
  await mentions.selectOption('Off')
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await page.goto('/settings/notifications')
  const line = page.locator('.settings__line').filter({ hasText: 'general' })
  await expect(line).toContainText('Mentions: Off')
  await expectAccessible(page, 'the settings of notifications by kind')
  await anna.say(chat, `@${boris.nickname} psst`)
  await line.getByRole('button', { name: 'Default' }).click()
  await expect(line).toHaveCount(0)
  // The line goes at once; the note comes when it is saved.
  await expect(toast(page, 'general: Default')).toBeVisible()
  await anna.say(chat, `@${boris.nickname} now`)
  await expect(badge(page)).toContainText('1 unread')
})

test('what comes from a chat is chosen in the settings, also where nothing differs yet', async ({ open }) => {
  const { anna, boris, space, chat } = await bakery()
  const page = await open(boris, '/settings/notifications')
  const choice = page.getByRole('combobox', { name: 'Another space or chat' })
  const kinds = page.locator('.settings__pick').filter({ has: choice }).getByRole('button', { name: 'By kind…' })
  await expect(kinds).toBeDisabled({ timeout: 30_000 })
  await expect(choice.locator('optgroup')).toHaveAttribute('label', space.name)
  await expect(choice.locator('optgroup option')).toHaveText(['The whole space', 'general'])
  await choice.selectOption('general')
  // News elsewhere take nothing back.
  await anna.say(chat, `@${boris.nickname} first`)
  await expect(badge(page)).toContainText('1 unread')
  await expect(choice.locator('option:checked')).toHaveText('general')
  await kinds.click()
  const dialog = page.getByRole('dialog', { name: 'What comes from general' })
  await dialog.getByRole('combobox', { name: 'Mentions' }).selectOption('Off')
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(page.locator('.settings__line').filter({ hasText: 'general' })).toContainText('Mentions: Off')
  await expect(choice.locator('optgroup option')).toHaveText(['The whole space'])
  await expect(kinds).toBeDisabled()
  await expectAccessible(page, 'the settings of notifications')
})

test('mentions of many: who may is offered them, who may not is told', async ({ open }) => {
  const { anna, boris, here } = await bakery()
  const hers = await open(anna, here)
  const his = await open(boris, here)
  for (const page of [hers, his]) await ready(page)
  await composer(his).fill('@all listen')
  await expect(his.getByText('@all will notify nobody')).toBeVisible()
  await composer(hers).pressSequentially('@mod')
  await hers.getByRole('option', { name: /@Moderator/ }).click()
  await expect(composer(hers)).toHaveValue('@Moderator ')
  await composer(hers).fill('@all fresh bread')
  await composer(hers).press('Enter')
  await expect(row(his, 'fresh bread').locator('.mention--many')).toHaveText('@all')
})

test('roles that come after the letters are offered', async ({ open }) => {
  const { anna, here } = await bakery()
  const page = await open(anna, '/d')
  await expect(bell(page)).toBeVisible({ timeout: 30_000 })
  let release = () => {}
  const held = new Promise<void>((done) => (release = done))
  await page.route('**/spaces/*/roles', async (route) => {
    await held
    await route.continue()
  })
  await page.goto(here)
  await ready(page)
  await composer(page).pressSequentially('@mod')
  await expect(composer(page)).toHaveValue('@mod')
  release()
  await expect(page.getByRole('option', { name: /@Moderator/ })).toBeVisible()
})
