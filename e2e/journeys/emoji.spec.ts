import { choose, composer, press, ready, row, rows } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'

const picker = (page: import('@playwright/test').Page) => page.locator('.picker')

test('emoji are found in three languages', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Emoji')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  const button = page.locator('.composer').getByRole('button', { name: 'Emoji' })
  for (const [word, emoji] of [['fire', '🔥'], ['огонь', '🔥'], ['вогонь', '🔥'], ['кошка', '🐈'], ['кіт', '🐈'], [':tada:', '🎉']]) {
    await button.click()
    const search = picker(page).getByRole('searchbox')
    await expect(search).toBeFocused()
    await search.fill(word)
    await expect(picker(page).locator(`[data-emoji="${emoji}"]`).first()).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(picker(page)).toHaveCount(0)
  }
})

test('what floats stays inside of a window that becomes smaller', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Emoji')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await page.locator('.composer').getByRole('button', { name: 'Emoji' }).click()
  await expect(picker(page)).toBeVisible()
  for (const [width, height] of [[800, 600], [1440, 900]] as const) {
    await page.setViewportSize({ width, height })
    await expect(async () => {
      const box = (await page.locator('.popover').boundingBox())!
      expect(box.x).toBeGreaterThanOrEqual(0)
      expect(box.x + box.width).toBeLessThanOrEqual(width)
      expect(box.y + box.height).toBeLessThanOrEqual(height)
    }).toPass()
  }
})

test('emoji are chosen by keyboard, those used often stand first, a skin tone stays', async ({ open }) => {
  // The look at two thousand buttons takes its time.
  test.slow()
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Emoji')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  const button = page.locator('.composer').getByRole('button', { name: 'Emoji' })
  // The first of what is found, by Enter.
  await button.click()
  await picker(page).getByRole('searchbox').fill('tada')
  await page.keyboard.press('Enter')
  await expect(composer(page)).toHaveValue('🎉')
  await expect(composer(page)).toBeFocused()

  // By arrows, after a look that nothing is wrong with it.
  await button.click()
  await expect(picker(page).locator('.emoji__group')).toHaveCount(10)
  await expectAccessible(page)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  const second = await picker(page).locator('.emoji__one').nth(1).getAttribute('data-emoji')
  await page.keyboard.press('Enter')
  await expect(composer(page)).toHaveValue(`🎉${second}`)

  // What is used often stands first; a tone stays chosen.
  await button.click()
  await expect(picker(page).locator('.emoji__one').first()).toHaveAttribute('data-emoji', /🎉|👍|❤/)
  for (let step = 0; step < 3; step += 1) await picker(page).getByRole('button', { name: 'Skin tone' }).click()
  await picker(page).getByRole('searchbox').fill('thumbsup')
  await page.keyboard.press('Enter')
  await expect(composer(page)).toHaveValue(/👍🏽$/)
  await page.reload()
  await ready(page)
  await button.click()
  await picker(page).getByRole('searchbox').fill('thumbsup')
  await expect(picker(page).locator('[data-emoji="👍🏽"]')).toBeVisible()
})

test('a name between colons is completed while writing', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Colons')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await composer(page).focus()
  await composer(page).pressSequentially('Done :ta')
  // The table comes with the first name.
  await expect(async () => {
    await composer(page).press('Backspace')
    await composer(page).pressSequentially('a')
    await expect(page.getByRole('option').first()).toBeVisible({ timeout: 500 })
  }).toPass()
  await composer(page).pressSequentially('da')
  await expect(page.getByRole('option', { name: ':tada:' })).toBeVisible()
  await composer(page).press('Enter')
  await expect(composer(page)).toHaveValue('Done 🎉 ')
  await composer(page).press('Enter')
  await expect(row(page, 'Done 🎉')).toHaveCount(1)
  // A time is no emoji.
  await composer(page).pressSequentially('at 12:30')
  await expect(page.getByRole('option')).toHaveCount(0)
})

test('the picker fits on a phone, and reacts', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Phone')
  await anna.say(space.default_chat_id, 'React to this')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`, { viewport: { width: 390, height: 844 } })
  await ready(page)
  const sent = row(page, 'React to this')
  await press(page, sent, 'React')
  const box = await picker(page).boundingBox()
  expect(box!.x).toBeGreaterThanOrEqual(0)
  expect(box!.x + box!.width).toBeLessThanOrEqual(390)
  expect(box!.y + box!.height).toBeLessThanOrEqual(844)
  await picker(page).getByRole('searchbox').fill('rocket')
  await picker(page).locator('[data-emoji="🚀"]').click()
  await expect(sent.locator('.chip')).toContainText('🚀')
})

test('everybody who reacted is listed, emoji by emoji', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Reactors')
  await boris.join(space.id)
  const message = await anna.say(space.default_chat_id, 'Cake?')
  for (const person of [anna, boris]) await person.post(`/messages/${message.id}/reaction`, { emoji: '🎂' })
  await boris.post(`/messages/${message.id}/reaction`, { emoji: '🍞' })
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await choose(page, rows(page).filter({ hasText: 'Cake?' }), 'Who reacted')
  const dialog = page.getByRole('dialog', { name: 'Who reacted' })
  await expect(dialog.locator('.manage__row')).toHaveText([new RegExp(anna.nickname), new RegExp(boris.nickname)])
  await expectAccessible(page, 'who reacted')
  await dialog.getByRole('radio', { name: '🍞 1' }).check({ force: true })
  await expect(dialog.locator('.manage__row')).toHaveText([new RegExp(boris.nickname)])
})
