import type { Page } from '@playwright/test'
import { composer, ready, row, rows } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

/** What has the keyboard, as a reader would tell it. */
const focused = (page: Page) => page.locator(':focus')

/** The ring of the focus: 2 px wide, seen. */
async function expectRing(page: Page): Promise<void> {
  const ring = await focused(page).evaluate((one) => {
    const frame = one.closest('.composer__field') ?? one.querySelector('.row__message') ?? one
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(frame)
    return { outline: outlineStyle === 'none' ? 0 : parseFloat(outlineWidth), boxShadow, borderColor }
  })
  expect(ring.outline > 0 || ring.boxShadow !== 'none', JSON.stringify(ring)).toBe(true)
}

/** Goes on with Tab until this has the keyboard. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press(key)
    const label = await focused(page).evaluate((one) => one.getAttribute('aria-label') ?? one.textContent ?? '')
    if (typeof name === 'string' ? label.trim() === name : name.test(label)) return
  }
  throw new Error(`nothing called ${name} takes the keyboard`)
}

test('everything of a day works without a mouse', async ({ visit }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Keys')
  await anna.makeChat(space.id, 'second')
  const page = await visit('/')

  // Log in.
  await expect(page.getByRole('textbox', { name: 'Nickname or e-mail' })).toBeFocused()
  await page.keyboard.type(anna.nickname)
  await page.keyboard.press('Tab')
  await page.keyboard.type(anna.password)
  await page.keyboard.press('Enter')
  await ready(page)
  await expect(composer(page)).toBeFocused()
  await expectRing(page)

  // Send, and change the last one.
  await page.keyboard.type('wrong')
  await page.keyboard.press('Enter')
  await expect(rows(page).filter({ hasText: 'wrong' })).toHaveCount(1)
  await page.keyboard.press('ArrowUp')
  await expect(composer(page)).toHaveValue('wrong')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('right\n')
  await expect(row(page, 'right').getByRole('button', { name: 'edited' })).toBeVisible()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Escape')
  await expect(page.getByText('Editing a message')).toHaveCount(0)
  await page.keyboard.type('two')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('lines\n')
  await expect(rows(page).filter({ hasText: 'lines' })).toHaveCount(1)

  // Into the messages; react, reply, menu.
  await page.getByRole('log', { name: 'Messages' }).focus()
  await page.keyboard.press('ArrowUp')
  await expect(focused(page)).toContainText('lines')
  await expectRing(page)
  await page.keyboard.press('e')
  await expect(page.getByRole('searchbox', { name: 'Find an emoji' })).toBeFocused()
  await page.keyboard.type('thumbs')
  await page.keyboard.press('Enter')
  await expect(row(page, 'lines').locator('.chip')).toHaveText('👍1')
  await page.getByRole('log', { name: 'Messages' }).focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menu', { name: 'Message actions' })).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expectRing(page)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('menu')).toHaveCount(0)
  await expect(focused(page)).toContainText('lines')
  await page.keyboard.press('r')
  await expect(composer(page)).toBeFocused()
  await expect(page.getByText('Reply to')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('Reply to')).toHaveCount(0)

  // Between chats.
  await page.keyboard.press('Alt+ArrowDown')
  await expect(page.getByRole('heading', { name: 'second', level: 1 })).toBeVisible()
  await page.keyboard.press('Alt+ArrowUp')
  await expect(page.getByRole('heading', { name: 'general', level: 1 })).toBeVisible()
  // Also from where no chat is open: to the first, or the last.
  await page.goto('/inbox')
  await expect(page.getByRole('heading', { name: 'Notifications', level: 1 })).toBeVisible()
  await page.keyboard.press('Alt+ArrowUp')
  await expect(page.getByRole('heading', { name: 'second', level: 1 })).toBeVisible()
  await page.goto('/settings/profile')
  await page.getByRole('textbox', { name: 'Your name' }).focus()
  await page.keyboard.press('Alt+ArrowDown')
  await expect(page.getByRole('heading', { name: 'general', level: 1 })).toBeVisible()
  await ready(page)

  // Search.
  await page.keyboard.press('ControlOrMeta+k')
  await expect(page.getByRole('combobox')).toBeFocused()
  await page.keyboard.type('right')
  // The last entry searches in messages.
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('searchbox', { name: 'Search in messages' })).toBeFocused()
  await expect(page.locator('.hit mark')).toHaveText('right')
  await tabTo(page, /right/)
  await page.keyboard.press('Enter')
  await expect(page.locator('.row--lit')).toContainText('right')
})

test('dialogs hold the keyboard and give it back', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Dialogs')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await page.getByRole('button', { name: 'New chat' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'New chat' })
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused()
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press('Tab')
    const outside = await page.evaluate(() => {
      const active = document.activeElement
      return active !== document.body && active?.closest('dialog') === null
    })
    expect(outside).toBe(false)
  }
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'New chat' })).toBeFocused()

  // Esc closes the top layer only.
  await page.getByRole('button', { name: 'Dialogs', exact: true }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem').first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('menuitem').nth(1)).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Invite to “Dialogs”' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Dialogs', exact: true })).toBeFocused()
})

test('a form that is sent too early gives the keyboard to its first wrong field', async ({ visit }) => {
  const page = await visit('/register')
  await page.getByRole('textbox', { name: 'Nickname' }).fill('anna_of_the_bakery')
  await page.getByRole('button', { name: 'Create the account' }).click()
  await expect(page.getByRole('textbox', { name: 'E-mail' })).toBeFocused()
})
