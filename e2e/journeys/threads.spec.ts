import { randomUUID } from 'node:crypto'
import type { Page } from '@playwright/test'
import { choose, composer, press, ready, row, rows, say, scroller } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'

const panel = (page: Page) => page.getByRole('complementary', { name: 'Thread' })
const replyField = (page: Page) => panel(page).getByRole('textbox', { name: 'Reply in the thread' })

async function reply(person: Person, chat: string, root: string, content: string): Promise<void> {
  await person.post(`/messages/${chat}`, { content, nonce: randomUUID(), thread_root: root })
}

async function open(page: Page, root: string): Promise<void> {
  await press(page, row(page, root), 'Reply in a thread')
  await expect(panel(page).locator('.messages__loading')).toHaveCount(0)
}

test('a thread is a conversation of its own, live, with its own draft and unread mark', async ({ open: enter }) => {
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('Threads')
  await boris.join(space.id)
  const chat = space.default_chat_id
  const root = await anna.say(chat, 'Which flour?')
  await anna.say(chat, 'something else')
  const path = `/s/${space.id}/c/${chat}`
  const [a, b] = [await enter(anna, path), await enter(boris, path)]
  await ready(a)
  await ready(b)
  await open(a, 'Which flour?')
  await expect(replyField(a)).toBeFocused()
  await replyField(a).fill('rye')
  await replyField(a).press('Enter')
  await expect(panel(a).locator('.row[data-id]').filter({ hasText: 'rye' })).toHaveCount(1)
  // Only the first message tells of it, in every window.
  await expect(scroller(b).getByRole('button', { name: /1 reply/ })).toBeVisible()
  await expect(scroller(a).locator('.row').filter({ hasText: 'rye' })).toHaveCount(0)

  // Boris reads, is heard at once, and his draft outlives the panel.
  await scroller(b).getByRole('button', { name: /1 reply/ }).click()
  await expect(panel(b).locator('.row').filter({ hasText: 'rye' })).toBeVisible()
  await replyField(b).fill('spelt')
  await replyField(b).press('Enter')
  await expect(panel(a).locator('.row[data-id]').filter({ hasText: 'spelt' })).toBeVisible()
  await replyField(b).fill('not finished')
  await panel(b).getByRole('button', { name: 'Close the panel' }).click()
  await expect(panel(b)).toHaveCount(0)
  await scroller(b).getByRole('button', { name: /2 replies/ }).click()
  await expect(replyField(b)).toHaveValue('not finished')
  await panel(b).getByRole('button', { name: 'Close the panel' }).click()

  // A reply that nobody sees waits among the threads; the chat itself has nothing unread.
  await reply(anna, chat, root.id, 'and water')
  const sidebar = b.getByRole('complementary', { name: 'Chats and spaces' })
  await expect(sidebar.getByRole('link', { name: /Threads.*1 unread/ })).toBeVisible()
  await sidebar.getByRole('link', { name: /^Threads/ }).click()
  await expectAccessible(b, 'threads')
  await b.getByRole('link', { name: /Which flour/ }).click()
  await expect(panel(b).locator('.row').filter({ hasText: 'and water' })).toBeVisible()
  await expect(sidebar.getByRole('link', { name: /Threads.*unread/ })).toHaveCount(0)
  await expectAccessible(b, 'a thread beside its chat')
  await panel(b).getByRole('button', { name: 'Stop following' }).click()
  await expect(panel(b).getByRole('button', { name: 'Follow the thread' })).toBeVisible()

  // All threads of the chat stand beside it, followed or not, and lead into themselves.
  await b.locator('.conversation__header').getByRole('button', { name: 'Threads' }).click()
  const list = b.getByRole('complementary', { name: 'Threads', exact: true })
  await expect(list.getByRole('link', { name: /Which flour\? *3 replies/ })).toBeVisible()
  await expectAccessible(b, 'the threads of a chat')
  await reply(anna, chat, root.id, 'and salt')
  await list.getByRole('link', { name: /4 replies/ }).click()
  await expect(panel(b).locator('.row').filter({ hasText: 'and salt' })).toBeVisible()

  // The first message goes; the replies stay.
  await anna.delete(`/messages/${root.id}`)
  await expect(scroller(b).locator('.row').filter({ hasText: 'Which flour?' })).toHaveCount(0)
  await expect(panel(b).locator('.row').filter({ hasText: 'rye' })).toBeVisible()
})

test('who writes in a thread follows it, also when the answer comes before the event', async ({ open: enter }) => {
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('Orders')
  await boris.join(space.id)
  const chat = space.default_chat_id
  const root = await anna.say(chat, 'Which flour?')
  const page = await enter(boris, `/s/${space.id}/c/${chat}`)
  await page.routeWebSocket(/\/api\/v1\/ws/, (window) => {
    window.connectToServer().onMessage((frame) => void setTimeout(() => window.send(frame), 300))
  })
  await page.reload()
  await ready(page)
  await open(page, 'Which flour?')
  await replyField(page).fill('spelt')
  await replyField(page).press('Enter')
  await expect(panel(page).getByRole('button', { name: 'Stop following' })).toBeVisible()
  await panel(page).getByRole('button', { name: 'Close the panel' }).click()

  // What comes while the panel is closed is unread, until it is seen.
  await reply(anna, chat, root.id, 'and water')
  const threads = page.getByRole('complementary', { name: 'Chats and spaces' }).getByRole('link', { name: /^Threads/ })
  await expect(threads).toHaveAccessibleName(/1 unread/)
  await scroller(page).getByRole('button', { name: /2 replies/ }).click()
  await expect(threads).not.toHaveAccessibleName(/unread/)
})

