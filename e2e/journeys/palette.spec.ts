import { composer, ready, row } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'

test('the palette goes to chats, people, pages and the search; the keys are listed', async ({ open, troubles }) => {
  // A filter that means nothing.
  troubles.allow(/^422 GET \/api\/v1\/search$/)
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('Palette')
  await boris.join(space.id)
  await anna.makeChat(space.id, 'sunflower')
  await anna.say(space.default_chat_id, 'a needle in the hay, see https://example.org')
  await anna.say(space.default_chat_id, 'a needle without an address')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  const dialog = page.getByRole('dialog', { name: 'Go to…' })
  const field = dialog.getByRole('combobox')

  await page.keyboard.press('ControlOrMeta+k')
  await expect(field).toBeFocused()
  await expectAccessible(page, 'the palette')
  await field.fill('snfl')
  await expect(dialog.getByRole('option').first()).toContainText('sunflower')
  await field.press('Enter')
  await expect(page.getByRole('heading', { name: 'sunflower', level: 1 })).toBeVisible()

  // A person: the direct chat opens.
  await page.keyboard.press('ControlOrMeta+k')
  await field.fill(boris.nickname)
  await expect(dialog.getByRole('option', { name: new RegExp(`@${boris.nickname}`) })).toBeVisible()
  await field.press('Enter')
  await expect(page).toHaveURL(/\/d\//)
  await expect(composer(page)).toHaveAttribute('placeholder', `Write to ${boris.nickname}`)

  // The last one first; Esc closes and gives the keyboard back.
  await page.keyboard.press('ControlOrMeta+k')
  await field.press('Escape')
  await expect(dialog).toHaveCount(0)

  // Search with filters.
  await page.keyboard.press('ControlOrMeta+k')
  await field.fill('needle')
  await dialog.getByRole('option', { name: /Search messages for/ }).click()
  const search = page.getByRole('complementary', { name: 'Search' })
  await expect(search.locator('.hit')).toHaveCount(2)
  await search.getByRole('searchbox').fill('from:nobody_of_this_name needle')
  await expect(search.getByText('Nobody you know is called “nobody_of_this_name”.')).toBeVisible()
  await search.getByRole('searchbox').fill('needle has:nonsense')
  await expect(search.getByText('This is no value of “has:”.')).toBeVisible()
  await search.getByRole('searchbox').fill('needle')
  await search.getByRole('button', { name: 'has:link' }).click()
  await expect(search.getByRole('searchbox')).toHaveValue('needle has:link ')
  await expect(search.locator('.hit')).toHaveCount(1)
  await search.locator('.hit').click()
  await expect(row(page, 'see https://example.org')).toBeVisible()

  // Keys.
  await page.locator('.messages__scroller').focus()
  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(keys).toContainText('Next or previous unread chat')
  await expectAccessible(page, 'the list of keys')
  await page.keyboard.press('Escape')
  await expect(keys).toHaveCount(0)
})

test('what is typed before the palette is there is typed into it', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Fast')
  await anna.makeChat(space.id, 'sunflower')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  // Its code is held until somebody has typed.
  let go = () => {}
  const typed = new Promise<void>((done) => (go = done))
  await page.route(/\/(split|chunk)-[^/]*\.wasm$/, async (route) => {
    await typed
    await route.continue()
  })
  await composer(page).focus()
  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('sunf')
  go()
  const field = page.getByRole('dialog', { name: 'Go to…' }).getByRole('combobox')
  await expect(field).toBeFocused()
  await expect(field).toHaveValue('sunf')
  await page.keyboard.type('l')
  await expect(field).toHaveValue('sunfl')
  await expect(page.getByRole('option').first()).toContainText('sunflower')
  await page.keyboard.press('Escape')
  await expect(composer(page)).toBeFocused()
  await expect(composer(page)).toHaveValue('')
})

test('a file is found by its name; the search shows its filters and offers their values', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Files')
  await anna.send(space.default_chat_id, 'as promised', 'rye-recipe.txt', 'flour, water, salt')
  const page = await open(anna, '/discover')
  const dialog = page.getByRole('dialog', { name: 'Go to…' })
  await expect(async () => {
    await page.keyboard.press('ControlOrMeta+k')
    await expect(dialog).toBeVisible({ timeout: 2_000 })
  }).toPass({ timeout: 30_000 })
  await dialog.getByRole('combobox').fill('recipe')
  await dialog.getByRole('option', { name: /rye-recipe\.txt/ }).click()
  await ready(page)
  await expect(row(page, 'as promised')).toBeVisible()

  await page.keyboard.press('ControlOrMeta+k')
  await dialog.getByRole('option', { name: /Search/ }).click()
  const search = page.getByRole('complementary', { name: 'Search' })
  await expect(search.getByText('Messages of a person')).toBeVisible()
  await expectAccessible(page, 'the hints of the search')
  await search.getByRole('searchbox').fill('recipe has:')
  await search.getByRole('button', { name: 'has:document' }).click()
  await expect(search.getByRole('searchbox')).toHaveValue('recipe has:document ')
  await expect(search.locator('.hit')).toHaveCount(1)
})

test('the panel is as wide as one likes, and stays so', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Wide')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`, {
    viewport: { width: 1440, height: 900 },
  })
  await ready(page)
  const edge = page.getByRole('separator', { name: 'Width of the panel' })
  await edge.focus()
  await edge.press('ArrowLeft')
  await edge.press('ArrowLeft')
  await expect(edge).toHaveAttribute('aria-valuenow', '312')
  const box = (await page.locator('.panel').boundingBox())!
  expect(Math.round(box.width)).toBe(312)
  await page.mouse.move(box.x, 400)
  await page.mouse.down()
  await page.mouse.move(box.x - 100, 400)
  await page.mouse.up()
  await page.reload()
  await ready(page)
  expect(Math.round((await page.locator('.panel').boundingBox())!.width)).toBeGreaterThan(400)
})
