import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { choose, composer, press, ready, row, rows, say, toast } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'
import type { Page } from '@playwright/test'

const picture = (name: string, of: string) => ({
  name,
  mimeType: 'image/webp',
  buffer: readFileSync(new URL(`../../web/stickers/${of}.webp`, import.meta.url)),
})

/** Chooses files behind a button that is a label. */
async function give(page: Page, button: string, ...files: ReturnType<typeof picture>[]) {
  await page.locator('label', { hasText: button }).locator('input[type=file]').setInputFiles(files)
}

const picker = async (page: Page) => {
  await page.locator('.composer').getByRole('button', { name: 'Emoji' }).click()
  await expect(page.locator('.picker')).toBeVisible()
}

const loads = (page: Page, selector: string) =>
  expect.poll(() => page.locator(selector).first().evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)

test('a sticker is chosen, sent at once, heard by others and opens its pack', async ({ open }) => {
  test.slow()
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('Stickers')
  await boris.join(space.id)
  const path = `/s/${space.id}/c/${space.default_chat_id}`
  const [page, other] = await Promise.all([open(anna, path), open(boris, path)])
  await Promise.all([ready(page), ready(other)])
  await composer(page).fill('half a thought')
  await page.locator('.composer').getByRole('button', { name: 'Stickers' }).click()
  await expect(page.getByRole('tab', { name: 'Stickers' })).toHaveAttribute('aria-selected', 'true')
  const grid = page.locator('.stickers__grid')
  await expect(grid.getByRole('button')).toHaveCount(12)
  // What comes meanwhile does not lead back to the emoji.
  await boris.say(space.default_chat_id, 'are you there?')
  await expect(row(page, 'are you there?')).toBeVisible()
  await expect(grid.getByRole('button')).toHaveCount(12)
  await expectAccessible(page)
  await grid.getByRole('button', { name: 'Party' }).click()
  for (const window of [page, other]) {
    const sent = window.locator('.row[data-id]').getByRole('button', { name: 'Sticker Party' })
    await expect(sent).toHaveCount(1)
    // Its place is kept before the picture comes.
    await expect(sent.locator('img')).toHaveAttribute('width', '256')
    await expect.poll(() => sent.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(256)
  }
  // What was being written is still there.
  await expect(composer(page)).toHaveValue('half a thought')
  await other.getByRole('button', { name: 'Sticker Party' }).click()
  const dialog = other.getByRole('dialog', { name: 'Sticker pack' })
  await expect(dialog.getByRole('img')).toHaveCount(12)
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await expect(dialog.getByRole('button', { name: 'Add' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Add' }).click()
  await expect(dialog.getByRole('button', { name: 'Remove' })).toBeVisible()
  await expectAccessible(other)
})

test('packs are looked after in the settings; one that was taken away comes back', async ({ open }) => {
  const anna = await Person.register('anna')
  for (const name of ['Rolls', 'Loaves']) await anna.post('/stickers/packs', { name })
  const page = await open(anna, '/settings/stickers')
  const names = page.locator('.settings__packs .packs__name')
  await expect(names).not.toHaveCount(0, { timeout: 30_000 })
  const before = await names.allTextContents()
  await page.getByRole('button', { name: `Remove ${before[0]}` }).click()
  await expect(names).toHaveText(before.slice(1))
  await toast(page, before[0]).getByRole('button', { name: 'Undo' }).click()
  await expect(names).toHaveText(before)
  await page.getByRole('button', { name: 'New pack' }).click()
  await expect(page.getByRole('heading', { name: 'New pack' })).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(names).toHaveText(before)
  await expectAccessible(page, 'packs in the settings')
})

test('a pack that is still empty is not the one that is offered', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Empty packs')
  const page = await open(anna, '/d')
  await anna.post('/stickers/packs', { name: 'Rolls' })
  await page.goto(`/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await page.locator('.composer').getByRole('button', { name: 'Stickers' }).click()
  const packs = page.getByRole('toolbar', { name: 'Sticker packs' })
  const grid = page.locator('.stickers__grid')
  await expect(grid.getByRole('button')).toHaveCount(12)
  // It is there for whoever wants it, with a way to others.
  await packs.getByRole('button', { name: 'Rolls' }).click()
  await expect(page.getByText('This pack is still empty.')).toBeVisible()
  await packs.getByRole('button', { name: 'Sticker packs' }).click()
  await expect(page.getByRole('dialog').getByText('Rolls')).toBeVisible()
})

test('who may not send stickers is not offered any', async ({ open }) => {
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('No stickers')
  await boris.join(space.id)
  await anna.post(`/spaces/${space.id}/restrict/${boris.id}`, { permissions_denied: ['send_stickers'] })
  const page = await open(boris, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await expect(page.locator('.composer').getByRole('button', { name: 'Stickers' })).toHaveCount(0)
  await page.locator('.composer').getByRole('button', { name: 'Emoji' }).click()
  await expect(page.locator('.picker')).toBeVisible()
  await expect(page.getByRole('tab', { name: 'Stickers' })).toHaveCount(0)
})

test('an answer to a sticker says what it was', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Answers')
  const sticker = { sticker_id: '00000000-0000-7000-8000-000000000101', nonce: randomUUID() }
  const sent = await anna.post(`/messages/${space.default_chat_id}`, sticker)
  await anna.post(`/messages/${space.default_chat_id}`, { content: 'Hi!', nonce: randomUUID(), reply_to: sent.id })
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await expect(row(page, 'Hi!').locator('.row__reply')).toContainText('Sticker Hello')
})

// Waits until rows of stickers keep what is typed while another answer comes: the sheet draws them anew.
test('a pack is made of pictures, shared by its link, added and sent by somebody else', async ({ open, troubles }) => {
  test.slow()
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('Packs')
  await boris.join(space.id)
  const path = `/s/${space.id}/c/${space.default_chat_id}`
  const [page, other] = await Promise.all([open(anna, path), open(boris, path)])
  await Promise.all([ready(page), ready(other)])

  await picker(page)
  await page.getByRole('tab', { name: 'Stickers' }).click()
  await page.getByRole('button', { name: 'Sticker packs' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'New pack' }).click()
  const form = page.getByRole('dialog', { name: 'New pack' })
  await form.getByRole('button', { name: 'Make the pack' }).click()
  await expect(form.getByText('Please fill this in.')).toBeVisible()
  await form.getByRole('textbox', { name: 'Name of the pack' }).fill('Round buns')
  await form.getByLabel('Who may use it').selectOption('link')
  await form.getByRole('button', { name: 'Make the pack' }).click()
  const sheet = page.getByRole('dialog', { name: 'Edit the pack' })
  await expect(sheet.getByText('This pack is still empty.')).toBeVisible()
  await give(page, 'Add pictures', picture('first.webp', 'hello'), picture('second.webp', 'party'), picture('third.webp', 'coffee'))
  const names = sheet.getByRole('textbox', { name: 'Name', exact: true })
  await expect(names).toHaveCount(3)
  const order = () => names.evaluateAll((list) => list.map((input) => (input as HTMLInputElement).value))
  expect(await order()).toEqual(['first', 'second', 'third'])
  await expectAccessible(page)

  // By keys, and the keyboard stays with the row; then by the pointer.
  await sheet.getByRole('button', { name: 'Move third up' }).focus()
  await page.keyboard.press('Enter')
  await expect.poll(order).toEqual(['first', 'third', 'second'])
  await expect(sheet.getByRole('button', { name: 'Move third up' })).toBeFocused()
  await sheet.locator('.packs__row').nth(2).locator('img').dragTo(sheet.locator('.packs__row').nth(0).locator('img'))
  await expect.poll(order).toEqual(['second', 'first', 'third'])
  await names.nth(0).fill('Confetti')
  await names.nth(0).press('Enter')
  await sheet.getByRole('textbox', { name: 'Short name' }).nth(0).fill('Not Allowed')
  await sheet.getByRole('textbox', { name: 'Short name' }).nth(0).blur()
  await expect(toast(page, /./)).not.toHaveCount(0)
  await sheet.getByRole('textbox', { name: 'Short name' }).nth(0).fill('confetti')
  await sheet.getByRole('textbox', { name: 'Short name' }).nth(0).blur()
  await expect.poll(async () => (await anna.get('/stickers/packs?own=true')).items[0].sticker_count).toBe(3)
  const pack = (await anna.get('/stickers/packs?own=true')).items[0]
  await expect.poll(async () => (await anna.get(`/stickers/packs/${pack.id}`)).stickers[0].shortcode).toBe('confetti')

  // The link opens a page of its own.
  await other.goto(`/stickers/${pack.id}`)
  await expect(other.getByRole('heading', { name: 'Round buns' })).toBeVisible()
  await expectAccessible(other)
  await other.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(other.getByRole('button', { name: 'Remove', exact: true })).toBeVisible()
  await other.goto(path)
  await ready(other)
  await picker(other)
  await other.getByRole('tab', { name: 'Stickers' }).click()
  await other.getByRole('button', { name: 'Round buns' }).click()
  await other.locator('.stickers__grid').getByRole('button', { name: 'Confetti' }).click()
  const sent = rows(page).getByRole('button', { name: 'Sticker Confetti' })
  await page.keyboard.press('Escape')
  await expect(sent).toHaveCount(1)
  await loads(page, '.row .sticker img')

  // The pack goes; what was sent stays.
  await anna.delete(`/stickers/packs/${pack.id}`)
  await page.reload()
  await ready(page)
  await expect(sent).toHaveCount(1)
  await loads(page, '.row .sticker img')
  troubles.allow(/^404 GET \/api\/v1\/stickers\/packs\//)
  await sent.click()
  await expect(page.getByRole('dialog').getByText('it is no more')).toBeVisible()
})

test('emoji of a space are uploaded, written, completed and reacted with; elsewhere their names stand', async ({ open }) => {
  test.slow()
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('Bakery')
  await boris.join(space.id)
  const path = `/s/${space.id}/c/${space.default_chat_id}`
  const [page, other] = await Promise.all([open(anna, `/s/${space.id}/settings/emoji`), open(boris, path)])
  await ready(other)
  await say(other, 'Fresh :bun: and :cake: at 12:30')
  const text = rows(other).filter({ hasText: 'Fresh' })
  await expect(text).toContainText('Fresh :bun: and :cake: at 12:30')

  await give(page, 'Choose pictures', picture('Bun!.webp', 'hello'), picture('кіт.webp', 'love'))
  const waiting = page.getByRole('textbox', { name: 'Name', exact: true })
  await expect(waiting).toHaveCount(2)
  await expect(waiting.nth(0)).toHaveValue('bun')
  await waiting.nth(1).fill('Big Cat')
  await page.getByRole('button', { name: 'Add', exact: true }).nth(1).click()
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(1)
  await expect(waiting.nth(1)).toHaveValue('Big Cat')
  await expectAccessible(page)
  await waiting.nth(1).fill('cat')
  await page.getByRole('button', { name: 'Add', exact: true }).nth(1).click()
  await page.getByRole('button', { name: 'Add', exact: true }).nth(0).click()
  await expect(page.getByRole('textbox', { name: 'Name of bun' })).toHaveValue('bun')
  await expect(page.getByText('2 of 200')).toBeVisible()

  // Whoever reads sees the picture in the old message at once.
  await expect(text.getByRole('img', { name: ':bun:' })).toHaveCount(1)
  await expect(text).toContainText(':cake: at 12:30')
  await loads(other, '.row .text .custom-emoji')

  // Completed even where the list comes later than the letters.
  await page.route('**/api/v1/spaces/*/emoji', async (route) => {
    await expect(composer(page)).toHaveValue('One :bu')
    await route.continue()
  }, { times: 1 })
  await page.goto(path)
  await ready(page)
  await composer(page).pressSequentially('One :bu')
  await page.getByRole('option', { name: ':bun:' }).click()
  await expect(composer(page)).toHaveValue('One :bun: ')
  await composer(page).press('Enter')
  await expect(rows(other).filter({ hasText: 'One' }).getByRole('img', { name: ':bun:' })).toHaveCount(1)

  await press(page, rows(page).filter({ hasText: 'Fresh' }), 'React')
  await expect(page.locator('.picker').getByRole('heading', { name: 'Bakery' })).toBeVisible()
  await page.locator('.picker').getByRole('button', { name: ':cat:' }).click()
  const chip = text.locator('.chip')
  await expect(chip.getByRole('img', { name: ':cat:' })).toHaveCount(1)
  await chip.click()
  await expect(chip).toHaveAttribute('aria-pressed', 'true')

  // Who reacted with it is listed under its picture, and from now on it is among those used often.
  const here = rows(page).filter({ hasText: 'Fresh' })
  await expect(here.locator('.chip__count')).toHaveText('2')
  await choose(page, here, 'Who reacted')
  const reactors = page.getByRole('dialog', { name: 'Who reacted' })
  await expect(reactors.getByRole('radio', { name: ':cat: 2' })).toBeChecked()
  await loads(page, '.choice__emoji .custom-emoji')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await picker(page)
  const often = page.locator('.picker [data-group=recent]')
  await expect(often.getByRole('button', { name: ':bun:' })).toHaveCount(1)
  await often.getByRole('button', { name: ':cat:' }).click()
  await expect(composer(page)).toHaveValue(':cat:')
  await composer(page).fill('')

  // In a chat without the space it is only a name.
  const direct = await anna.post('/chats', { user_id: boris.id })
  await anna.post(`/messages/${direct.id}`, { content: 'Psst :bun:', nonce: randomUUID() })
  await page.goto(`/d/${direct.id}`)
  await ready(page)
  await expect(rows(page).filter({ hasText: 'Psst :bun:' })).toHaveCount(1)
  await picker(page)
  await expect(often).toBeVisible()
  await expect(often.locator('img')).toHaveCount(0)
  await page.keyboard.press('Escape')

  // Deleted: the name stands where the picture was.
  await page.goto(`/s/${space.id}/settings/emoji`)
  await page.getByRole('button', { name: 'Delete :bun:' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(page.getByRole('textbox', { name: 'Name of bun' })).toHaveCount(0)
  await expect(text).toContainText('Fresh :bun:')
})
