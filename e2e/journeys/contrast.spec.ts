import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { composer, press, ready, row, rows } from './support/screen.ts'
import { expect, expectAccessible, expectReadable, Person, test } from './support/test.ts'

const screens = join(import.meta.dirname, '../results/screens')

const schemes = ['maroon', 'blue', 'green', 'purple', 'orange', 'teal']

const style = (of: Locator, name: string, pseudo?: string) =>
  of.evaluate(
    (element, [name, pseudo]) => getComputedStyle(element, pseudo).getPropertyValue(name!),
    [name, pseudo] as const,
  )

test('forced colours leave nothing that only a ground or a shadow said', async ({ open }) => {
  test.slow()
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Contrast')
  await boris.join(space.id)
  const chat = space.default_chat_id
  const plans = await anna.makeChat(space.id, 'plans')
  await anna.say(chat, 'The end: ||everybody lives||')
  const asked = await anna.say(chat, `A word for @${boris.nickname}`)
  await boris.post(`/messages/${asked.id}/reaction`, { emoji: '👍' })
  const path = `/s/${space.id}/c/${chat}`
  const page = await open(boris, path, { forcedColors: 'active', colorScheme: 'dark' })
  await ready(page)
  await anna.say(plans.id, `@${boris.nickname} soon`)
  expect(await page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true)

  // The chat one is in, and one's own reaction, stand out from the others.
  const sidebar = page.getByRole('complementary', { name: 'Chats and spaces' })
  const [here, there] = [sidebar.locator('.chat-row[aria-current]'), sidebar.getByRole('link', { name: 'plans' })]
  await expect(there.locator('.badge')).toBeVisible()
  expect(await style(here, 'background-color')).not.toBe(await style(there, 'background-color'))
  expect(await style(row(page, 'A word').locator('.chip'), 'background-color')).toBe(await style(here, 'background-color'))
  expect(await style(there.locator('.badge'), 'outline-style')).toBe('solid')

  // What is hidden stays hidden: the letters are not painted over their ground.
  const spoiler = page.locator('.spoiler')
  expect(await style(spoiler, 'color')).toMatch(/, 0\)$/)
  await spoiler.click()
  expect(await style(spoiler, 'color')).not.toMatch(/, 0\)$/)

  // States keep their colours, people their pictures.
  const dot = page.getByRole('complementary', { name: 'Members' }).locator('.status-dot').first()
  expect(await style(dot, 'forced-color-adjust')).toBe('none')
  expect(await style(page.locator('.row .avatar').first(), 'outline-style')).toBe('solid')

  // Everything that can be pressed has an edge.
  await page.screenshot({ path: join(screens, 'contrast-chat.png'), animations: 'disabled' })
  await press(page, rows(page).last(), 'More')
  const first = page.getByRole('menuitem').first()
  await expect(first).toBeFocused()
  expect(await style(first, 'outline-style')).toBe('solid')
  expect(await style(page.getByRole('toolbar', { name: 'Message actions' }).getByRole('button').first(), 'border-top-style')).toBe('solid')
  await page.screenshot({ path: join(screens, 'contrast-menu.png'), animations: 'disabled' })
  await page.keyboard.press('Escape')
  await expectAccessible(page, 'a chat in forced colours')

  await page.goto('/settings/appearance')
  const chosen = page.locator('.choice:has(:checked)').first()
  await expect(chosen).toBeVisible({ timeout: 30_000 })
  expect(await style(chosen, 'background-color')).not.toBe(await style(page.locator('.choice:not(:has(:checked))').first(), 'background-color'))
  await expectAccessible(page, 'settings in forced colours')
  await page.screenshot({ path: join(screens, 'contrast-settings.png'), animations: 'disabled' })
})

// Pages without a conversation are looked at in all colours by pages.spec.
test('every text stands out in every colour, light and dark', async ({ open }) => {
  test.slow()
  const [anna, boris, clara] = await Promise.all(['anna', 'boris', 'clara'].map(Person.register))
  const space = await anna.makeSpace('Colours')
  for (const person of [boris, clara]) await person.join(space.id)
  const chat = space.default_chat_id
  const plans = await anna.makeChat(space.id, 'plans')
  await clara.put(`/profile/me/marks/${boris.id}`, { mark: 'muted' })
  const asked = await anna.say(chat, 'Who brings the flour? `rye` or [wheat](https://example.org)')
  for (const person of [boris, clara]) await person.post(`/messages/${asked.id}/reaction`, { emoji: '👍' })
  await anna.post(`/messages/${asked.id}/reaction`, { emoji: '🎉' })
  await clara.post(`/messages/${chat}`, { content: 'I do', nonce: randomUUID(), reply_to: asked.id })
  await anna.post(`/messages/${chat}`, { content: 'in a thread', nonce: randomUUID(), thread_root: asked.id })
  await anna.send(chat, '> quoted\n\n||hidden||\n\n```rust\nlet bread = "rye"; // 5\n```', 'list.txt', 'flour')
  await boris.say(chat, 'folded')
  await anna.say(chat, `@all and @${clara.nickname}, see @${boris.nickname}`)
  await anna.say(plans.id, `@${clara.nickname} soon`)

  const page = await open(clara, `/s/${space.id}/c/${chat}`, { reducedMotion: 'reduce' })
  const readable = async (what: string) => {
    for (const theme of ['light', 'dark']) {
      for (const scheme of schemes) {
        await page.evaluate(([theme, scheme]) => Object.assign(document.documentElement.dataset, { theme, scheme }), [theme, scheme])
        await expectReadable(page, `${what} in ${scheme}, ${theme}`)
      }
    }
  }
  await ready(page)
  const marks = ['.mention--me', '.mention--many', '.mention', '.chip[aria-pressed=true]', '.badge', '.row__thread']
  const texts = ['.row--folded', '.row__reply', '.row code', '.row pre', '.row blockquote', '.spoiler', '.file-card']
  for (const shown of [...marks, ...texts]) await expect(page.locator(shown).first()).toBeVisible()
  await composer(page).pressSequentially('@')
  await expect(page.getByRole('option').first()).toBeVisible()
  await readable('a conversation with people to mention')
  await composer(page).fill('')
  await page.evaluate(() => (document.documentElement.dataset.messages = 'bubbles'))
  await press(page, rows(page).filter({ hasText: 'I do' }), 'More')
  await readable('bubbles and a menu')
})
