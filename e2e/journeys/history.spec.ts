import type { Locator, Page } from '@playwright/test'
import { beginning, importHistory } from './support/history.ts'
import { ready, row, rows, scroller, settled } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

const count = 5_000
/** The most rows of messages in the page. */
const limit = 120

let owner: Person
let reader: Person
let space: string
let chat: string

test.beforeAll(async () => {
  owner = await Person.register('owner')
  reader = await Person.register('reader')
  const name = `History ${owner.nickname}`
  await importHistory(owner, name, count)
  const mine = (await owner.get('/spaces')).items.find((one: { name: string }) => one.name === name)
  space = mine.id
  await reader.join(space)
  const chats = await owner.get(`/spaces/${space}/chats`)
  chat = chats.items.find((one: { name: string }) => one.name === 'history').id
})

/** Opens the chat for somebody, with an eye on everything that moves by itself. */
async function enter(open: (person: Person, path: string) => Promise<Page>, person: Person, query = '') {
  // A page without pictures of others: their spaces may be gone before those are fetched.
  const page = await open(person, '/inbox')
  await expect(page.getByRole('heading', { name: 'Notifications' })).toBeVisible()
  await page.goto(`/s/${space}/c/${chat}${query}`)
  await ready(page)
  await expect(rows(page).first()).toBeVisible()
  // What comes with the start is here, too: the banner of an address, the parts that are fetched ahead.
  await settled(page)
  await page.evaluate(() => {
    const shifts: string[] = []
    Object.assign(window, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Shift[]) {
        // What follows an input, such as a window's new size, is no shift.
        if (entry.value === 0 || entry.hadRecentInput) continue
        const moved = entry.sources.map(({ node, previousRect, currentRect }) => {
          const name = (node as Element | null)?.className ?? '?'
          return `${name} ${previousRect.top}→${currentRect.top}`
        })
        shifts.push(`${entry.value.toFixed(4)} ${moved.join(', ')}`)
      }
    }).observe({ type: 'layout-shift' })
  })
  return page
}

/** An entry of the browser's list of what moved by itself. */
interface Shift extends PerformanceEntry {
  value: number
  hadRecentInput: boolean
  sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[]
}

const shifts = (page: Page) => page.evaluate(() => (window as unknown as { shifts: string[] }).shifts)

/** The numbers of the messages in the page, from top to bottom. */
const numbers = (page: Page) =>
  rows(page).evaluateAll((all) =>
    all.map((one) => Number(/№(\d+)/.exec(one.querySelector('.text')?.textContent ?? '')?.[1])),
  )

async function expectInOrder(page: Page): Promise<void> {
  const seen = await numbers(page)
  expect(seen.length).toBeLessThanOrEqual(limit)
  expect(seen.length).toBeGreaterThan(0)
  for (let at = 1; at < seen.length; at += 1) expect(seen[at]).toBe(seen[at - 1]! + 1)
}

/** Two frames: what the list still does after a change is done and painted. */
const painted = (page: Page) =>
  page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))))

/** The topmost message that is seen whole, and how far below the top of the list it begins. */
async function anchor(page: Page): Promise<{ id: string; top: number }> {
  return scroller(page).evaluate((list) => {
    const frame = list.getBoundingClientRect()
    for (const one of list.querySelectorAll('.row[data-id]')) {
      const box = one.getBoundingClientRect()
      if (box.top >= frame.top) return { id: one.getAttribute('data-id')!, top: box.top - frame.top }
    }
    throw new Error('nothing is seen')
  })
}

const topOf = (page: Page, id: string) =>
  page.locator(`.row[data-id="${id}"]`).evaluate((one) =>
    one.getBoundingClientRect().top - one.closest('.messages__scroller')!.getBoundingClientRect().top)

async function expectStill(page: Page, before: { id: string; top: number }): Promise<void> {
  await painted(page)
  expect(Math.abs((await topOf(page, before.id)) - before.top)).toBeLessThanOrEqual(1)
}

