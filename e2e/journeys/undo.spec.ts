import { readFileSync } from 'node:fs'
import { chatLink, choose, ready, say, toast } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'
import type { Page } from '@playwright/test'

const undo = (page: Page, text: string) => toast(page, text).getByRole('button', { name: 'Undo' })

test('what was pinned, or unpinned, is taken back from the note about it', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Undo')
  const chat = space.default_chat_id
  const page = await open(anna, `/s/${space.id}/c/${chat}`)
  await ready(page)
  const pinned = async () => (await anna.get(`/chats/${chat}/pins`)).items.length
  const message = await say(page, 'Rules of the kitchen')
  await choose(page, message, 'Pin')
  await expect(page.getByRole('menu')).toHaveCount(0)
  await expect(undo(page, 'Pinned.')).toBeVisible()
  await undo(page, 'Pinned.').click()
  await expect(toast(page, 'Pinned.')).toHaveCount(0)
  await expect.poll(pinned).toBe(0)

  await choose(page, message, 'Pin')
  await page.locator('.conversation__header').getByRole('button', { name: 'Pinned messages' }).click()
  const panel = page.locator('.pins')
  await expect(panel).toContainText('Rules of the kitchen')
  await panel.getByRole('button', { name: 'Unpin' }).click()
  await expect(panel).not.toContainText('Rules of the kitchen')
  await undo(page, 'Unpinned.').click()
  await expect(panel).toContainText('Rules of the kitchen')
  await expect.poll(pinned).toBe(1)
  await panel.getByRole('button', { name: 'Unpin' }).click()
  await expect(undo(page, 'Unpinned.')).toBeVisible()
  await expectAccessible(page, 'a note with a way back')
})

test('a chat that was muted, and what was marked as read, come back', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Undo')
  await boris.join(space.id)
  const other = await anna.makeChat(space.id, 'recipes')
  const page = await open(boris, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  const muted = chatLink(page, 'general').getByRole('img', { name: 'Muted' })
  await page.getByRole('main').getByRole('button', { name: 'More' }).first().click()
  await page.getByRole('menuitem', { name: 'Notifications' }).click()
  await page.getByRole('menuitem', { name: 'Mute for 1 hour' }).click()
  await expect(page.getByRole('menu')).toHaveCount(0)
  await expect(muted).toBeVisible()
  await undo(page, 'general: Muted until').click()
  await expect(muted).toHaveCount(0)
  const mutes = async () => (await boris.get('/notifications/settings')).levels.filter((level: { muted: boolean }) => level.muted)
  await expect.poll(mutes).toEqual([])

  for (const text of ['rye', `wheat, @${boris.nickname}`]) await anna.say(other.id, text)
  const badge = chatLink(page, 'recipes').locator('.badge')
  const inbox = page.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name: /Notifications/ }).locator('.badge')
  await expect(badge).toContainText('1 mention')
  await expect(inbox).toContainText('1 unread notification')
  await page.getByRole('button', { name: 'Menu of the list' }).click()
  await page.getByRole('menuitem', { name: 'Mark all as read' }).click()
  await expect(badge).toHaveCount(0)
  await expect(inbox).toHaveCount(0)
  await undo(page, 'Everything is marked as read.').click()
  await expect(badge).toContainText('1 mention')
  await expect(inbox).toContainText('1 unread notification')
  expect((await boris.get(`/chats/${other.id}`)).read.unread).toBe(2)
})

