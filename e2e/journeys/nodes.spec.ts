import type { Page } from '@playwright/test'
import { Nodes } from './support/nodes.ts'
import { png } from './support/pictures.ts'
import { chatLink, composer, press, ready, row, rows, say, status } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

// Only with `scripts/e2e.sh --nodes`.

declare const complaints: string[]

/** Keeps whatever the page complains about from now on. */
const listen = (page: Page) =>
  page.evaluate(() => {
    const heard: string[] = []
    new MutationObserver((changes) => {
      const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node instanceof HTMLElement)
      const loud = added.flatMap((node) => [node, ...node.querySelectorAll<HTMLElement>('*')])
      heard.push(...loud.filter((node) => node.matches('.toast, [role="alert"]')).map((node) => node.textContent ?? ''))
    }).observe(document.body, { childList: true, subtree: true })
    Object.assign(window, { complaints: heard })
  })

test('nodes are killed and added while people talk, and all they see is a connection that comes back', async ({ open, troubles }) => {
  test.slow()
  // What was on its way to a node that is gone.
  troubles.allow(/^50[23] /, /ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/, /WebSocket connection/)
  const nodes = await Nodes.start()
  const before = process.env.SPACE_URL
  process.env.SPACE_URL = nodes.url
  try {
    const people = [await Person.register('anna'), await Person.register('boris')] as const
    const [anna, boris] = people
    const space = await anna.makeSpace('Nodes')
    const chat: string = space.default_chat_id
    await boris.join(space.id)
    const orders = await anna.makeChat(space.id, 'orders')
    const here = `/s/${space.id}/c/${chat}`
    const [first, second] = [await open(anna, here), await open(boris, here)]
    const pages = [first, second]
    const connections = [0, 0]
    for (const [n, page] of pages.entries()) {
      await ready(page)
      await listen(page)
      page.on('websocket', () => (connections[n]! += 1))
    }

    // Until none of the nodes is left that they began with.
    for (let round = 1; round <= Number(process.env.E2E_NODES); round += 1) {
      let isReplaced = false
      const replaced = nodes.replace().then(() => (isReplaced = true))
      const talk = pages.map(async (page, n) => {
        const own: string[] = []
        do {
          own.push(`${people[n]!.nickname} ${round}.${own.length}`)
          await say(page, own.at(-1)!)
        } while (!isReplaced)
        return own
      })
      const said = (await Promise.all(talk)).flat()
      await replaced
      for (const page of pages) for (const text of said) await expect(row(page, text)).toHaveCount(1)
    }
    // Each of them was cut off, and came back.
    for (const count of connections) expect(count).toBeGreaterThan(0)
    const banner = 'No connection. What you write is kept'
    for (const page of pages) await expect(page.getByText(banner)).toHaveCount(0)

    // Everything works as before: files, typing, changes, news of other chats, who is there.
    const chooser = first.waitForEvent('filechooser')
    await first.getByRole('button', { name: 'Attach files' }).click()
    await (await chooser).setFiles({ name: 'oven.png', mimeType: 'image/png', buffer: png(600, 400) })
    await expect(first.locator('.tray__bar')).toHaveCount(0)
    const sent = await say(first, 'The oven')
    const image = row(second, 'The oven').locator('img')
    await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
    await composer(second).pressSequentially('Ni')
    await expect(status(first)).toHaveText(`${boris.nickname} is typing…`)
    await press(first, sent, 'Edit')
    await composer(first).fill('The new oven')
    await composer(first).press('Enter')
    await expect(row(second, 'The new oven')).toBeVisible()
    await anna.say(orders.id, 'Two loaves')
    await expect(chatLink(second, 'orders')).toContainText('1')
    for (const page of pages) {
      const members = page.getByRole('complementary', { name: 'Members' })
      await expect(members.locator('.status-dot[data-status="online"]')).toHaveCount(2)
    }
    expect(await Promise.all(pages.map((page) => page.evaluate(() => complaints)))).toEqual([[], []])

    // In one order for all, and once.
    const { items } = await anna.get(`/messages/${chat}?limit=100`)
    const stored = items.map((message: { content: string }) => message.content)
    expect(new Set(stored).size).toBe(stored.length)
    for (const page of pages) {
      expect(await rows(page).locator('.text').allTextContents()).toEqual(stored)
      await page.reload()
      await ready(page)
      await expect(rows(page).locator('.text')).toHaveText(stored)
    }
  } finally {
    process.env.SPACE_URL = before
    await nodes.stop()
  }
})
