import type { Page } from '@playwright/test'
import { ready, row } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

const attribute = (page: Page, name: string) => page.locator('html').getAttribute(name)

/** One of a few cards. */
const card = (page: Page, group: string, name: string) =>
  page.getByRole('group', { name: group }).getByRole('radio', { name, exact: true })

test('theme, colour, size and language stay after a reload', async ({ open }) => {
  const anna = await Person.register('anna')
  const page = await open(anna, '/settings/appearance')
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const accent = () => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent'))
  const size = () => page.evaluate(() => getComputedStyle(document.documentElement).fontSize)
  await card(page, 'Theme', 'Light').check({ force: true })
  const light = await background()
  await card(page, 'Theme', 'Dark').check({ force: true })
  await expect.poll(background).not.toBe(light)
  await card(page, 'Colour', 'Teal').check({ force: true })
  await card(page, 'Font size', 'Large').check({ force: true })
  const before = { theme: await attribute(page, 'data-theme'), background: await background(), accent: await accent(), size: await size() }
  expect(before.size).toBe('17px')
  await page.reload()
  await expect(card(page, 'Theme', 'Dark')).toBeChecked()
  await expect(card(page, 'Colour', 'Teal')).toBeChecked()
  await expect(card(page, 'Font size', 'Large')).toBeChecked()
  expect({ theme: await attribute(page, 'data-theme'), background: await background(), accent: await accent(), size: await size() }).toEqual(before)

  for (const [group, name, attribute, value] of [
    ['Theme', 'As the system', 'theme', 'system'],
    ['Density', 'Compact', 'density', 'compact'],
    ['Motion', 'Reduced', 'motion', 'reduced'],
    ['Messages', 'Bubbles', 'messages', 'bubbles'],
  ] as const) {
    await card(page, group, name).check({ force: true })
    await expect(page.locator('html')).toHaveAttribute(`data-${attribute}`, value)
  }
  await page.reload()
  for (const [group, name] of [['Density', 'Compact'], ['Motion', 'Reduced'], ['Messages', 'Bubbles']] as const)
    await expect(card(page, group, name)).toBeChecked()

  const accents = new Set<string>()
  for (const name of ['Maroon', 'Blue', 'Green', 'Purple', 'Orange', 'Teal']) {
    await card(page, 'Colour', name).check({ force: true })
    await expect(page.locator('html')).toHaveAttribute('data-scheme', name.toLowerCase())
    accents.add(await accent())
  }
  expect(accents.size).toBe(6)
  for (const [name, pixels] of [['Small', '13px'], ['Medium', '15px']] as const) {
    await card(page, 'Font size', name).check({ force: true })
    await expect.poll(size).toBe(pixels)
  }

  await page.getByRole('link', { name: 'Language' }).click()
  for (const [name, tag, title] of [['Русский', 'ru', 'Настройки'], ['Українська', 'uk', 'Налаштування'], ['English', 'en', 'Settings']]) {
    await page.getByRole('radio', { name, exact: true }).check({ force: true })
    await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible()
    expect(await attribute(page, 'lang')).toBe(tag)
  }
})

test('the language of the browser is the first one', async ({ visit }) => {
  for (const [locale, lang, button] of [['uk-UA', 'uk', 'Увійти'], ['ru-RU', 'ru', 'Войти'], ['de-DE', 'en', 'Sign in']] as const) {
    const page = await visit('/login', { locale })
    await expect(page.locator('html')).toHaveAttribute('lang', lang)
    await expect(page.getByRole('button', { name: button })).toBeVisible()
  }
})

test('a session that is ended elsewhere is logged out at once', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Sessions')
  const lost = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(lost)
  const page = await open(anna, '/settings/security')
  const others = page.getByRole('button', { name: 'End', exact: true })
  // The API's own login, the lost window, this one.
  await expect(others).toHaveCount(2)
  await expect(page.getByText('This device')).toHaveCount(1)
  for (let left = 1; left >= 0; left -= 1) {
    await others.first().click()
    await page.getByRole('dialog', { name: 'End the session' }).getByRole('button', { name: 'End the session' }).click()
    await expect(others).toHaveCount(left)
  }
  await expect(lost.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
  await lost.reload()
  await expect(lost.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
})

test('nickname and password are changed, what is wrong is said at its field, and all devices end', async ({ open, troubles }) => {
  troubles.allow(/^4\d\d \w+ \/api\/v1\/(auth|profile)/)
  const anna = await Person.register('anna')
  const page = await open(anna, '/settings/account')
  const form = (button: string) => page.locator('form').filter({ has: page.getByRole('button', { name: button }) })
  const name = form('Change the nickname')
  const field = name.getByRole('textbox', { name: 'Nickname' })
  const old = (of: typeof name) => of.getByLabel('Current password', { exact: true })
  const change = () => name.getByRole('button', { name: 'Change the nickname' }).click()
  await field.fill('two words')
  await change()
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  const nickname = `${anna.nickname}x`
  await field.fill(nickname)
  await expect(field).not.toHaveAttribute('aria-invalid', 'true')
  await old(name).fill('not this one')
  await change()
  await expect(name).toContainText('The current password is wrong.')
  await old(name).fill(anna.password)
  await change()
  await expect(page.locator('.own-card__name')).toHaveText(nickname)

  await page.goto('/settings/security')
  const secret = form('Change the password')
  await old(secret).fill(anna.password)
  await secret.getByLabel('New password', { exact: true }).fill('short')
  await secret.getByRole('button', { name: 'Change the password' }).click()
  await expect(secret.getByLabel('New password', { exact: true })).toHaveAttribute('aria-invalid', 'true')
  await secret.getByLabel('New password', { exact: true }).fill('a much longer secret')
  await secret.getByRole('button', { name: 'Change the password' }).click()
  await expect(page.getByText('The password is changed; other sessions have ended.')).toBeVisible()
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click()
  await page.getByRole('textbox', { name: 'Nickname or e-mail' }).fill(nickname)
  await page.getByLabel('Password', { exact: true }).fill('a much longer secret')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.locator('.own-card__name')).toHaveText(nickname)
})

test('a name that is changed shows everywhere', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Profile')
  await boris.join(space.id)
  const page = await open(anna, '/settings/profile')
  await page.getByRole('textbox', { name: 'Your name' }).fill('Anna of the Club')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('.own-card__name')).toHaveText('Anna of the Club')
  await anna.say(space.default_chat_id, 'it is me')
  const other = await open(boris, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(other)
  await expect(row(other, 'it is me').locator('.row__author')).toHaveText('Anna of the Club')
})