test('taking back that everything is read brings every chat back, also the one on the screen', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Undo')
  await boris.join(space.id)
  const names = Array.from({ length: 24 }, (_, at) => `chat ${String.fromCharCode(97 + at)}`)
  const chats = new Map<string, string>()
  for (const name of names) chats.set(name, (await anna.makeChat(space.id, name)).id)
  await anna.say(space.default_chat_id, 'read long ago')
  const page = await open(boris, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await expect.poll(async () => (await boris.get(`/chats/${space.default_chat_id}`)).read.unread).toBe(0)
  await expect(chatLink(page, 'chat x')).toBeVisible()

  // Some are read in part, the one on the screen is unread by choice.
  for (const [at, id] of [...chats.values()].entries()) {
    await anna.say(id, 'first')
    await anna.say(id, 'second')
    if (at % 3 === 0) await boris.post(`/chats/${id}/read`, { seq: 1 })
  }
  const shown = await say(page, 'mine')
  await anna.say(space.default_chat_id, 'on the screen')
  await expect(shown).toBeVisible()
  const last = page.locator('.row[data-id]').filter({ hasText: 'on the screen' })
  await choose(page, last, 'Mark as unread from here')
  const badges = page.locator('.sidebar .badge')
  await expect(badges).toHaveCount(25)
  const positions = async () => {
    const { items } = await boris.get('/chats')
    return items.map(({ name, read }: { name: string; read: unknown }) => ({ name, read })).sort((a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name))
  }
  const before = await positions()

  await page.getByRole('button', { name: 'Menu of the list' }).click()
  await page.getByRole('menuitem', { name: 'Mark all as read' }).click()
  await expect(badges).toHaveCount(0)
  await undo(page, 'Everything is marked as read.').click()
  await expect(badges).toHaveCount(25)
  await expect.poll(positions).toEqual(before)

  // What came back is read as always: when it is opened.
  await chatLink(page, 'chat a').click()
  await ready(page)
  await expect(chatLink(page, 'chat a').locator('.badge')).toHaveCount(0)
  await expect(badges).toHaveCount(24)
})

test('a picture, an emoji, stickers and the copy of one\'s data are cancelled on their way', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Undo')
  const page = await open(anna, '/settings/account')
  const picture = {
    name: 'party.webp',
    mimeType: 'image/webp',
    buffer: readFileSync(new URL('../../web/stickers/party.webp', import.meta.url)),
  }
  const cancel = page.getByRole('button', { name: 'Cancel', exact: true })
  /** Nothing that begins like this is answered until the promise it gives is called. */
  const hold = async (path: RegExp) => {
    await page.route(path, () => {})
    return () => page.unroute(path)
  }

  const avatar = page.getByRole('group', { name: 'Avatar' })
  const letAvatar = await hold(/upload-avatar$/)
  await avatar.locator('input[type=file]').setInputFiles(picture)
  await avatar.getByRole('button', { name: 'Cancel' }).click()
  await expect(avatar.locator('progress')).toHaveCount(0)
  await expect(avatar.getByRole('alert')).toHaveCount(0)
  await letAvatar()
  await avatar.locator('input[type=file]').setInputFiles(picture)
  await expect(toast(page, 'Saved')).toBeVisible()
  await expect(avatar.getByRole('button', { name: 'Cancel' })).toHaveCount(0)

  await page.goto('/settings/data')
  const letExport = await hold(/\/profile\/me\/export$/)
  await page.getByRole('button', { name: 'Download the copy' }).click()
  await cancel.click()
  await expect(cancel).toHaveCount(0)
  await letExport()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the copy' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('the-space.zip')
  await expect(page.locator('.toast--failed')).toHaveCount(0)

  await page.goto(`/s/${space.id}/settings/emoji`)
  await hold(/\/emoji\?name=/)
  await page.locator('label', { hasText: 'Choose pictures' }).locator('input[type=file]').setInputFiles(picture)
  const waiting = page.getByRole('listitem').filter({ has: page.getByRole('textbox') })
  await waiting.getByRole('button', { name: 'Add', exact: true }).click()
  await cancel.click()
  await expect(waiting).toHaveCount(0)
  expect((await anna.get(`/spaces/${space.id}/emoji`)).items).toEqual([])

  const pack = await anna.post('/stickers/packs', { name: 'Buns' })
  await page.goto('/settings/stickers')
  await page.getByRole('button', { name: 'Buns', exact: true }).click()
  await hold(/\/stickers\?name=/)
  await page.locator('label', { hasText: 'Add pictures' }).locator('input[type=file]').setInputFiles([picture, picture])
  await cancel.click()
  await expect(page.locator('label', { hasText: 'Add pictures' }).locator('input')).toBeEnabled()
  expect((await anna.get(`/stickers/packs/${pack.id}`)).stickers).toEqual([])
})
