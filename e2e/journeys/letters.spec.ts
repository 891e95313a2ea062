import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, expectAccessible, Person, test } from './support/test.ts'

/** The newest letter to an address that holds the mark. */
async function letter(address: string, mark: string): Promise<string> {
  const folder = join(process.env.E2E_DATA_DIR!, 'mail')
  let found = ''
  await expect
    .poll(async () => {
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml')).sort()
      for (const name of names.reverse()) {
        const text = (await readFile(join(folder, name), 'utf8')).replaceAll('=\r\n', '').replaceAll('=3D', '=')
        if (text.includes(`To: ${address}`) && text.includes(mark)) return (found = text)
      }
      return ''
    }, { timeout: 20_000 })
    .not.toBe('')
  return found
}

test('letters that were sent are listed, the latest first', async ({ open, visit }) => {
  const anna = await Person.register('anna')
  const forgetful = await visit('/forgot')
  await forgetful.getByRole('textbox', { name: 'Nickname or e-mail' }).fill(anna.nickname, { timeout: 30_000 })
  await forgetful.getByRole('button', { name: 'Send the link' }).click()
  // Noted once the post has it.
  await expect.poll(async () => (await anna.get('/notifications/deliveries')).items.length, { timeout: 20_000 }).toBe(2)
  const page = await open(anna, '/settings/notifications')
  const letters = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Letters sent to you' }) })
  await expect(letters.getByRole('listitem')).toContainText(['Link for a new password', 'Code for your address'])
  for (const line of await letters.getByRole('listitem').all()) await expect(line).toContainText('Sent')
  await letter(`${anna.nickname}@example.org`, '/reset#')
})

test('a forgotten password comes back by a letter', async ({ visit }) => {
  const anna = await Person.register('anna')
  const page = await visit('/login')
  await page.getByRole('link', { name: 'Forgot the password?' }).click({ timeout: 30_000 })
  await page.getByRole('textbox', { name: 'Nickname or e-mail' }).fill(anna.nickname)
  await page.getByRole('button', { name: 'Send the link' }).click()
  await expect(page.getByText('a letter is on its way')).toBeVisible()
  await expectAccessible(page, 'the page of a forgotten password')
  const link = /\/reset#([\w-]+)/.exec(await letter(`${anna.nickname}@example.org`, '/reset#'))![0]
  await page.goto(link)
  await page.getByLabel('New password').fill('a brand new secret')
  await page.getByRole('button', { name: 'Save the password' }).click()
  await expect(page.getByText('The password is changed')).toBeVisible()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('textbox', { name: 'Nickname or e-mail' }).fill(anna.nickname)
  await page.getByRole('textbox', { name: 'Password' }).fill('a brand new secret')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/login/)
})

test('a new address is confirmed by the code of its letter', async ({ open }) => {
  const anna = await Person.register('anna')
  const page = await open(anna, '/d')
  const field = page.getByRole('textbox', { name: 'Code' })
  await expect(field).toBeVisible({ timeout: 30_000 })
  await field.fill('12')
  await page.getByRole('button', { name: 'Confirm' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  const text = await letter(`${anna.nickname}@example.org`, 'Your code')
  await field.fill(/^\s*(\d{6})\s*$/m.exec(text)![1]!)
  await page.getByRole('button', { name: 'Confirm' }).click()
  await expect(page.getByText('Your address is confirmed.')).toBeVisible()
  await expect(field).toHaveCount(0)
})

test('the room for the banner of an address is as high as the banner', async ({ open }) => {
  for (const width of [1440, 1024, 390]) {
    const anna = await Person.register('anna')
    const page = await open(anna, '/emoji.txt', { viewport: { width, height: 900 } })
    await page.addInitScript(() => {
      const heights: number[] = []
      Object.assign(window, { heights })
      const look = () => {
        const banner = document.querySelector('.email-banner')
        if (banner) heights.push(banner.getBoundingClientRect().height)
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
    await page.goto('/inbox')
    await expect(page.locator('form.email-banner')).toBeVisible({ timeout: 30_000 })
    const heights = await page.evaluate(async () => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      return (window as unknown as { heights: number[] }).heights
    })
    expect([...new Set(heights)], `${width} wide`).toHaveLength(1)
  }
})

test('a new address can be given up again', async ({ open }) => {
  const anna = await Person.register('anna')
  const page = await open(anna, '/settings/account')
  const email = page.locator('form').filter({ has: page.getByRole('heading', { name: 'E-mail' }) })
  await email.getByRole('textbox', { name: 'E-mail' }).fill(`new_${anna.nickname}@example.org`, { timeout: 30_000 })
  await email.getByLabel('Current password').fill(anna.password)
  await email.getByRole('button', { name: 'Change' }).click()
  await expect(email.getByText(`new_${anna.nickname}@example.org waits for the code`)).toBeVisible()
  await email.getByRole('button', { name: 'Keep the old address' }).click()
  await expect(page.getByText('The address stays as it was.')).toBeVisible()
  await expect(email.getByText('waits for the code')).toHaveCount(0)
  expect((await anna.get('/auth/email')).pending).toBe(null)
})