test('links lead to a message, to a reply, or say that it is gone', async ({ open: enter, context }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Links')
  const chat = space.default_chat_id
  const root = await anna.say(chat, 'the first')
  await reply(anna, chat, root.id, 'a reply')
  const gone = await anna.say(chat, 'soon gone')
  await anna.say(chat, 'the last')
  await anna.delete(`/messages/${gone.id}`)
  const path = `/s/${space.id}/c/${chat}`
  const page = await enter(anna, `${path}?m=${root.seq}`)
  await ready(page)
  await expect(page.locator('.row--lit')).toContainText('the first')
  await page.goto(`${path}?t=${root.id}&m=${root.seq + 1}`)
  await expect(panel(page).locator('.row--lit')).toContainText('a reply')
  // Who follows a link reads first.
  await expect(replyField(page)).not.toBeFocused()
  await page.goto(`${path}?m=${gone.seq}`)
  await expect(page.locator('.toast')).toContainText('not here any more')
  await context.close()
})

test('a link keeps its place through signing in; nobody is sent to another site', async ({ visit }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Doors')
  const chat = space.default_chat_id
  const root = await anna.say(chat, 'the first')
  await reply(anna, chat, root.id, 'a reply')
  const path = `/s/${space.id}/c/${chat}?t=${root.id}&m=${root.seq + 1}`
  const signIn = async (page: Page) => {
    await page.getByRole('textbox', { name: 'Nickname or e-mail' }).fill(anna.nickname, { timeout: 30_000 })
    await page.getByRole('textbox', { name: 'Password' }).fill(anna.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  const page = await visit(path)
  await expect(page).toHaveURL(/\/login\?next=/)
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await signIn(page)
  await expect(panel(page).locator('.row--lit')).toContainText('a reply')
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(path)
  for (const foreign of ['//evil.example/', '/\\evil.example/', 'https://evil.example/']) {
    const other = await visit(`/login?next=${encodeURIComponent(foreign)}`)
    await signIn(other)
    await expect(composer(other)).toBeVisible()
    await other.context().close()
  }
})

test('messages are pinned, found among the pins, and marked as unread', async ({ open: enter }) => {
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('Pins')
  await boris.join(space.id)
  const chat = space.default_chat_id
  for (let i = 0; i < 40; i += 1) await anna.say(chat, `message ${i} of many`)
  const page = await enter(boris, `/s/${space.id}/c/${chat}`)
  await ready(page)
  await anna.post(`/messages/${chat}`, { content: 'the rules', nonce: randomUUID() })
  await expect(row(page, 'the rules')).toBeVisible()
  const rules = (await anna.get(`/messages/${chat}?limit=1`)).items[0]
  await fetchPin(anna, rules.id)
  await expect(row(page, 'the rules').getByRole('button', { name: 'Pinned' })).toBeVisible()
  await page.getByRole('button', { name: 'Pinned messages' }).click()
  const pins = page.getByRole('complementary', { name: 'Pinned messages' })
  await expect(pins.getByRole('button', { name: /the rules/ })).toBeVisible()
  await expectAccessible(page, 'pins')
  // Boris may not unpin, and is not offered to.
  await expect(pins.getByRole('button', { name: 'Unpin' })).toHaveCount(0)
  // What is pinned meanwhile joins them.
  const last = (await anna.get(`/messages/${chat}?limit=2`)).items[0]
  await fetchPin(anna, last.id)
  await expect(pins.getByRole('button', { name: /message 39 of many/ })).toBeVisible()

  await choose(page, row(page, 'message 37 of many'), 'Mark as unread from here')
  await expect(page.locator('.line--new')).toBeVisible()
  const link = page.getByRole('complementary', { name: 'Chats and spaces' }).locator('.chat-row[aria-current]')
  await expect(link).toContainText('4')
  await composer(page).press('Escape')
  await expect(link).not.toContainText('4')
  await expect(rows(page).first()).toBeVisible()
  await say(page, 'and on it goes')
})

async function fetchPin(person: Person, message: string): Promise<void> {
  const { url } = await import('./support/people.ts')
  const answer = await fetch(`${url()}/api/v1/messages/${message}/pin`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${person.token}` },
  })
  expect(answer.status).toBe(204)
}

test('a line of the list of threads follows its thread, and the keyboard stays on it', async ({ open: enter }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Lines')
  await boris.join(space.id)
  const chat = space.default_chat_id
  const [first, second] = [await anna.say(chat, 'Which flour?'), await anna.say(chat, 'Which water?')]
  for (const root of [first, second]) await reply(boris, chat, root.id, 'Any')
  const page = await enter(anna, '/threads')
  const lines = page.locator('.threads__one')
  await expect(lines).toHaveText([/Which water\?.*1 reply/, /Which flour\?.*1 reply/])
  const line = page.getByRole('link', { name: /Which water/ })
  await line.focus()
  await reply(boris, chat, second.id, 'Or salt water')
  await expect(line).toContainText('2 replies')
  await expect(line).toContainText('2 unread')
  await expect(line).toBeFocused()
  // The liveliest is the first one.
  await reply(boris, chat, first.id, 'No, rye')
  await expect(lines).toHaveText([/Which flour\?.*2 replies/, /Which water\?.*2 replies/])
  await reply(anna, chat, second.id, 'Hot')
  await line.click()
  await expect(panel(page).locator('.row__author')).toHaveText([anna.nickname, boris.nickname, anna.nickname])
  // Whoever began it stands with the name at the first reply, too.
  const hers = await anna.say(chat, 'Which salt?')
  await reply(anna, chat, hers.id, 'Of the sea')
  await page.goto(`/s/${space.id}/c/${chat}?t=${hers.id}`)
  await expect(panel(page).locator('.row__author')).toHaveText([anna.nickname, anna.nickname])
})
