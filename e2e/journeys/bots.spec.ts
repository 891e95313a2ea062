import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { url } from './support/people.ts'
import { ready, rows, say, toast } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'

/** The only JavaScript of the README. */
function example(): string {
  const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8')
  const code = /```js\n([^]*?)```/.exec(readme)?.[1]
  if (!code) throw new Error('the README has no example of a bot')
  return code
}

test('a bot is made in the settings, and the ten lines of the README answer', async ({ open }) => {
  const lines = example().trim().split('\n').length
  expect(lines).toBeLessThanOrEqual(11)
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Bots at work')
  const page = await open(anna, '/settings/developer')

  await page.getByRole('button', { name: 'New bot' }).click()
  const nickname = `bot_${anna.nickname.slice(-8)}`
  await page.getByLabel('Nickname').fill(nickname)
  await page.getByLabel('Display name').fill('Echo')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText(`@${nickname}`)).toBeVisible()
  await expect(page.getByText('0 tokens · 0 spaces')).toBeVisible()

  const menu = page.getByRole('button', { name: 'What to do with Echo' })
  await menu.click()
  await page.getByRole('menuitem', { name: 'Tokens' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'New token' }).click()
  const dialog = page.getByRole('dialog', { name: 'New token' })
  await dialog.getByLabel('What it is for').fill('The README')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Make the token' }).click()
  const token = await dialog.getByTestId('secret').innerText()
  expect(token).toMatch(/^space_bot_[0-9A-Za-z]{40}$/)
  await dialog.getByRole('button', { name: 'I have kept it' }).click()
  await page.keyboard.press('Escape')

  await menu.click()
  await page.getByRole('menuitem', { name: 'Bring into a space' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Bring it in' }).click()
  await expect(toast(page, 'The bot is in the space.')).toBeVisible()
  await expect(page.getByText('1 token · 1 space')).toBeVisible()
  await expectAccessible(page)

  const folder = await mkdtemp(join(tmpdir(), 'space-bot-'))
  const script = join(folder, 'ping.mjs')
  await writeFile(script, example())
  const flags = Number(process.versions.node.split('.')[0]) < 22 ? ['--experimental-websocket'] : []
  const bot = spawn(process.execPath, [...flags, script], {
    env: { BOT_URL: url(), BOT_TOKEN: token, BOT_CHAT: space.default_chat_id },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  try {
    await page.goto(`/s/${space.id}/c/${space.default_chat_id}`)
    await ready(page)
    // The bot is there once it is shown as online.
    const member = page.getByRole('button', { name: /Online Echo/ })
    await expect(member).toHaveAccessibleName(/Online/)
    await say(page, 'ping')
    const pong = rows(page).filter({ hasText: 'pong' })
    await expect(pong).toHaveCount(1)
    await expect(pong).toContainText('bot')
    await expect(member).toContainText('bot')

    // Revoked: its socket is closed, it answers no more.
    const gone = new Promise((done) => bot.once('exit', done))
    const bots = await anna.get('/bots')
    const tokens = await anna.get(`/bots/${bots.items[0].id}/tokens`)
    await anna.delete(`/bots/${bots.items[0].id}/tokens/${tokens.items[0].id}`)
    await gone

    await page.goto('/settings/developer')
    await menu.click()
    await page.getByRole('menuitem', { name: 'Take out of a space' }).click()
    const spaces = page.getByRole('dialog', { name: 'Spaces of Echo' })
    await spaces.getByRole('button', { name: 'Take out' }).click()
    await page.getByRole('dialog', { name: 'Take Echo out' }).getByRole('button', { name: 'Take Echo out' }).click()
    await expect(toast(page, 'The bot is not in “Bots at work” any more.')).toBeVisible()
    await expect(spaces.getByText('It is in no space.')).toBeVisible()
    await expectAccessible(page, 'the spaces of a bot')
  } finally {
    bot.kill()
    await rm(folder, { recursive: true, force: true })
  }
})

test('a token of one’s own is shown once, works, and is revoked', async ({ open }) => {
  const anna = await Person.register('anna')
  const page = await open(anna, '/settings/developer')
  await page.getByRole('button', { name: 'New token' }).click()
  const dialog = page.getByRole('dialog', { name: 'New token' })
  await dialog.getByRole('checkbox', { name: /^Read/ }).uncheck()
  await dialog.getByRole('checkbox', { name: /^Write messages/ }).uncheck()
  await dialog.getByRole('button', { name: 'Make the token' }).click()
  // Nothing was chosen and nothing is lost.
  await expect(dialog.locator('.field__error').filter({ hasText: /\S/ })).toHaveCount(2)
  await dialog.getByLabel('What it is for').fill('My script')
  await dialog.getByRole('checkbox', { name: /^Read/ }).check()
  await dialog.getByRole('button', { name: 'Make the token' }).click()
  const token = await dialog.getByTestId('secret').innerText()
  expect(token).toMatch(/^space_pat_/)
  const ask = () => fetch(`${url()}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } })
  expect((await ask()).status).toBe(200)
  await dialog.getByRole('button', { name: 'I have kept it' }).click()
  await expect(page.getByText('My script')).toBeVisible()
  await expect(page.getByText(token)).toHaveCount(0)
  const revoke = { name: 'Revoke My script' }
  await page.getByRole('button', revoke).click()
  await page.getByRole('dialog', revoke).getByRole('button', revoke).click()
  await expect(page.getByText('No tokens yet.')).toBeVisible()
  expect((await ask()).status).toBe(401)
})
