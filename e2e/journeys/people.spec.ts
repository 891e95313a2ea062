import { png } from './support/pictures.ts'
import { composer, ready, row, say, toast } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'

/** Two people in one space. */
async function pair(name: string) {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace(name)
  await boris.join(space.id)
  return { anna, boris, space, path: `/s/${space.id}/c/${space.default_chat_id}` }
}

const card = (page: import('@playwright/test').Page) => page.getByRole('group', { name: 'Card of a person' })
const profile = (page: import('@playwright/test').Page) => page.getByRole('dialog', { name: 'Profile' })

test('a status with words and an end is seen by others', async ({ open }) => {
  const { anna, boris, path } = await pair('Statuses')
  const [mine, other] = [await open(anna, path), await open(boris, path)]
  await ready(mine)
  await ready(other)
  await mine.locator('.own-card__person').click()
  await mine.getByRole('menuitem', { name: 'Set a status' }).click()
  const dialog = mine.getByRole('dialog', { name: 'Set a status' })
  await expectAccessible(mine, 'status dialog')
  await dialog.getByRole('button', { name: 'Having lunch' }).click()
  await expect(dialog.getByRole('combobox', { name: 'Clear after' })).toHaveValue('1h')
  await dialog.getByRole('radio', { name: 'Do not disturb' }).check({ force: true })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(mine.locator('.own-card__status')).toHaveText('🍽️ Having lunch')
  const line = other.locator('.members__row').filter({ hasText: anna.nickname })
  await expect(line.locator('.members__custom')).toHaveText('🍽️ Having lunch')
  await expect(line.getByRole('img', { name: 'Do not disturb' })).toBeVisible()
  // A moment later it is over, for everybody.
  const until = new Date(Date.now() + 2_000).toISOString()
  await anna.post('/status/set-status', { status: 'dnd', text: 'Back at once', until })
  await expect(line.locator('.members__custom')).toHaveText('🍽️ Back at once')
  await expect(line.locator('.members__custom')).toHaveCount(0, { timeout: 30_000 })
  await expect(mine.locator('.own-card__status')).not.toHaveText('🍽️ Back at once')
  await expect(mine.locator('.own-card').getByRole('img', { name: 'Online' })).toBeVisible()
})

test('a card floats at a name, the whole profile opens by click and by key', async ({ open }) => {
  const { anna, boris, space, path } = await pair('Cards')
  await boris.patch('/profile/me', { display_name: 'Boris B.', bio: 'Bakes bread.', card: { background: 'ocean', frame: 'ring' } })
  await boris.say(space.default_chat_id, `Hello @${anna.nickname}`)
  const page = await open(anna, path)
  await ready(page)
  const name = row(page, 'Hello').locator('.row__author')
  await name.hover()
  await expect(card(page)).toContainText('Boris B.')
  await expect(card(page)).toContainText('Member')
  await expect(card(page).locator('[data-ground=ocean]')).toBeVisible()
  await expectAccessible(page, 'card')
  // It stays while the pointer is on it, and goes a moment after.
  await card(page).getByRole('button', { name: 'Mention' }).click()
  await expect(composer(page)).toHaveValue(`@${boris.nickname} `)
  await expect(card(page)).toHaveCount(0)
  await name.hover()
  await expect(card(page)).toBeVisible()
  await composer(page).hover()
  await expect(card(page)).toHaveCount(0)
  // By the keyboard: the card, Escape, the profile.
  await composer(page).focus()
  await page.keyboard.press('Shift+Tab')
  await name.focus()
  await page.keyboard.press('Enter')
  await expect(profile(page)).toContainText('Bakes bread.')
  await expectAccessible(page, 'profile')
  await page.keyboard.press('Escape')
  await expect(profile(page)).toHaveCount(0)
  await page.locator('.mention').first().click()
  await expect(profile(page)).toContainText(anna.nickname)
})

