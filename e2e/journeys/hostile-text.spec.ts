import { randomUUID } from 'node:crypto'
import type { Page } from '@playwright/test'
import { payloads } from './support/hostile-texts.ts'
import { Refused, url } from './support/people.ts'
import { ready, row, rows } from './support/screen.ts'
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
  if (!(error instanceof Refused) || ![400, 409, 422].includes(error.status)) throw error
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

test('hole 3: hostile messages stay text', async ({ open }) => {
  test.slow()
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Hostile')
  const chat = space.default_chat_id
  let total = 0
  for (const payload of payloads) {
    // What the server refuses, such as control characters, cannot harm.
    const stored = await anna.say(chat, payload).catch(refused)
    if (stored) total += 1
  }
  expect(total).toBeGreaterThan(220)
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
    }, { timeout: 80_000, intervals: [20] })
    .toBe(total)
  // What can be pressed in such a message does nothing but what it says.
  for (const spoiler of await page.locator('.spoiler[data-act]').all()) await spoiler.click()
  await expectHarmless(harm, 'a message after a press')
})

test('hole 3: hostile names stay text', async ({ open, troubles }) => {
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

/** Sends a file with a name of one's choice, as a message. */
async function sendFile(person: Person, chat: string, name: string): Promise<void> {
  const form = new FormData()
  form.append('file', new Blob(['hello'], { type: 'text/plain' }), name)
  const headers = { authorization: `Bearer ${person.token}` }
  const answer = await fetch(`${url()}/api/v1/files?chat_id=${chat}`, { method: 'POST', headers, body: form })
  const { id, code, detail } = await answer.json()
  // Control characters in a name are no form.
  if (!answer.ok) throw new Refused(answer.status, code, detail)
  await person.post(`/messages/${chat}`, { content: '', nonce: randomUUID(), attachment_ids: [id] })
}

test('hole 3: roles, statuses, categories, files and reports stay text', async ({ open, troubles }) => {
  test.slow()
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Carriers')
  const chat = space.default_chat_id
  await boris.join(space.id)
  // What each of them takes is its own decision; what it takes must stay text.
  const kept: Record<string, number> = {}
  const carry = async (what: string, send: Promise<unknown>) => {
    const stored = await send.then(() => true).catch(refused)
    kept[what] = (kept[what] ?? 0) + (stored ? 1 : 0)
  }
  // Without control characters, which no message may hold.
  const short = payloads.filter((payload) => [...payload].length <= 32 && !/[\u0000-\u001f]/.test(payload)).slice(0, 12)
  expect(short.length).toBe(12)
  for (const payload of short) {
    await carry('role', anna.post(`/spaces/${space.id}/roles`, { name: payload, color: '#aa3366', priority: 20, permissions: ['view_chat', 'send_messages'] }))
    await carry('category', anna.post(`/spaces/${space.id}/categories`, { name: payload }))
    await carry('file', sendFile(boris, chat, `${payload}.txt`))
    await carry('nickname', anna.patch(`/spaces/${space.id}/participants/${boris.id}`, { nickname: payload }))
    await carry('status', boris.post('/status/set-status', { status: 'online', text: payload }))
    const message = await boris.say(chat, `report me: ${payload}`)
    await carry('report', anna.post(`/messages/${message.id}/report`, { reason: 'abuse', note: payload }))
  }
  for (const what of ['role', 'category', 'file', 'nickname', 'status', 'report']) {
    expect(kept[what], what).toBeGreaterThan(6)
  }
  const payload = '<svg onload=pwned()>'
  await anna.patch(`/spaces/${space.id}/participants/${boris.id}`, { nickname: payload })
  await boris.post('/status/set-status', { status: 'online', text: payload })
  const category = await anna.post(`/spaces/${space.id}/categories`, { name: `${payload} here` })
  await anna.put(`/spaces/${space.id}/chat-order`, { chats: [{ chat_id: chat, category_id: category.id }] })
  const roles = (await anna.get(`/spaces/${space.id}/roles`)).items
  const hostile = roles.find((role: { name: string }) => role.name.includes('onload')) ?? roles.find((role: { name: string }) => role.name.includes('<'))
  await anna.post(`/spaces/${space.id}/assign-role/${boris.id}/${hostile.id}`)
  const group = await anna.post('/chats', { user_ids: [boris.id], name: payload }).catch(refused)

  await anna.say(chat, 'Who was that?')
  await boris.say(chat, 'look at me')

  const page = await open(anna, `/s/${space.id}/c/${chat}`)
  const harm = await guard(page)
  await ready(page)
  const members = page.getByRole('complementary', { name: 'Members' })
  await expect(members.getByText(payload).first()).toBeVisible()
  await expect(members.locator('.members__custom')).toHaveText(payload)
  await expect(page.locator('.file-card').first()).toBeVisible()
  await expect(page.locator('.chat-list__category')).toHaveText(`${payload} here`)
  await expectHarmless(harm, 'the conversation')
  await row(page, 'look at me').locator('.row__author').hover()
  await expect(page.getByRole('group', { name: 'Card of a person' })).toContainText(payload)
  await expectHarmless(harm, 'a card')
  for (const tab of ['roles', 'members', 'reports', 'audit', 'overview']) {
    await page.goto(`/s/${space.id}/settings/${tab}`)
    await expect(page.locator(`[data-tab=${tab}]`)).toBeVisible()
    await expect(page.locator('.skeleton')).toHaveCount(0)
    await expectHarmless(harm, `the settings: ${tab}`)
  }
  await page.goto(group ? `/d/${group.id}` : '/d')
  await expect(page.locator('.shell')).toBeVisible()
  await expectHarmless(harm, 'a group')
  expect(troubles.seen).toEqual([])
})
