import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { randomUUID } from 'node:crypto'
import { composer, press, ready, row, rows, scroller } from './support/screen.ts'
import { expect, expectAccessible, expectReadable, Person, test } from './support/test.ts'

const screens = join(import.meta.dirname, '../results/screens')
const widths = [2560, 1440, 1024, 390]
const colourful = ['login', 'conversation', 'markdown', 'search', 'inbox', 'appearance', 'space-roles', 'invite']
/** Some forty pages: minutes, also where a machine is busy with other things. */
const A_WHILE = 600_000
const schemes = ['blue', 'green', 'purple', 'orange', 'teal']

let owner: Person
let newcomer: Person
let other: Person
let space: { id: string; default_chat_id: string }
let direct: string
let group: string
let invitation: string

test.beforeAll(async () => {
  owner = await Person.demo()
  newcomer = await Person.register('new')
  space = (await owner.get('/spaces')).items[0]
  other = await Person.register('other')
  await other.join(space.id)
  direct = (await owner.post('/chats', { user_id: other.id })).id
  await other.say(direct, 'Only the two of us')
  group = (await owner.post('/chats', { user_ids: [other.id], name: 'The bakers' })).id
  const bot = await owner.post('/bots', { nickname: `bot_${randomUUID().slice(0, 8)}`, display_name: 'Oven' })
  await owner.post(`/spaces/${space.id}/bots`, { bot_id: bot.id })
  invitation = (await owner.post(`/spaces/${space.id}/invites`, {})).code
})

/** A page: where it is, and what must be seen before a look at it makes sense. */
interface View {
  name: string
  path: () => string
  seen: (page: Page) => Promise<void>
}

const heading = (name: string) => async (page: Page) =>
  expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()

const chat = () => `/s/${space.id}/c/${space.default_chat_id}`

const views: View[] = [
  { name: 'conversation', path: chat, seen: async (page) => expect(rows(page).last()).toBeVisible() },
  { name: 'list', path: () => `/s/${space.id}`, seen: async (page) => expect(page.locator('.shell')).toBeVisible() },
  { name: 'discover', path: () => '/discover', seen: async (page) => expect(page.locator('.directory__entry').first()).toBeVisible() },
  { name: 'direct', path: () => '/d', seen: async (page) => expect(page.locator('.shell')).toBeVisible() },
  { name: 'appearance', path: () => '/settings/appearance', seen: heading('Settings') },
  { name: 'language', path: () => '/settings/language', seen: heading('Settings') },
  { name: 'account', path: () => '/settings/account', seen: heading('Settings') },
  { name: 'profile', path: () => '/settings/profile', seen: heading('Settings') },
  { name: 'inbox', path: () => '/inbox', seen: heading('Notifications') },
  { name: 'threads', path: () => '/threads', seen: heading('Threads') },
  { name: 'direct-chat', path: () => `/d/${direct}`, seen: async (page) => expect(row(page, 'Only the two of us')).toBeVisible() },
  { name: 'notifications', path: () => '/settings/notifications', seen: heading('Settings') },
  { name: 'developer', path: () => '/settings/developer', seen: heading('Settings') },
  { name: 'sticker packs', path: () => '/settings/stickers', seen: async (page) => expect(page.getByRole('heading', { name: 'Sticker packs', level: 2 })).toBeVisible() },
  { name: 'invitation', path: () => `/i/${invitation}`, seen: async (page) => expect(page.locator('main h1')).toBeVisible() },
  { name: 'security', path: () => '/settings/security', seen: async (page) => expect(page.getByText('This device')).toBeVisible() },
  { name: 'privacy', path: () => '/settings/privacy', seen: async (page) => expect(page.getByText('Show when I am online')).toBeVisible() },
  { name: 'data', path: () => '/settings/data', seen: async (page) => expect(page.getByText('Download the copy')).toBeVisible() },
  { name: 'nowhere', path: () => '/nowhere', seen: async (page) => expect(page.getByText('There is nothing here')).toBeVisible() },
]

/** What a window of another size closes or leaves beside itself, such as a menu, and how it is opened. */
interface Floating {
  shown: Locator
  open: () => Promise<unknown>
}

