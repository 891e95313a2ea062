import { choose, composer, ready, rows, say, toast } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

/** The files of lazy screens; a development build has none. */
const parts = /\/(split|chunk)-[^/]*\.wasm$/
const isSplit = async (page: import('@playwright/test').Page) =>
  Boolean(await page.locator('meta[name="parts"]').getAttribute('content'))

test('a screen whose code does not come says so and can be tried again', async ({ open, troubles }) => {
  troubles.allow(/ERR_FAILED/, /console: /)
  const anna = await Person.register('anna')
  const { id, default_chat_id: chat } = await anna.makeSpace('Slow')
  const page = await open(anna, '/login')
  test.skip(!(await isSplit(page)), 'nothing is lazy in a development build')
  await page.context().route(parts, (route) => route.abort('failed'))

  await page.goto('/settings')
  const alert = page.getByRole('alert').filter({ hasText: 'cannot be reached' })
  await expect(alert).toBeVisible()
  await page.context().unroute(parts)
  await alert.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()

  const other = await open(anna, '/login')
  await other.context().route(parts, (route) => route.abort('failed'))
  await other.goto(`/s/${id}/c/${chat}`)
  await ready(other)
  await other.keyboard.press('Control+k')
  const told = toast(other, 'cannot be reached')
  await expect(told).toBeVisible()
  await other.context().unroute(parts)
  await told.getByRole('button', { name: 'Try again' }).click()
  await expect(other.getByRole('dialog').getByRole('combobox')).toBeFocused()
})

test('a screen is not shown without its styles, and a chat needs none of them', async ({ open, troubles }) => {
  troubles.allow(/ERR_FAILED/, /console: /)
  const anna = await Person.register('anna')
  const { id, default_chat_id: chat } = await anna.makeSpace('Plain')
  const page = await open(anna, '/login')
  const styles = /\/later-[^/]*\.css$/
  await page.context().route(styles, (route) => route.abort('failed'))
  await page.goto(`/s/${id}/c/${chat}`)
  await ready(page)
  await say(page, 'written meanwhile')
  await page.keyboard.press('Control+k')
  const told = toast(page, 'cannot be reached')
  await expect(told).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)

  await page.context().unroute(styles)
  await told.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused()
  await expect(page.getByRole('dialog')).not.toHaveCSS('border-top-left-radius', '0px')
})

test('what was seen last stands there before the server has answered', async ({ open }) => {
  const anna = await Person.register('anna')
  const { id, default_chat_id: chat } = await anna.makeSpace('Kept')
  const page = await open(anna, `/s/${id}/c/${chat}`)
  await ready(page)
  await say(page, 'kept for the next time')
  await page.reload()
  await ready(page)
  await expect(rows(page)).toHaveCount(1)

  // The server thinks for a while.
  let answer = () => {}
  const thinking = new Promise<void>((done) => { answer = done })
  await page.route('**/api/v1/**', async (route) => {
    await thinking
    await route.fallback()
  })
  await page.reload()
  await expect(rows(page).filter({ hasText: 'kept for the next time' })).toBeVisible()
  await expect(composer(page)).toBeVisible()
  answer()
  await say(page, 'and it goes on')
  await expect(rows(page)).toHaveCount(2)
})

test('what is kept goes with the session, with the message and with the chat', async ({ open, troubles }) => {
  // Of the space that one was removed from.
  troubles.allow(/^404 GET/)
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const { id, default_chat_id: chat } = await anna.makeSpace('Gone')
  await boris.join(id)
  const own = await boris.makeSpace('Own')
  const page = await open(boris, `/s/${id}/c/${chat}`)
  await ready(page)
  await say(page, 'a secret of this space')
  const kept = () => page.evaluate(() => JSON.stringify(Object.entries(localStorage).filter(([name]) => name.startsWith('the-space.kept:'))))

  await page.reload()
  await ready(page)
  await expect.poll(kept).toContain('a secret of this space')

  // A deleted message is not shown again, also when an older answer comes after its end.
  let release = () => {}
  const deleted = new Promise<void>((done) => (release = done))
  let late: Promise<void> | undefined
  await page.route(new RegExp(`/messages/${chat}\\?`), (route) => {
    late = (async () => {
      const response = await route.fetch()
      await deleted
      await route.fulfill({ response })
    })()
    return late
  }, { times: 1 })
  await page.reload()
  await choose(page, rows(page).filter({ hasText: 'a secret of this space' }), 'Delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect.poll(kept).not.toContain('a secret of this space')
  release()
  await late
  await expect(rows(page).filter({ hasText: 'a secret of this space' })).toHaveCount(0)
  expect(await kept()).not.toContain('a secret of this space')

  await say(page, 'another secret')
  await page.reload()
  await ready(page)
  await expect.poll(kept).toContain('another secret')
  // Removed while the page is closed.
  await page.goto('about:blank')
  await anna.post(`/spaces/${id}/kick/${boris.id}`)
  await page.goto(`/s/${id}/c/${chat}`)
  await expect(page.getByText('another secret')).toHaveCount(0)
  await expect.poll(kept).not.toContain('another secret')

  // What was begun belongs to him: the next one at this machine finds nothing of it.
  const begun = () => page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes('draft')).length)
  await page.goto(`/s/${own.id}/c/${own.default_chat_id}`)
  await ready(page)
  await composer(page).fill('Not for others')
  await expect.poll(begun).toBe(1)
  await page.locator('.own-card__person').click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('dialog', { name: 'Sign out' }).getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('textbox', { name: 'Nickname or e-mail' })).toBeVisible()
  expect(await kept()).toBe('[]')
  expect(await begun()).toBe(0)
})
