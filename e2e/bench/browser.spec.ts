import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, type BrowserContext, type Page, expect, test } from '@playwright/test'
import { Person } from '../journeys/support/people.ts'
import { png } from '../journeys/support/pictures.ts'
import { settled } from '../journeys/support/screen.ts'
import { Server } from '../journeys/support/server.ts'
import { writeCommunity } from './community.ts'
import { traced } from './trace.ts'

const root = resolve(import.meta.dirname, '../..')
const binary = process.env.SPACE_API_BINARY ?? join(root, 'target/release/api')
const size = Number(process.env.BENCH_MESSAGES ?? 100_000)
const runs = 5

const settings = { SPACE_BCRYPT_COST: '4' }
let server: Server
let anna: Person
let chats: { id: string; name: string; space_id: string }[]

const median = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!
const at = (list: number[], q: number) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))]!
const say = (what: string, got: string, limit: string) =>
  console.log(`  ${what.padEnd(60)} ${got.padStart(12)}${limit && `   (${limit})`}`)

test.describe.configure({ mode: 'serial' })

test.beforeAll(async () => {
  server = await Server.start(settings)
  process.env.SPACE_URL = server.url
  anna = await Person.register('anna')
  await server.stop()
  const file = join(server.dataDir, 'community.ndjson')
  await writeCommunity(file, { long: size, short: 200, other: 200 })
  const args = ['import', 'community', file, '--space', 'Bench', '--owner', anna.nickname]
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, ...settings, SPACE_DATA_DIR: server.dataDir }
  const began = Date.now()
  await promisify(execFile)(binary, args, { env, cwd: root, maxBuffer: 1 << 26 })
  const rate = Math.round((size + 400) / ((Date.now() - began) / 1000))
  say(`import of ${size + 400} messages, with start`, `${rate}/s`, '≥ 5000/s')
  server = await Server.start(settings, server.dataDir)
  process.env.SPACE_URL = server.url
  anna = await Person.signIn(anna.nickname, anna.password)
  chats = (await anna.get('/chats')).items
})

test.afterAll(async () => {
  await server?.stop()
  await server?.forget()
})

async function signedIn(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 900 } })
  const login = await context.request.post('/api/v1/auth/login', {
    data: { login: anna.nickname, password: anna.password, web: true },
    headers: { origin: server.url },
  })
  expect(login.ok()).toBe(true)
  return context
}

const named = (name: string) => chats.find((chat) => chat.name === name)!
const pathOf = (chat: { id: string; space_id: string }) => `/s/${chat.space_id}/c/${chat.id}`
const rows = (page: Page) => page.locator('.row__message')

/** Milliseconds from navigation to the first message on screen. */
async function open(page: Page, path: string): Promise<number> {
  await page.goto(path)
  await rows(page).first().waitFor()
  return page.evaluate(() => performance.now())
}

test('opening a chat, cold and warm', async ({ browser }) => {
  const cold: number[] = []
  const warm: number[] = []
  for (let i = 0; i < runs; i++) {
    const context = await signedIn(browser)
    const page = await context.newPage()
    cold.push(await open(page, pathOf(named('long'))))
    // What follows the first screen has come, too: the next start finds everything in the cache.
    await settled(page)
    warm.push(await open(page, pathOf(named('long'))))
    await context.close()
  }
  say('first usable chat, cold', `${Math.round(median(cold))} ms`, '≤ 1500 ms')
  say('first usable chat, warm', `${Math.round(median(warm))} ms`, '≤ 300 ms')
})

test('switching between chats that are loaded', async ({ browser }) => {
  const context = await signedIn(browser)
  const page = await context.newPage()
  await open(page, pathOf(named('short')))
  const times: number[] = []
  for (let i = 0; i < 200; i++) {
    const to = named(['other', 'long', 'short'][i % 3]!)
    const took = await page.evaluate(async (href) => {
      const link = document.querySelector<HTMLElement>(`a[href$="${href}"]`)!
      const began = performance.now()
      const before = document.querySelector('.messages__rows [data-key]:not([data-key="0"])')
      link.click()
      for (;;) {
        await new Promise(requestAnimationFrame)
        const now = document.querySelector('.messages__rows [data-key]:not([data-key="0"])')
        if (now && now !== before && location.pathname.endsWith(href)) return performance.now() - began
        if (performance.now() - began > 5000) throw new Error('the chat did not change')
      }
    }, to.id)
    // The first time a chat is not in memory yet.
    if (i >= 3) times.push(took)
  }
  say('chat switch from memory, median of 197', `${median(times).toFixed(1)} ms`, '≤ 50 ms')
  const cdp = await context.newCDPSession(page)
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = (await cdp.send('Runtime.getHeapUsage')) as {
    usedSize: number
    embedderHeapUsedSize?: number
    backingStorageSize?: number
  }
  const heap = (usedSize + embedderHeapUsedSize + backingStorageSize) / 2 ** 20
  say('heap after 200 switches: script, page, wasm', `${heap.toFixed(1)} MB`, '≤ 150 MB')
  expect(heap).toBeLessThanOrEqual(150)
  await context.close()
})