/** Scrolls by a page and says how things stand. */
const step = (list: Locator, by: number) =>
  list.evaluate(async (element, by) => {
    element.scrollBy(0, by)
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    return {
      top: element.scrollTop,
      left: element.scrollHeight - element.clientHeight - element.scrollTop,
      rows: element.querySelectorAll('.row[data-id]').length,
      waits: element.querySelector('.list-header [role=status]') !== null,
    }
  }, by)

test('five thousand messages from end to beginning and back, few in the page, none moves', async ({ open }) => {
  test.slow()
  const page = await enter(open, owner)
  const list = scroller(page)
  await expect(row(page, `№${count}`)).toBeVisible()
  const beginningShown = page.getByText('This is where the conversation begins.')
  let most = 0
  let turns = 0
  while (!(await beginningShown.isVisible())) {
    const at = await step(list, -2_500)
    most = Math.max(most, at.rows)
    // The top of what is loaded: older ones are on their way.
    if (at.top < 1) await expect.poll(async () => (await step(list, -1)).top > 0 || (await beginningShown.isVisible())).toBe(true)
    if (turns % 12 === 0) await expectInOrder(page)
    turns += 1
    expect(turns).toBeLessThan(1_000)
  }
  await expect(row(page, '№1 ').first()).toBeVisible()
  await expectInOrder(page)
  for (turns = 0; turns < 1_000; turns += 1) {
    const at = await step(list, 5_000)
    most = Math.max(most, at.rows)
    if (turns % 12 === 0) await expectInOrder(page)
    if (at.left < 1 && (await numbers(page)).at(-1) === count) break
  }
  await expect(row(page, `№${count}`)).toBeVisible()
  expect(most).toBeLessThanOrEqual(limit)
  expect(await shifts(page)).toEqual([])
})