test('on a phone a tap opens the profile', async ({ open }) => {
  const { anna, boris, space, path } = await pair('Taps')
  await boris.upload('/profile/upload-banner', png(1200, 400, 90))
  await boris.patch('/profile/me', { card: { background: 'banner', frame: 'ring' } })
  await boris.say(space.default_chat_id, 'Tap me')
  const page = await open(anna, path, { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true })
  await ready(page)
  await row(page, 'Tap me').locator('.row__author').tap()
  await expect(profile(page)).toContainText(boris.nickname)
  await expect(profile(page).locator('.card__ground')).toHaveCSS('background-image', /\/api\/v1\/files\//)
  await expectAccessible(page, 'profile on a phone')
  await expect(card(page)).toHaveCount(0)
})

test('blocked people are folded here and cannot write directly', async ({ open, troubles }) => {
  const { anna, boris, space, path } = await pair('Blocks')
  await boris.say(space.default_chat_id, 'Buy my cakes')
  const page = await open(anna, path)
  await ready(page)
  await row(page, 'Buy my cakes').locator('.row__author').click()
  await profile(page).getByRole('button', { name: 'Block' }).click()
  await page.getByRole('dialog', { name: 'Block' }).getByRole('button', { name: 'Block' }).click()
  await expect(toast(page, 'is blocked')).toBeVisible()
  await page.keyboard.press('Escape')
  const folded = page.locator('.row--folded')
  await expect(folded).toHaveCount(1)
  await expect(page.getByText('Buy my cakes')).toBeHidden()
  await folded.getByRole('button', { name: 'Show' }).click()
  await expect(page.getByText('Buy my cakes')).toBeVisible()
  await boris.say(space.default_chat_id, 'And my pies')
  await expect(folded).toHaveCount(1)
  await expect(boris.post('/chats', { user_id: anna.id })).rejects.toThrow(/not_reachable/)
  await page.goto('/settings/privacy')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Hear again' }).click()
  await expect(page.getByText('You have blocked or muted nobody.')).toBeVisible()
  await page.goto(path)
  await expect(page.getByText('And my pies')).toBeVisible()
  expect(troubles.seen).toEqual([])
})

test('a name of the space stands at old and new messages', async ({ open }) => {
  const { anna, boris, space, path } = await pair('Names')
  await boris.say(space.default_chat_id, 'Before')
  const [page, other] = [await open(anna, path), await open(boris, path)]
  await ready(page)
  await ready(other)
  await row(other, 'Before').locator('.row__author').click()
  await profile(other).getByRole('button', { name: 'Name in this space' }).click()
  await profile(other).getByRole('textbox', { name: 'Name in this space' }).fill('The baker')
  await profile(other).getByRole('button', { name: 'Save' }).click()
  await expect(profile(other).locator('.card__name')).toContainText('The baker')
  await expect(row(page, 'Before').locator('.row__author')).toHaveText('The baker')
  await other.keyboard.press('Escape')
  await say(other, 'After')
  await expect(row(page, 'After')).toBeVisible()
  await expect(page.locator('.members__name').filter({ hasText: 'The baker' })).toBeVisible()
})

test('settings follow to another browser', async ({ open }) => {
  const anna = await Person.register('anna')
  const [here, there] = [await open(anna, '/settings/appearance'), await open(anna, '/settings/profile')]
  await expect(there.getByRole('heading', { name: 'Profile', level: 2 })).toBeVisible({ timeout: 30_000 })
  await here.getByRole('group', { name: 'Theme' }).getByRole('radio', { name: 'Dark' }).check({ force: true })
  await here.getByRole('group', { name: 'Colour' }).getByRole('radio', { name: 'Teal' }).check({ force: true })
  await expect(there.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(there.locator('html')).toHaveAttribute('data-scheme', 'teal')
  // A browser that was never here has them, too.
  const later = await open(anna, '/settings/appearance')
  await expect(later.locator('html')).toHaveAttribute('data-scheme', 'teal', { timeout: 15_000 })
  // The card in the settings is the one that others see.
  await there.getByRole('radio', { name: 'Berry' }).check({ force: true })
  await there.getByRole('textbox', { name: 'Your name' }).fill('Anna of the Club')
  await expect(there.locator('.settings__preview .card__name')).toContainText('Anna of the Club')
  await expect(there.locator('.settings__preview [data-ground=berry]')).toBeVisible()
  await expectAccessible(there)
  await there.getByRole('button', { name: 'Save' }).click()
  await expect(here.locator('.own-card__name')).toHaveText('Anna of the Club')
  expect((await anna.get('/profile/me')).card.background).toBe('berry')
})

test('a copy of the data, the end of the account, and the way back', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Hers')
  await anna.say(space.default_chat_id, 'Only mine')
  const page = await open(anna, '/settings/data')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the copy' }).click({ timeout: 30_000 }),
  ])
  expect(download.suggestedFilename()).toBe('the-space.zip')
  await expect(page.getByText('You own these spaces')).toBeVisible()
  await expectAccessible(page)
  await anna.delete(`/spaces/${space.id}`)
  await page.reload()
  await page.getByRole('button', { name: 'Delete my account' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete the account' })
  await dialog.getByLabel('Current password').fill(anna.password)
  await dialog.getByRole('textbox', { name: /To confirm/ }).fill('somebody else')
  await dialog.getByRole('button', { name: 'Delete my account' }).click()
  await expect(dialog.getByText('This is not what has to be typed here.')).toBeVisible()
  await dialog.getByRole('textbox', { name: /To confirm/ }).fill(anna.nickname)
  await dialog.getByRole('button', { name: 'Delete my account' }).click()
  await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
  // Who signs in again keeps everything.
  await page.getByRole('textbox', { name: 'Nickname or e-mail' }).fill(anna.nickname)
  await page.getByLabel('Password', { exact: true }).fill(anna.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.locator('.own-card__name')).toHaveText(anna.nickname)
})
