import { readFileSync } from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import { choose, composer, press, ready, rows } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

// While somebody is busy somewhere, everything that he sees may change: what he has typed or chosen stays,
// in the very field that has the keyboard.

interface Mark {
  field: HTMLInputElement
  value: string
}
declare const marks: Mark[]

/** Writes into every field, chooses the last of every list; the last field has the keyboard. */
const busy = (part: Locator) =>
  part.evaluate(async (part) => {
    const all = [...part.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, textarea, select')]
    const fields = all.filter((field) => !/checkbox|radio|file|range/.test(field.type) && !field.disabled && field.checkVisibility())
    for (const field of fields) {
      const isChoice = field instanceof HTMLSelectElement
      if (isChoice) field.selectedIndex = field.options.length - 1
      else if (!/color|date|time/.test(field.type)) field.value += ' kept'
      // Whoever still writes has not left the field.
      field.dispatchEvent(new Event(isChoice ? 'change' : 'input', { bubbles: true }))
    }
    fields.at(-1)?.focus()
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    Object.assign(window, { marks: fields.map((field) => ({ field, value: field.value })) })
  })

/** What is not as it was left. */
const disturbed = (page: Page) =>
  page.evaluate(() => {
    const name = ({ field }: Mark) => field.getAttribute('aria-label') ?? field.labels?.[0]?.textContent ?? field.placeholder
    const gone = marks.filter(({ field }) => !field.isConnected).map((mark) => `${name(mark)}: made anew`)
    const other = marks.filter(({ field, value }) => field.isConnected && field.value !== value)
    const told = other.map((mark) => `${name(mark)}: “${mark.field.value}” instead of “${mark.value}”`)
    const hasKeyboard = document.activeElement === marks.at(-1)?.field
    return [...gone, ...told, ...(hasKeyboard ? [] : ['the keyboard went elsewhere'])]
  })

test('what one is busy with stays as it is, whatever comes meanwhile', async ({ open, troubles }) => {
  test.setTimeout(240_000)
  // What is typed here is nobody's name.
  troubles.allow(/^404 GET \/api\/v1\/profile\/nickname\//)
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Busy')
  const chat = space.default_chat_id
  await boris.join(space.id)
  const second = await anna.makeChat(space.id, 'second')
  await anna.say(chat, 'my own words')
  const roles = (await anna.get(`/spaces/${space.id}/roles`)).items
  const [moderator, member] = ['Moderator', 'Member'].map((name) => roles.find((role: { name: string }) => role.name === name))
  const picture = readFileSync(new URL('../../web/stickers/hello.webp', import.meta.url))
  const addEmoji = async (name: string) => {
    const form = new FormData()
    form.set('file', new Blob([picture], { type: 'image/webp' }), 'emoji.webp')
    await anna.post(`/spaces/${space.id}/emoji?name=${name}`, form)
  }
  await addEmoji('first')

  const page = await open(anna)
  let heard = ''
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => void (heard += String(payload))))
  /** Opens a page, connected: what happened before would not come as news. */
  const go = async (path: string) => {
    heard = ''
    await page.goto(path)
    await expect.poll(() => heard.includes('"connected"'), 'a connection').toBe(true)
  }
  await go(`/s/${space.id}/c/${chat}`)
  await ready(page)

  let round = 0
  /** Something of every kind, from another device and from others; until the page has taken in the last. */
  const everythingHappens = async () => {
    round += 1
    const news = `news_${round}_`
    const said = await boris.say(chat, `@${anna.nickname} ${news}`)
    await Promise.all([
      boris.post(`/messages/${said.id}/reaction`, { emoji: '👍' }),
      anna.put(`/messages/${said.id}/pin`, {}),
      boris.post(`/chats/${chat}/typing`),
      anna.patch(`/spaces/${space.id}`, { description: news }),
      anna.patch(`/chats/${chat}`, { topic: news }),
      anna.patch(`/chats/${second.id}`, { name: `second ${round}` }),
      anna.post(`/spaces/${space.id}/categories`, { name: news }),
      anna.patch(`/spaces/${space.id}/roles/${moderator.id}`, { color: `#11${String(round).padStart(2, '0')}11` }),
      anna.post(`/spaces/${space.id}/assign-role/${boris.id}/${(round % 2 ? moderator : member).id}`),
      boris.patch('/profile/me', { display_name: `Boris ${round}`, bio: news }),
      boris.post('/status/set-status', { status: round % 2 ? 'away' : 'online' }),
      anna.patch('/profile/me/settings', { shows_online: round % 2 === 0 }),
      anna.post(`/spaces/${space.id}/invites`),
      addEmoji(`${news}e`),
    ])
    await anna.makeChat(space.id, `${news}last`)
    await expect.poll(() => heard.includes(`${news}last`), 'the stream of the page').toBe(true)
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  }
  const staysIn = async (part: Locator, what: string) => {
    await part.locator('input:visible, textarea:visible, select:visible').first().waitFor()
    await busy(part)
    await everythingHappens()
    expect.soft(await disturbed(page), what).toEqual([])
  }

  const [main, dialog] = [page.getByRole('main'), page.getByRole('dialog')]
  const mine = rows(page).filter({ hasText: 'my own words' })
  const header = page.locator('.conversation__header')
  await staysIn(main, 'writing')
  await page.locator('.composer').getByRole('button', { name: 'Emoji' }).click()
  await staysIn(page.locator('.picker'), 'choosing an emoji')
  await page.keyboard.press('Escape')
  await composer(page).fill('')
  await choose(page, mine, 'Edit')
  await staysIn(main, 'editing a message')
  await page.keyboard.press('Escape')
  await press(page, mine, 'Reply in a thread')
  await staysIn(page.getByRole('complementary', { name: 'Thread' }), 'answering in a thread')
  for (const panel of ['Members', 'Search']) {
    await header.getByRole('button', { name: panel }).click()
    await staysIn(page.getByRole('complementary', { name: panel }), panel)
  }

  const staysInDialog = async (what: string, ...way: Locator[]) => {
    for (const step of way) await step.click()
    await staysIn(dialog, what)
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
  }
  await staysInDialog('a new chat', page.getByRole('button', { name: 'New chat' }))
  for (const item of ['Chat settings', 'Permissions in this chat', 'Who may do what here', 'Go to a day']) {
    await staysInDialog(item, header.getByRole('button', { name: 'More' }), page.getByRole('menuitem', { name: item }))
  }
  await page.keyboard.press('ControlOrMeta+k')
  await staysInDialog('the palette')
  await staysInDialog('arranging chats', page.getByRole('button', { name: 'Menu of the list' }), page.getByRole('menuitem', { name: 'Arrange chats' }))
  await staysInDialog('a new space', page.getByRole('button', { name: 'Create a space' }))

  for (const tab of ['overview', 'roles', 'members', 'emoji', 'invites', 'bans', 'audit', 'danger']) {
    await go(`/s/${space.id}/settings/${tab}`)
    if (tab === 'roles') await page.locator('.roles__list').getByRole('button', { name: /^Moderator/ }).first().click()
    await staysIn(main, `settings of the space: ${tab}`)
  }
  for (const tab of ['account', 'profile', 'security', 'notifications', 'developer']) {
    await go(`/settings/${tab}`)
    await staysIn(main, `settings: ${tab}`)
  }
})