/** Pictures at every width, for people to look at; axe where the layout differs. */
async function look(page: Page, name: string, theme: string, floating?: Floating): Promise<void> {
  const dialog = page.locator('dialog:visible')
  const dialogs = await dialog.count()
  // A dark page is built like the light one.
  for (const width of theme === 'light' ? widths : [1440, 390]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    if (floating) {
      const box = (await floating.shown.isVisible()) ? await floating.shown.boundingBox() : null
      if (box && box.x + box.width > width) await page.keyboard.press('Escape')
      if (!(await floating.shown.isVisible())) await floating.open()
      await expect(floating.shown).toBeInViewport({ ratio: 0.9 })
    }
    // What was opened stays open, whatever the width.
    await expect(dialog).toHaveCount(dialogs)
    await page.screenshot({ path: join(screens, `${name}-${width}-${theme}.png`), animations: 'disabled' })
    // Of the dark one the colours are looked at.
    const check = theme === 'light' ? expectAccessible : expectReadable
    if (width === 1440 || width === 390) await check(page, `${name} at ${width}, ${theme}`)
  }
  // The other colours differ in nothing but colour; between them these pages show every element.
  for (const scheme of colourful.includes(name) ? schemes : []) {
    await page.evaluate((scheme) => document.documentElement.setAttribute('data-scheme', scheme), scheme)
    await expectReadable(page, `${name} in ${scheme}, ${theme}`)
  }
  await page.evaluate((scheme) => document.documentElement.setAttribute('data-scheme', scheme), 'maroon')
  await page.setViewportSize({ width: 1440, height: 900 })
}

