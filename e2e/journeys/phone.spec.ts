import { devices, type Page } from '@playwright/test'
import { chatLink, composer, ready, row, say } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

const phone = { ...devices['Pixel 7'], viewport: { width: 390, height: 844 }, defaultBrowserType: undefined }

/** Nothing sticks out at the side. */
const expectNoSideScroll = async (page: Page) =>
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)

test('one column, a bar at the bottom, a composer above it, a long press', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Pocket')
  await anna.makeChat(space.id, 'errands', 'What to buy and where, a topic that is much longer than a phone is wide')
  const page = await open(anna, '/', phone)

  // The list, then the chat, then back.
  await expect(page).toHaveURL(new RegExp(`/s/${space.id}$`))
  const bar = page.getByRole('navigation', { name: 'Menu' })
  await expect(bar).toBeVisible()
  await expectNoSideScroll(page)
  await chatLink(page, 'errands').tap()
  await ready(page)
  await expect(page.getByRole('complementary', { name: 'Chats and spaces' })).toBeHidden()
  await expectNoSideScroll(page)

  // Enter makes a line, the button sends.
  await composer(page).tap()
  await composer(page).pressSequentially('milk')
  await composer(page).press('Enter')
  await composer(page).pressSequentially('bread')
  await page.getByRole('button', { name: 'Send', exact: true }).tap()
  const sent = row(page, 'bread')
  await expect(sent).toBeVisible()
  const field = (await composer(page).boundingBox())!
  expect(field.y + field.height).toBeLessThanOrEqual(844)
  expect(field.width).toBeGreaterThan(200)

  // A long press opens the menu.
  const box = (await sent.locator('.text').boundingBox())!
  const session = await page.context().newCDPSession(page)
  const touchPoints = [{ x: box.x + 10, y: box.y + 10 }]
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
  await expect(page.locator('.row--lit')).toContainText('bread')
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await expect(page.getByRole('menu', { name: 'Message actions' })).toBeVisible()
  await page.getByRole('menuitem', { name: 'Reply', exact: true }).tap()
  await expect(page.getByText('Reply to')).toBeVisible()
  await expectNoSideScroll(page)

  await page.getByRole('link', { name: 'Back' }).tap()
  await expect(chatLink(page, 'errands')).toBeVisible()
  await bar.getByRole('link', { name: 'Me', exact: true }).tap()
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  await expectNoSideScroll(page)
  await bar.getByRole('link', { name: 'Home' }).tap()
  await expect(chatLink(page, 'errands')).toBeVisible()
  await bar.getByRole('button', { name: 'Search' }).tap()
  await page.getByRole('option', { name: 'Search in messages' }).tap()
  await expect(page.getByRole('searchbox', { name: 'Search in messages' })).toBeVisible()
})

test('between phone and desk the spaces and chats are in a drawer', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Tablet')
  await anna.makeChat(space.id, 'second')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`, { viewport: { width: 768, height: 1024 } })
  await ready(page)
  await expect(chatLink(page, 'second')).not.toBeInViewport()
  await page.getByRole('button', { name: 'Chats and spaces' }).click()
  await expect(chatLink(page, 'second')).toBeInViewport()
  await page.keyboard.press('Escape')
  await expect(chatLink(page, 'second')).not.toBeInViewport()
  await page.getByRole('button', { name: 'Chats and spaces' }).click()
  await chatLink(page, 'second').click()
  await expect(page.getByRole('heading', { name: 'second', level: 1 })).toBeVisible()
  await expect(chatLink(page, 'second')).not.toBeInViewport()
  await say(page, 'from the tablet')
})

test('an address that waits for its code takes one line, until the code is typed', async ({ open }) => {
  const anna = await Person.register('anna')
  const page = await open(anna, '/inbox', phone)
  // Not the room that is kept for it.
  const banner = page.locator('form.email-banner')
  await expect(banner).toBeVisible({ timeout: 30_000 })
  expect((await banner.boundingBox())!.height).toBeLessThanOrEqual(56)
  await banner.getByRole('button', { name: 'Enter the code' }).tap()
  await expect(banner.getByRole('textbox', { name: 'Code' })).toBeFocused()
  await expect(banner.getByRole('button', { name: 'Confirm' })).toBeVisible()
  await expectNoSideScroll(page)
  await banner.getByRole('button', { name: 'Not now' }).tap()
  await expect(banner).toHaveCount(0)
})
