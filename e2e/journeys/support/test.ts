import AxeBuilder from '@axe-core/playwright'
import { type BrowserContext, type BrowserContextOptions, type Page, test as base, expect } from '@playwright/test'
import { Person, url } from './people.ts'
import { shake } from './shake.ts'
import { Troubles } from './troubles.ts'

interface Fixtures {
  /** What no journey may cause. `troubles.allow(…)` names what one provokes on purpose. */
  troubles: Troubles
  /** A window of its own for nobody in particular. */
  visit: (path?: string, options?: BrowserContextOptions) => Promise<Page>
  /** A window of its own for somebody who is logged in. */
  open: (person: Person, path?: string, options?: BrowserContextOptions) => Promise<Page>
}

/** Playwright's test, where any error in the console or the network fails the journey. */
export const test = base.extend<Fixtures>({
  baseURL: async ({}, use) => use(url()),

  troubles: [
    async ({ context }, use) => {
      const troubles = new Troubles()
      troubles.watch(context)
      await shake(context)
      await use(troubles)
      expect(troubles.seen, 'errors in the console or the network').toEqual([])
    },
    { auto: true },
  ],

  visit: async ({ browser, troubles }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (path = '/', options = {}) => {
      const context = await browser.newContext({ baseURL: url(), ...options })
      contexts.push(context)
      troubles.watch(context)
      await shake(context)
      const page = await context.newPage()
      await page.goto(path)
      return page
    })
    for (const context of contexts) await context.close()
  },

  open: async ({ browser, troubles }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (person, path = '/', options = {}) => {
      const context = await browser.newContext({ baseURL: url(), ...options })
      contexts.push(context)
      troubles.watch(context)
      await shake(context)
      await signIn(context, person)
      const page = await context.newPage()
      await page.goto(path)
      return page
    })
    for (const context of contexts) await context.close()
  },
})

/** The refresh cookie is all that a logged-in window has. */
async function signIn(context: BrowserContext, person: Person): Promise<void> {
  const login = await context.request.post(`${url()}/api/v1/auth/login`, {
    data: { login: person.nickname, password: person.password, web: true },
    headers: { origin: url() },
  })
  expect(login.ok(), await login.text()).toBe(true)
}

/** No finding of axe that stops somebody: serious and critical ones. */
export async function expectAccessible(page: Page, where = page.url()): Promise<void> {
  await expectNoFinding(page, new AxeBuilder({ page }), `accessibility of ${where}`)
}

/** Every text stands out from its ground. */
export async function expectReadable(page: Page, where: string): Promise<void> {
  await expectNoFinding(page, new AxeBuilder({ page }).withRules(['color-contrast']), `contrast of ${where}`)
}

async function expectNoFinding(page: Page, axe: AxeBuilder, what: string): Promise<void> {
  // What is still fading in has no contrast yet.
  await page.evaluate(() => Promise.allSettled(
    document.getAnimations()
      .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
      .map((one) => one.finished),
  ))
  const { violations } = await axe.analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const told = grave.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 4).map((node) => `${id}: ${help} (${node.target}) ${node.any[0]?.message ?? ''}`),
  )
  expect.soft(told, what).toEqual([])
}

export { expect, Person }
