import type { Page } from '@playwright/test'
import { payloads } from './support/hostile-texts.ts'
import { Refused } from './support/people.ts'
import { ready, rows } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

/** What must never happen in a page that shows a hostile text. */
interface Harm {
  page: Page
  told: () => Promise<string[]>
}

/** Watches a window for dialogs, scripts that ran, violations of the policy and strange requests. */
async function guard(page: Page): Promise<Harm> {
  const seen: string[] = []
  page.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    const own = origin === new URL(page.url()).origin
    if (!own && protocol.startsWith('http')) seen.push(`request: ${request.url()}`)
  })
  await page.addInitScript(() => {
    const harm: string[] = []
    Object.assign(window, { harm, pwned: () => harm.push('script') })
    document.addEventListener('securitypolicyviolation', (event) => {
      harm.push(`policy: ${event.violatedDirective} ${event.sample}`)
    })
  })
  await page.reload()
  const inside = () => page.evaluate(() => (window as unknown as { harm: string[] }).harm)
  return { page, told: async () => [...seen, ...(await inside())] }
}

const refused = (error: unknown): undefined => {
  if (!(error instanceof Refused) || ![409, 422].includes(error.status)) throw error
}

/** Elements that texts of people can never make. */
const forbidden =
  'script:not([src]):not([type="application/ld+json"]), iframe, object, embed, base, link[rel=import], ' +
  'form[action], svg script, [onerror], [onload], [onclick], [onmouseover], [onfocus], [ontoggle], [style*="expression"]'

async function expectHarmless({ page, told }: Harm, where: string): Promise<void> {
  expect(await told(), where).toEqual([])
  const found = await page.locator('#content, .shell').first().evaluate(
    (area, forbidden) => [...area.querySelectorAll(forbidden)].map((one) => one.outerHTML.slice(0, 120)),
    forbidden,
  )
  expect(found, where).toEqual([])
  const links = await page.locator('.text a').evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''))
  expect(links.filter((href) => !/^(https?:|mailto:)/i.test(href)), where).toEqual([])
}

test('hostile messages stay text', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Hostile')
  const chat = space.default_chat_id
  let total = 0
  for (const payload of payloads) {
    // What the server refuses, such as control characters, cannot harm.
    const stored = await anna.say(chat, payload).catch(refused)
    if (stored) total += 1
  }
  expect(total).toBeGreaterThan(150)
  const page = await open(anna, `/s/${space.id}/c/${chat}`)
  const harm = await guard(page)
  await ready(page)
  const seen = new Set<string>()
  const list = page.getByRole('log', { name: 'Messages' })
  await expect
    .poll(async () => {
      for (const id of await rows(page).evaluateAll((all) => all.map((one) => one.getAttribute('data-id')!))) seen.add(id)
      await expectHarmless(harm, 'a message')
      await list.evaluate((element) => element.scrollBy(0, -400))
      return seen.size
    }, { timeout: 40_000, intervals: [20] })
    .toBe(total)
  // What can be pressed in such a message does nothing but what it says.
  for (const spoiler of await page.locator('.spoiler[data-act]').all()) await spoiler.click()
  await expectHarmless(harm, 'a message after a press')
})

test('hostile names and topics stay text', async ({ open, troubles }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const short = payloads.filter((payload) => [...payload].length <= 60 && [...payload].length >= 3)
  expect(short.length).toBeGreaterThan(20)
  const space = await anna.makeSpace('Names')
  await boris.join(space.id)
  let kept = 0
  for (const [at, payload] of short.slice(0, 25).entries()) {
    // What the server refuses as a name cannot harm; what it takes must stay text.
    const made = await anna.makeChat(space.id, payload, `${payload} ${at}`).catch(refused)
    if (made) kept += 1
  }
  expect(kept).toBeGreaterThan(10)
  const name = '<img src=x onerror=pwned()>'
  await anna.patch('/profile/me', { display_name: name, bio: '<svg onload=pwned()>' })
  await anna.patch(`/spaces/${space.id}`, { name: '<script>pwned()</script>', description: '"><svg/onload=pwned()>' })
  await anna.say(space.default_chat_id, 'who am I?')
  const page = await open(boris, `/s/${space.id}/c/${space.default_chat_id}`)
  const harm = await guard(page)
  await ready(page)
  await expect(rows(page).getByText(name)).toBeVisible()
  await expect(page.getByRole('button', { name: '<script>pwned()</script>' })).toBeVisible()
  await expectHarmless(harm, 'names')
  const chats = page.getByRole('complementary', { name: 'Chats and spaces' }).locator('.chat-row')
  await chats.nth(2).click()
  await expect(page.locator('.conversation__topic')).toBeVisible()
  await expectHarmless(harm, 'topics')
  await page.goto('/discover')
  await expect(page.getByRole('heading', { name: '<script>pwned()</script>' }).first()).toBeVisible()
  await expectHarmless(harm, 'the directory')
  expect(troubles.seen).toEqual([])
})
