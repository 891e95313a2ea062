import type { BrowserContext, Route } from '@playwright/test'

/** How late an answer or a frame may be, in milliseconds. */
const LATEST = { answer: 600, frame: 400 }

/**
 * `SHAKE=7 make e2e`: every answer of the server and every frame of its stream is late by chance, so that
 * they come in orders that a quick machine never shows. The number is the seed.
 */
export async function shake(context: BrowserContext): Promise<void> {
  const { SHAKE } = process.env
  if (!SHAKE) return
  const chance = seeded(Number(SHAKE))
  await context.route(
    (url) => url.pathname.startsWith('/api/v1/') && !url.pathname.startsWith('/api/v1/files'),
    async (route) => late(route, chance() * LATEST.answer),
  )
  await context.routeWebSocket(/\/api\/v1\/ws/, (page) => {
    const server = page.connectToServer()
    let before = Promise.resolve()
    const inTurn = (then: () => void) => {
      const at = wait(chance() * LATEST.frame)
      before = before.then(() => at).then(then)
    }
    server.onMessage((frame) => inTurn(() => page.send(frame)))
    server.onClose((code, reason) => inTurn(() => void page.close({ code, reason })))
  })
}

/** Done at the server at once; told late. */
async function late(route: Route, milliseconds: number): Promise<void> {
  try {
    const response = await route.fetch()
    await wait(milliseconds)
    await route.fulfill({ response })
  } catch {
    // The window is gone, or it did not wait for the answer.
    await route.abort('aborted').catch(() => undefined)
  }
}

const wait = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds))

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