test('hole 15: what is read keeps its place whatever happens around it', async ({ open }) => {
  const page = await enter(open, owner, '?m=2500')
  await expect(row(page, '№2500 ')).toBeInViewport()
  await painted(page)

  // Older pages arrive.
  const before = await anchor(page)
  const older = page.waitForResponse((response) => response.url().includes('before='))
  await page.evaluate(() => document.querySelector('.messages__scroller')!.scrollBy(0, -1_500))
  await older
  await painted(page)
  await expectInOrder(page)
  const arrived = await anchor(page)
  expect(arrived.id).not.toBe(before.id)
  await expectStill(page, arrived)

  expect(await shifts(page)).toEqual([])

  // Something above grows late, as a picture does.
  const here = await anchor(page)
  await page.evaluate((id) => {
    const seen = document.querySelector(`.row[data-id="${id}"]`)!
    const above = seen.parentElement!.previousElementSibling!.previousElementSibling!
    const picture = document.createElement('div')
    picture.style.height = '180px'
    above.querySelector('.text')!.append(picture)
  }, here.id)
  await expectStill(page, here)
  expect(await shifts(page)).toEqual([])

  // The same in the frame that scrolls towards it: the row itself comes from higher up, which the browser
  // notes as a move, but what was seen follows the scroll and nothing else.
  const last = await anchor(page)
  await scroller(page).evaluate((list, id) => {
    // The row reaches out of sight a little: nothing is seen of the one above it.
    const seen = list.querySelector(`.row[data-id="${id}"]`)!
    list.scrollBy(0, seen.getBoundingClientRect().top - list.getBoundingClientRect().top + 4)
  }, last.id)
  await painted(page)
  const moved = await scroller(page).evaluate((list, id) => {
    const seen = list.querySelector(`.row[data-id="${id}"]`)!
    const above = seen.parentElement!.previousElementSibling!
    list.scrollBy(0, -4 - above.getBoundingClientRect().height / 2)
    const picture = document.createElement('div')
    picture.style.height = '180px'
    above.querySelector('.text')!.append(picture)
    return seen.getBoundingClientRect().top - list.getBoundingClientRect().top
  }, last.id)
  await expectStill(page, { ...last, top: moved })

  // The window gets narrower and lower.
  const wide = await anchor(page)
  for (const [width, height] of [[1280, 900], [1440, 900], [1100, 640], [1440, 900], [700, 500]] as const) {
    await page.setViewportSize({ width, height })
    await expectStill(page, wide)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await expectInOrder(page)
})

test('a change above what is read moves nothing', async ({ open }) => {
  const first = await reader.say(chat, 'short')
  for (let at = 0; at < 40; at += 1) await reader.say(chat, `after it ${at}`)
  const page = await enter(open, owner, `?m=${first.seq + 4}`)
  await expect(row(page, 'after it 3').first()).toBeInViewport()
  await scroller(page).evaluate((list, id) => {
    // Just out of sight at the top.
    const box = list.querySelector(`[data-id="${id}"]`)!.getBoundingClientRect()
    list.scrollBy(0, box.bottom - list.getBoundingClientRect().top + 4)
  }, first.id)
  await painted(page)
  const here = await anchor(page)
  await reader.patch(`/messages/${first.id}`, { content: 'longer\n'.repeat(12) })
  await expect(page.locator(`[data-id="${first.id}"] .row__edited`)).toBeAttached()
  await expectStill(page, here)
})

test('jumps: to a day, to the beginning, to what is answered, to the newest', async ({ open }) => {
  // Other journeys may have written meanwhile.
  const { last_seq: seq } = await owner.get(`/chats/${chat}`)
  await owner.post(`/chats/${chat}/read`, { seq })
  const page = await enter(open, owner)
  const menu = async (item: string) => {
    await page.getByRole('banner').or(page.locator('.conversation__header')).getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await menu('Go to a day')
  await page.getByLabel('Go to a day').last().fill('2026-01-12')
  await page.getByRole('button', { name: 'Go there' }).click()
  const midnight = Date.UTC(2026, 0, 11, 22)
  const number = Math.ceil((midnight - beginning) / (7 * 60_000))
  await expect(row(page, `№${number} `).or(row(page, `№${number}`)).first()).toBeInViewport()
  await expect(page.getByText('To the newest')).toBeVisible()

  // A topic answers its first message.
  const answer = row(page, `№${number}`).first()
  await answer.locator('.row__reply').click()
  const source = Math.floor((number - 1) / 500) * 500 + 1
  await expect(row(page, `№${source} `).or(row(page, `№${source}`)).first()).toBeInViewport()

  await menu('Go to the beginning')
  await expect(page.getByText('This is where the conversation begins.')).toBeInViewport()
  await page.getByRole('button', { name: 'To the newest' }).click()
  await expect(page.getByText('To the newest')).toHaveCount(0)
  expect(await scroller(page).evaluate((list) => list.scrollHeight - list.clientHeight - list.scrollTop)).toBeLessThan(2)
})

test('who comes back lands at the first unread message; new ones wait below', async ({ open }) => {
  const quiet = await owner.makeChat(space, `quiet ${owner.nickname.slice(-4)}`)
  for (let at = 0; at < 30; at += 1) await owner.say(quiet.id, `known ${at}`)
  const known = await reader.get(`/chats/${quiet.id}`)
  await reader.post(`/chats/${quiet.id}/read`, { seq: known.last_seq })
  for (let at = 0; at < 60; at += 1) await owner.say(quiet.id, `unknown ${at}\n\nwith a second line`)
  const page = await open(reader, `/s/${space}/c/${quiet.id}`)
  await ready(page)
  await expect(page.getByText('New', { exact: true })).toBeInViewport()
  await expect(row(page, 'unknown 0')).toBeInViewport()
  await expect(page.getByRole('button', { name: '60 new messages' })).toBeVisible()
  await owner.say(quiet.id, 'one more')
  await expect(page.getByRole('button', { name: '61 new messages' })).toBeVisible()
  await expect(row(page, 'unknown 0')).toBeInViewport()
  await page.getByRole('button', { name: '61 new messages' }).click()
  await expect(row(page, 'one more')).toBeInViewport()
  await expect(page.locator('.pill')).toHaveCount(0)
  // At the end it follows.
  await owner.say(quiet.id, 'followed')
  await expect(row(page, 'followed')).toBeInViewport()
})