/** The newest of the long chat: every tenth has a picture, of one height or another. */
async function addPictures() {
  const { id } = named('long')
  for (let i = 0; i < 400; i++) {
    if (i % 10) await anna.say(id, `Loaf ${i}: ${'well baked, '.repeat(i % 17)}and sold`)
    else await anna.send(id, `Loaf ${i}`, `loaf-${i}.png`, png(600, 200 + (i % 7) * 90, i % 256))
  }
}

/** Scrolls so many frames by so many pixels each. */
const scroll = (page: Page, steps: number, by: number) =>
  page.evaluate(async ([steps, by]) => {
    const scroller = document.querySelector<HTMLElement>('.messages__scroller')!
    let shift = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as { value: number }[]) shift += entry.value
    }).observe({ type: 'layout-shift', buffered: false })
    // From frame to frame by the browser's frame clock, in which one that was missed counts twice; and by when
    // the page was asked for the next one, which comes earlier or later within a frame.
    const frames: number[] = []
    const calls: number[] = []
    let most = 0
    let grown = 0
    let last = await new Promise<number>(requestAnimationFrame)
    let lastCall = performance.now()
    const passed = new Set<string>()
    for (let i = 0; i < steps; i++) {
      scroller.scrollTop += by
      const frame = await new Promise<number>(requestAnimationFrame)
      const call = performance.now()
      frames.push(frame - last)
      calls.push(call - lastCall)
      last = frame
      lastCall = call
      if (i % 10) continue
      const list = scroller.querySelectorAll<HTMLElement>('[data-key]')
      most = Math.max(most, list.length)
      list.forEach((row) => passed.add(row.dataset.key!))
      if (i % 50) continue
      // What nobody knew the height of: the nearest row above that the next step does not bring into sight grows.
      const top = scroller.getBoundingClientRect().top - 120
      const out = [...list].filter((row) => row.getBoundingClientRect().bottom < top)
      const above = out.at(-1)?.querySelector('.text')
      if (!above) continue
      grown += 1
      const more = document.createElement('div')
      more.style.height = '120px'
      above.append(more)
    }
    return { frames, calls, shift, most, grown, passed: [...passed] }
  }, [steps, by] as const)

test(`scrolling through ${size} messages with late pictures`, async ({ browser }) => {
  await addPictures()
  const context = await signedIn(browser)
  const page = await context.newPage()
  // They come when their rows have long been there.
  let late = 0
  await page.route('**/api/v1/files/**', async (route) => {
    await new Promise((done) => setTimeout(done, 100 + ((late += 1) % 5) * 60))
    await route.continue().catch(() => (late -= 1))
  })
  const parts: Awaited<ReturnType<typeof scroll>>[] = []
  await open(page, pathOf(named('long')))
  await settled(page)
  parts.push(await scroll(page, 1500, -120))
  // Then from one twentieth to the next: to there, further up, and down again past where it began.
  for (let place = 19; place >= 0; place--) {
    await open(page, `${pathOf(named('long'))}?m=${Math.max(1, Math.round((size * place) / 20))}`)
    await settled(page)
    parts.push(await scroll(page, 75, -120), await scroll(page, 150, 120))
  }
  const [frames, calls] = [parts.flatMap((part) => part.frames), parts.flatMap((part) => part.calls)]
  const missed = frames.filter((ms) => ms > 25).length
  const sum = (of: (part: (typeof parts)[0]) => number) => parts.map(of).reduce((all, one) => all + one)
  const most = Math.max(...parts.map((part) => part.most))
  const passed = new Set(parts.flatMap((part) => part.passed)).size
  say('frames while scrolling, at 21 places; of them missed', `${frames.length}; ${missed}`, '')
  say('  asked for, p50 and p95', `${at(calls, 0.5).toFixed(1)}, ${at(calls, 0.95).toFixed(1)} ms`, '')
  say('frame while scrolling, p95', `${at(frames, 0.95).toFixed(1)} ms`, '≤ 16.7 ms')
  say(`layout shift, ${late} late pictures, ${sum((part) => part.grown)} rows that grew`, sum((part) => part.shift).toFixed(4), '0')
  expect(sum((part) => part.shift)).toBe(0)
  expect(late).toBeGreaterThan(20)
  say('rows in the document, most', String(most), '≤ 120')
  say('messages passed', String(passed), '')
  expect(most).toBeLessThanOrEqual(120)
  expect(passed).toBeGreaterThan(1500)
  await context.close()
})

