import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { Person, url } from './people.ts'

/** Opens a window of its own for somebody who is logged in. */
type Open = (person: Person, path?: string) => Promise<Page>

/** Playwright's test, where any error in the console of any page fails the journey. */
export const test = base.extend<{ open: Open; quiet: void }>({
  baseURL: async ({}, use) => use(url()),

  quiet: [
    async ({ context }, use) => {
      const errors: string[] = []
      context.on('console', (message) => {
        if (message.type() === 'error' && !expected(message.text())) errors.push(message.text())
      })
      context.on('weberror', (error) => errors.push(String(error.error())))
      await use()
      expect(errors, 'errors in the console').toEqual([])
    },
    { auto: true },
  ],

  open: async ({ browser }, use) => {
    const contexts: Awaited<ReturnType<typeof browser.newContext>>[] = []
    await use(async (person, path = '/') => {
      const context = await browser.newContext({ baseURL: url() })
      contexts.push(context)
      // The refresh cookie is all that a logged-in window has.
      const login = await context.request.post('/api/v1/auth/login', {
        data: { login: person.nickname, password: person.password, web: true },
        headers: { origin: url() },
      })
      expect(login.ok(), await login.text()).toBe(true)
      const page = await context.newPage()
      await page.goto(path)
      return page
    })
    for (const context of contexts) await context.close()
  },
})

/** What a browser says about refusals that a journey provokes. */
const expected = (text: string) => /Failed to load resource.*(401|403|409|422|429)/.test(text)

/** No finding of axe that stops somebody: serious and critical ones. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const told = grave.map(({ id, help, nodes }) => `${id}: ${help} (${nodes[0]?.target})`)
  expect(told, 'accessibility').toEqual([])
}

export { expect, Person }