for (const theme of ['light', 'dark'] as const) {
  test(`every page is in order, ${theme}`, async ({ open, visit }) => {
    test.setTimeout(A_WHILE)
    const stranger = await visit('/login', { colorScheme: theme, reducedMotion: 'reduce' })
    await expect(stranger.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
    await look(stranger, 'login', theme)
    await stranger.getByRole('link', { name: 'Create an account' }).click()
    await stranger.getByRole('textbox', { name: 'Nickname' }).fill('x')
    await stranger.getByRole('textbox', { name: 'E-mail' }).fill('nobody')
    await stranger.getByLabel('Password', { exact: true }).fill('1234')
    await stranger.getByLabel('Password', { exact: true }).blur()
    await look(stranger, 'register', theme)
    for (const [path, title] of [['forgot', 'A new password'], ['reset', 'Choose a new password'], ['unsubscribe', '']]) {
      await stranger.goto(`/${path}?token=nothing`)
      await expect(stranger.getByRole('heading', { name: title, level: 1 })).toBeVisible()
      await look(stranger, path, theme)
    }

    const empty = await open(newcomer, '/', { colorScheme: theme, reducedMotion: 'reduce' })
    await expect(empty.getByText('You are in no space yet')).toBeVisible()
    await look(empty, 'home', theme)

    const page = await open(owner, chat(), { colorScheme: theme, reducedMotion: 'reduce' })
    for (const view of views) {
      await page.goto(view.path())
      await view.seen(page)
      await look(page, view.name, theme)
    }
  })

  test(`everything that floats is in order, ${theme}`, async ({ open }) => {
    test.setTimeout(A_WHILE)
    const page = await open(owner, chat(), { colorScheme: theme, reducedMotion: 'reduce' })
    await ready(page)
    await page.getByRole('button', { name: 'Search' }).first().click()
    await page.getByRole('searchbox', { name: 'Search in messages' }).fill('bread')
    await expect(page.locator('.hit').first()).toBeVisible()
    await look(page, 'search', theme)

    await page.goto(chat())
    await ready(page)
    const menu = page.getByRole('menu')
    const bar = (button: string) => () => press(page, rows(page).last(), button)
    await look(page, 'emoji', theme, { shown: page.locator('.picker'), open: bar('React') })
    await page.keyboard.press('Escape')
    await look(page, 'message-menu', theme, { shown: menu, open: bar('More') })
    await page.keyboard.press('Escape')

    await page.keyboard.press('ControlOrMeta+k')
    await expect(page.getByRole('dialog').getByRole('option').first()).toBeVisible()
    await look(page, 'palette', theme)
    await page.keyboard.press('Escape')
    await scroller(page).focus()
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
    await look(page, 'keys', theme)
    await page.keyboard.press('Escape')
    await page.locator('.row__author').last().click()
    await expect(page.getByRole('dialog', { name: 'Profile' })).toBeVisible()
    await look(page, 'profile-card', theme)
    await page.keyboard.press('Escape')
    const buttons = page.locator('.conversation__buttons')
    for (const panel of ['Pinned messages', 'Threads', 'Members']) {
      const open = async () => {
        const button = buttons.getByRole('button', { name: panel })
        if (await button.isVisible()) return button.click()
        // A phone has no room for all buttons.
        await buttons.getByRole('button', { name: 'More' }).click()
        await page.getByRole('menuitem', { name: panel }).click()
      }
      const shown = page.getByRole('complementary', { name: panel })
      if (!(await shown.isVisible())) await open()
      await expect(page.locator('.panel .skeleton')).toHaveCount(0)
      await look(page, `panel-${panel}`, theme, { shown, open })
    }
    const more = () => buttons.getByRole('button', { name: 'More' }).click()
    await look(page, 'chat-menu', theme, { shown: menu, open: more })
    await page.keyboard.press('Escape')

    await composer(page).fill('# A heading\n**bold** _italic_ ~~gone~~ `code` ||hidden||\n> quoted\n\n- one\n- two\n\n```rust\nfn main() {\n    println!("hello");\n}\n```\n| Bread | Price |\n|---|--:|\n| rye | 5 |\n\nhttps://example.org')
    await composer(page).press('Enter')
    await expect(row(page, 'A heading').last()).toBeVisible()
    await expect(scroller(page)).toBeVisible()
    await look(page, 'markdown', theme)

  })

  test(`a space and what is set in it are in order, ${theme}`, async ({ open }) => {
    test.setTimeout(A_WHILE)
    const page = await open(owner, chat(), { colorScheme: theme, reducedMotion: 'reduce' })
    await ready(page)
    await page.getByRole('navigation', { name: 'Spaces' }).getByRole('button', { name: 'Create a space' }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await look(page, 'create-space', theme)
    await page.keyboard.press('Escape')
    await page.locator('.sidebar__space').click()
    await page.getByRole('menuitem', { name: 'Invite people' }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await look(page, 'invite', theme)
    await page.keyboard.press('Escape')
    const settings = new URL(page.url()).pathname.split('/').slice(0, 3).join('/') + '/settings'
    for (const tab of ['overview', 'emoji', 'roles', 'members', 'invites', 'bans', 'reports', 'audit', 'danger']) {
      await page.goto(`${settings}/${tab}`)
      await expect(page.locator(`[data-tab=${tab}]`)).toBeVisible()
      await expect(page.locator('.skeleton')).toHaveCount(0)
      await look(page, `space-${tab}`, theme)
    }
  })

  test(`what asks before it does something is in order, ${theme}`, async ({ open }) => {
    test.setTimeout(A_WHILE)
    const options = { colorScheme: theme, reducedMotion: 'reduce' } as const
    const page = await open(owner, chat(), options)
    await ready(page)
    const header = page.locator('.conversation__buttons')
    const calendar = async () => {
      await header.getByRole('button', { name: 'More' }).click()
      await page.getByRole('menuitem', { name: 'Go to a day' }).click()
    }
    await look(page, 'calendar', theme, { shown: page.locator('.calendar'), open: calendar })
    await page.keyboard.press('Escape')
    await page.locator('.row__author').last().click()
    const profile = page.getByRole('dialog', { name: 'Profile' })
    await profile.getByRole('button', { name: 'Name in this space' }).click()
    await expect(profile.getByRole('textbox', { name: 'Name in this space' })).toBeVisible()
    await look(page, 'space-nickname', theme)
    await page.keyboard.press('Escape')

    await page.goto(`/d/${group}`)
    await ready(page)
    await header.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'People' }).click()
    const people = page.getByRole('dialog', { name: 'People of the group' })
    await expect(people.getByText(other.nickname).first()).toBeVisible()
    await look(page, 'group-people', theme)
    await people.getByRole('button', { name: `Take ${other.nickname} out` }).click()
    await look(page, 'group-take-out', theme)

    await page.goto('/settings/developer')
    await page.getByRole('button', { name: 'What to do with Oven' }).first().click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await expect(page.getByRole('dialog', { name: 'Edit Oven' })).toBeVisible()
    await look(page, 'bot-edit', theme)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'What to do with Oven' }).first().click()
    await page.getByRole('menuitem', { name: 'Take out of a space' }).click()
    await page.getByRole('dialog', { name: 'Spaces of Oven' }).getByRole('button', { name: 'Take out' }).click()
    await expect(page.getByRole('dialog', { name: 'Take Oven out' })).toBeVisible()
    await look(page, 'bot-take-out', theme)

    const leaving = await open(other, `/s/${space.id}/settings/danger`, options)
    await leaving.getByRole('button', { name: 'Leave the space' }).click()
    await expect(leaving.getByRole('dialog', { name: 'Leave the space' })).toBeVisible()
    await look(leaving, 'space-leave', theme)
    const ending = await open(newcomer, '/settings/data', options)
    await ending.getByRole('button', { name: 'Delete my account' }).click()
    await expect(ending.getByRole('dialog', { name: 'Delete the account' })).toBeVisible()
    await look(ending, 'delete-account', theme)
  })
}
