import { expect, type Locator, type Page } from '@playwright/test'

/** The field that messages are written in. */
export const composer = (page: Page) => page.getByRole('textbox', { name: /^Write to / })

/** The rows of messages in the page. */
export const rows = (page: Page) => page.locator('.row[data-id]')

/** The rows that show this text, those still on their way included. */
export const row = (page: Page, text: string) =>
  page.locator('.row:not(.list-header)').filter({ hasText: text })

/** A chat in the sidebar. */
export const chatLink = (page: Page, name: string) =>
  page.getByRole('complementary', { name: 'Chats and spaces' }).getByRole('link', { name })

/** A message in brief: what was said under the composer. */
export const status = (page: Page) => page.locator('.composer__status')

/** The part of the page that scrolls. */
export const scroller = (page: Page) => page.getByRole('log', { name: 'Messages' })

/** Waits until a conversation stands, connected to the stream. */
export async function ready(page: Page): Promise<void> {
  // The first of all windows compiles the client.
  await expect(composer(page)).toBeVisible({ timeout: 30_000 })
  await expect(page.locator('.messages__loading')).toHaveCount(0)
}

/** Waits until nothing came for half a second (`networkidle` waits for ever for a request that a document took with it). */
export async function settled(page: Page): Promise<void> {
  const silence = () => {
    const ends = performance.getEntriesByType('resource').map((one) => (one as PerformanceResourceTiming).responseEnd)
    return performance.now() - Math.max(0, ...ends)
  }
  await expect.poll(() => page.evaluate(silence)).toBeGreaterThan(500)
}

/** Writes a message and waits until the server has it. */
export async function say(page: Page, text: string): Promise<Locator> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
  const sent = rows(page).filter({ hasText: text })
  await expect(sent).toHaveCount(1)
  return sent
}

/** Opens the menu of a message and chooses from it. */
export async function choose(page: Page, message: Locator, item: string): Promise<void> {
  await (await bar(page, message)).getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** Presses a button of the bar that floats at a message. */
export async function press(page: Page, message: Locator, button: string): Promise<void> {
  await (await bar(page, message)).getByRole('button', { name: button, exact: true }).click()
}

/** The bar that floats at a message: the pointer goes there again when the message moved from under it. */
export async function bar(page: Page, message: Locator): Promise<Locator> {
  const bar = page.getByRole('toolbar', { name: 'Message actions' })
  await expect(async () => {
    await message.hover()
    await expect(bar).toBeVisible({ timeout: 1_000 })
  }).toPass()
  return bar
}

/** A toast that says this. */
export const toast = (page: Page, text: string | RegExp) => page.locator('.toast').filter({ hasText: text })