test('what a frame is made of while scrolling', async ({ browser }) => {
  const context = await signedIn(browser)
  const page = await context.newPage()
  await open(page, pathOf(named('long')))
  await settled(page)
  const count = 500
  const { spent, took } = await traced(page, () =>
    page.evaluate(async (count) => {
      const scroller = document.querySelector<HTMLElement>('.messages__scroller')!
      const began = performance.now()
      for (let i = 0; i < count; i++) {
        scroller.scrollTop -= 120
        await new Promise(requestAnimationFrame)
      }
      return performance.now() - began
    }, count))
  say('time between two frames, on average', `${(took / count).toFixed(1)} ms`, 'with tracing')
  for (const [what, ms] of spent) say(`  ${what}`, `${(ms / count).toFixed(2)} ms`, '')
  await context.close()
})

/** Makes a space with so many members, in the private database of the server. */
async function makeCrowd(count: number): Promise<{ id: string; default_chat_id: string }> {
  const space = await anna.makeSpace('Crowd')
  const roles: { id: string; name: string }[] = (await anna.get(`/spaces/${space.id}/roles`)).items
  const member = roles.find(({ name }) => name === 'Member')!.id
  const sql = `
    INSERT INTO users (id, nickname, nickname_key)
      SELECT gen_random_uuid(), 'crowd_' || n, 'crowd_' || n FROM generate_series(1, ${count}) n;
    INSERT INTO space_members (space_id, user_id, role_id)
      SELECT '${space.id}', id, '${member}' FROM users WHERE nickname LIKE 'crowd%';
    ANALYZE users; ANALYZE space_members;`
  // The fourth and fifth lines say where it listens.
  const state = (await readFile(join(server.dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')
  const args = ['--host', state[4]!, '--port', state[3]!, '--username', 'space', '--set', 'ON_ERROR_STOP=1', '--quiet', '--command', sql]
  await promisify(execFile)('psql', args)
  return space
}

test('opening a list of 50,000 members', async ({ browser }) => {
  const space = await makeCrowd(50_000)
  const [asked, ready, found]: number[][] = [[], [], []]
  for (let i = 0; i < runs; i++) {
    const context = await signedIn(browser)
    const page = await context.newPage()
    /** Milliseconds from a click, or from now, until somebody of this name is in the list. */
    const until = (name: string, click?: string) =>
      page.evaluate(async ([name, click]) => {
        const began = performance.now()
        if (click) document.querySelector<HTMLElement>(click)!.click()
        for (;;) {
          await new Promise(requestAnimationFrame)
          const names = [...document.querySelectorAll('.panel .members__name')].map((one) => one.textContent)
          if (names.includes(name!)) return performance.now() - began
          if (performance.now() - began > 10_000) throw new Error(`no ${name}`)
        }
      }, [name, click] as const)
    // In a wide window it stands beside every chat: the space is chosen, and nothing of it is known yet.
    await open(page, pathOf(named('short')))
    await page.locator('.panel .members__row').first().waitFor()
    await settled(page)
    asked.push(await until('crowd_1', `.rail a[href^="/s/${space.id}"]`))
    await settled(page)
    // Closed and opened again.
    const button = '.conversation__buttons [aria-label="Members"]'
    await page.locator(button).click()
    await page.locator('.panel .members__row').first().waitFor({ state: 'detached' })
    ready.push(await until('crowd_1', button))
    await page.getByRole('searchbox', { name: 'Filter members' }).fill('crowd_4999')
    found.push(await until('crowd_49990'))
    await context.close()
  }
  say('list of 50,000 members, from another space', `${Math.round(median(asked))} ms`, '≤ 200 ms')
  say('  closed and opened again', `${Math.round(median(ready))} ms`, '≤ 200 ms')
  say('  found by a piece of the name', `${Math.round(median(found))} ms`, '250 ms of it wait for more letters')
})

test('weight of the client', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'scripts/weigh.mjs'), join(root, 'dist')])
  const [, first] = /first screen ([\d.]+) KiB of/.exec(stdout)!
  say('first screen: wasm, js, css, texts, brotli', `${first} KiB`, '≤ 350 KB')
})
