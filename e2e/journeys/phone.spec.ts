import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { devices, type Locator, type Page } from '@playwright/test'
import { chatLink, composer, ready, row, rows, say, scroller } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'

const phone = { ...devices['Pixel 7'], viewport: { width: 390, height: 844 }, defaultBrowserType: undefined }

const chatLinkRu = (page: Page, name: string) =>
  page.getByRole('complementary', { name: 'Чаты и пространства' }).getByRole('link', { name })

/** Nothing sticks out at the side. */
const expectNoSideScroll = async (page: Page) =>
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)

/** A finger that stays on a message opens its menu. */
async function longPress(page: Page, message: Locator): Promise<void> {
  const box = (await message.locator('.text').boundingBox())!
  const session = await page.context().newCDPSession(page)
  const touchPoints = [{ x: box.x + 10, y: box.y + 10 }]
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
  await expect(page.locator('.row--lit')).toHaveCount(1)
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await expect(page.getByRole('menu', { name: 'Message actions' })).toBeVisible()
}

test('one column, a bar at the bottom, a composer above it, a long press', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Pocket')
  await anna.makeChat(space.id, 'errands', 'What to buy and where, a topic that is much longer than a phone is wide')
  const page = await open(anna, '/', phone)

  // The list, then the chat, then back.
  await expect(page).toHaveURL(new RegExp(`/s/${space.id}$`))
  const bar = page.getByRole('navigation', { name: 'Menu' })
  await expect(bar).toBeVisible()
  await expectNoSideScroll(page)
  await chatLink(page, 'errands').tap()
  await ready(page)
  // It comes last, and moves what is below it.
  await expect(page.getByRole('button', { name: 'Enter the code' })).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Chats and spaces' })).toBeHidden()
  await expectNoSideScroll(page)

  // Enter makes a line, the button sends.
  await composer(page).tap()
  await composer(page).pressSequentially('milk')
  await composer(page).press('Enter')
  await composer(page).pressSequentially('bread')
  await page.getByRole('button', { name: 'Send', exact: true }).tap()
  const sent = rows(page).filter({ hasText: 'bread' })
  await expect(sent).toBeVisible()
  const field = (await composer(page).boundingBox())!
  expect(field.y + field.height).toBeLessThanOrEqual(844)
  expect(field.width).toBeGreaterThan(200)

  await longPress(page, sent)
  await page.getByRole('menuitem', { name: 'Reply', exact: true }).tap()
  await expect(page.getByText('Reply to')).toBeVisible()
  await expectNoSideScroll(page)

  await page.getByRole('link', { name: 'Back' }).tap()
  await expect(chatLink(page, 'errands')).toBeVisible()
  await bar.getByRole('link', { name: 'Me', exact: true }).tap()
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  await expectNoSideScroll(page)
  await bar.getByRole('link', { name: 'Home' }).tap()
  await expect(chatLink(page, 'errands')).toBeVisible()
  await bar.getByRole('button', { name: 'Search' }).tap()
  await page.getByRole('option', { name: 'Search in messages' }).tap()
  await expect(page.getByRole('searchbox', { name: 'Search in messages' })).toBeVisible()
})

test('between phone and desk the spaces and chats are in a drawer', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Tablet')
  await anna.makeChat(space.id, 'second')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`, { viewport: { width: 768, height: 1024 } })
  await ready(page)
  await expect(chatLink(page, 'second')).not.toBeInViewport()
  await page.getByRole('button', { name: 'Chats and spaces' }).click()
  await expect(chatLink(page, 'second')).toBeInViewport()
  await page.keyboard.press('Escape')
  await expect(chatLink(page, 'second')).not.toBeInViewport()
  await page.getByRole('button', { name: 'Chats and spaces' }).click()
  await chatLink(page, 'second').click()
  await expect(page.getByRole('heading', { name: 'second', level: 1 })).toBeVisible()
  await expect(chatLink(page, 'second')).not.toBeInViewport()
  await say(page, 'from the tablet')
})

test('an address that waits for its code takes one line, until the code is typed', async ({ open }) => {
  const anna = await Person.register('anna')
  const page = await open(anna, '/inbox', phone)
  // Not the room that is kept for it.
  const banner = page.locator('form.email-banner')
  await expect(banner).toBeVisible({ timeout: 30_000 })
  expect((await banner.boundingBox())!.height).toBeLessThanOrEqual(56)
  await banner.getByRole('button', { name: 'Enter the code' }).tap()
  await expect(banner.getByRole('textbox', { name: 'Code' })).toBeFocused()
  await expect(banner.getByRole('button', { name: 'Confirm' })).toBeVisible()
  await expectNoSideScroll(page)
  await banner.getByRole('button', { name: 'Not now' }).tap()
  await expect(banner).toHaveCount(0)
})

test('a finger that goes to the right leads back once, and one that scrolls or selects does not', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Edge')
  await anna.makeChat(space.id, 'errands')
  await anna.say(space.default_chat_id, `\`\`\`\n${'a very long line of code '.repeat(20)}\n\`\`\``)
  for (let line = 0; line < 40; line++) await anna.say(space.default_chat_id, `line ${line}`)
  const page = await open(anna, '/inbox', phone)
  await expect(page.getByRole('heading', { name: 'Notifications', level: 1 })).toBeVisible({ timeout: 30_000 })
  const bar = page.getByRole('navigation', { name: 'Menu' })
  await bar.getByRole('link', { name: 'Home' }).tap()
  await chatLink(page, 'general').tap()
  await ready(page)
  const session = await page.context().newCDPSession(page)
  const touch = (type: string, touchPoints: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type: type as 'touchStart', touchPoints })
  type Place = [number, number]
  const drag = async (from: Place, to: Place) => {
    await touch('touchStart', [{ x: from[0], y: from[1] }])
    for (let step = 1; step <= 8; step++) {
      await touch('touchMove', [{ x: from[0] + ((to[0] - from[0]) * step) / 8, y: from[1] + ((to[1] - from[1]) * step) / 8 }])
    }
  }
  const swipe = async (from: Place, to: Place) => {
    await drag(from, to)
    await touch('touchEnd', [])
  }
  const arrow = page.locator('.swipe')
  const list = page.getByRole('complementary', { name: 'Chats and spaces' })
  const log = page.getByRole('log', { name: 'Messages' })

  // Along the page, askew, to the left, not far enough.
  await log.evaluate((log) => log.scrollTo(0, log.scrollHeight))
  const top = await log.evaluate((log) => log.scrollTop)
  await swipe([40, 200], [50, 500])
  await expect.poll(() => log.evaluate((log) => log.scrollTop)).toBeLessThan(top)
  await swipe([40, 300], [240, 560])
  await swipe([300, 300], [100, 300])
  await swipe([40, 400], [90, 400])
  await expect(arrow).toHaveCount(0)

  // Code goes to the side.
  const code = rows(page).locator('pre')
  await log.evaluate((log) => log.scrollTo(0, 0))
  await expect(code).toBeInViewport()
  await code.evaluate((pre) => { pre.scrollLeft = 900 })
  const box = (await code.boundingBox())!
  await swipe([box.x + 20, box.y + box.height / 2], [box.x + 220, box.y + box.height / 2])
  await expect.poll(() => code.evaluate((pre) => pre.scrollLeft)).toBeLessThan(900)

  // What is selected stays under the reader's finger.
  await row(page, 'line 3').first().locator('.text').evaluate((text) => getSelection()!.selectAllChildren(text))
  await swipe([40, 400], [240, 400])
  await expect(composer(page)).toBeVisible()
  await expect(list).toBeHidden()
  await page.evaluate(() => getSelection()!.removeAllRanges())

  // What is pulled out shows it, and can be put back.
  await drag([40, 400], [240, 405])
  await expect(arrow).toHaveClass(/swipe--far/)
  await touch('touchMove', [{ x: 50, y: 405 }])
  await touch('touchEnd', [])
  await expect(arrow).toHaveCount(0)
  await expect(composer(page)).toBeVisible()

  // A panel first, then the list; the browser does not go back as well.
  await page.locator('.conversation__header').getByRole('button', { name: 'Search' }).tap()
  const panel = page.getByRole('complementary', { name: 'Search' })
  await expect(panel).toBeVisible()
  await swipe([40, 700], [300, 705])
  await expect(panel).toHaveCount(0)
  await expect(composer(page)).toBeVisible()
  const length = await page.evaluate(() => history.length)
  await swipe([40, 400], [300, 405])
  await expect(page).toHaveURL(new RegExp(`/s/${space.id}$`))
  await expect(chatLink(page, 'errands')).toBeVisible()
  expect(await page.evaluate(() => history.length)).toBe(length + 1)
  // The list is the beginning.
  await swipe([100, 600], [360, 605])
  await expect(page).toHaveURL(new RegExp(`/s/${space.id}$`))
  await expect(arrow).toHaveCount(0)

  // Who wants no motion sees the arrow where it stays.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await chatLink(page, 'errands').tap()
  await ready(page)
  await drag([40, 400], [80, 405])
  const still = (await arrow.boundingBox())!
  await touch('touchMove', [{ x: 240, y: 405 }])
  await expect(arrow).toHaveClass(/swipe--far/)
  expect((await arrow.boundingBox())!.x).toBe(still.x)
  await touch('touchEnd', [])
  await expect(chatLink(page, 'errands')).toBeVisible()
})

test('long names and words push nothing out of a page', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  await boris.patch('/profile/me', { display_name: 'Олександра Безсмертна-Костогриз-Дніпровська' })
  const space = await anna.makeSpace('Международная школа изобразительных искусств')
  await boris.join(space.id)
  await anna.makeChat(space.id, 'домашние задания и проверочные работы')
  await anna.put(`/profile/me/marks/${boris.id}`, { mark: 'blocked' })
  const page = await open(anna, '/settings/privacy', { ...phone, locale: 'ru-RU' })
  const body = page.locator('.page__body')
  const sticksOut = () => body.evaluate((body) => body.scrollWidth - body.clientWidth)
  await expect(page.getByText('Безсмертна')).toBeVisible({ timeout: 30_000 })
  expect(await sticksOut()).toBeLessThanOrEqual(0)
  await page.goto(`/s/${space.id}/settings/members`)
  await expect(page.locator('.manage__members').getByText('Безсмертна')).toBeVisible()
  expect(await sticksOut()).toBeLessThanOrEqual(0)

  // The buttons of a line stay in sight beside a long name.
  await page.goto(`/s/${space.id}`)
  await page.getByRole('button', { name: 'Меню списка' }).click()
  await page.getByRole('menuitem', { name: 'Порядок чатов' }).click()
  const line = page.locator('.arrange__line').filter({ hasText: 'домашние' })
  await expect(line.getByRole('button', { name: 'Ниже' })).toBeInViewport()

  // The chat's name has the room of what stands in the menu.
  await page.keyboard.press('Escape')
  await chatLinkRu(page, 'домашние').click()
  await expect(page.getByRole('button', { name: 'Закреплённые сообщения' })).toBeHidden()
  await page.locator('.conversation__header').getByRole('button', { name: 'Ещё' }).click()
  await page.getByRole('menuitem', { name: 'Закреплённые сообщения' }).click()
  await expect(page.getByRole('complementary', { name: 'Закреплённые сообщения' })).toBeVisible()

  // Settings of a space have the whole width, and a role is readable between phone and desk.
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`/s/${space.id}/settings/roles`)
  await page.getByRole('button', { name: /^Moderator/ }).first().click()
  await expect(page.getByRole('textbox', { name: 'Название роли' })).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Участники' })).toHaveCount(0)
  await page.setViewportSize({ width: 1024, height: 800 })
  expect((await page.locator('.roles__editor').boundingBox())!.width).toBeGreaterThan(320)
})

test('a member who has nothing but a phone has an ordinary day', async ({ visit }) => {
  test.slow()
  const anna = await Person.register('anna')
  const space = await anna.makeSpace(`Evening class ${anna.nickname}`)
  const chat: string = space.default_chat_id
  const homework = await anna.makeChat(space.id, 'homework', 'Hand in before Friday')
  const task = await anna.say(homework.id, 'Read chapter seven of the bread book')
  const invite = await anna.post(`/spaces/${space.id}/invites`, {})

  // The link, an account, and in.
  const page = await visit(`/i/${invite.code}`, phone)
  await expect(page.getByRole('heading', { name: space.name })).toBeVisible({ timeout: 30_000 })
  await expectNoSideScroll(page)
  await page.getByRole('link', { name: 'Sign in to join' }).tap()
  await page.getByRole('link', { name: 'Create an account' }).tap()
  const nickname = `mira_${randomUUID().slice(0, 8)}`
  await page.getByRole('textbox', { name: 'Nickname' }).fill(nickname)
  await page.getByRole('textbox', { name: 'E-mail' }).fill(`${nickname}@example.org`)
  await page.getByLabel('Password', { exact: true }).fill('a rather long secret')
  await expectNoSideScroll(page)
  await page.getByRole('button', { name: 'Create the account' }).tap()
  await page.getByRole('button', { name: 'Join' }).tap()
  await chatLink(page, 'general').tap()
  await ready(page)

  // The first word, and an answer.
  const send = page.getByRole('button', { name: 'Send', exact: true })
  const write = async (text: string) => {
    await composer(page).fill(text)
    await send.tap()
    await expect(rows(page).filter({ hasText: text })).toHaveCount(1)
  }
  await write('Good evening from the tram')
  await anna.say(chat, 'Welcome! Look into homework')
  await expect(row(page, 'Look into homework')).toBeVisible()

  // A question in a thread of the task, from the menu under a finger.
  await page.getByRole('link', { name: 'Back' }).tap()
  await chatLink(page, 'homework').tap()
  await expect(row(page, 'Read chapter seven')).toBeVisible()
  await longPress(page, row(page, 'Read chapter seven'))
  await page.getByRole('menuitem', { name: 'Reply in a thread' }).tap()
  const thread = page.getByRole('complementary', { name: 'Thread' })
  await thread.getByRole('textbox', { name: 'Reply in the thread' }).fill('The exercises too?')
  await thread.getByRole('button', { name: 'Send', exact: true }).tap()
  await anna.post(`/messages/${homework.id}`, { content: 'Only the first two', nonce: randomUUID(), thread_root: task.id })
  await expect(thread.locator('.row').filter({ hasText: 'Only the first two' })).toBeVisible()
  await expectNoSideScroll(page)
  await thread.getByRole('button', { name: 'Close the panel' }).tap()
  await expect(scroller(page).getByRole('button', { name: /2 replies/ })).toBeVisible()

  // A file and a sticker.
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Attach files' }).tap()
  await (await chooser).setFiles({ name: 'answers.txt', mimeType: 'text/plain', buffer: Buffer.from('42') })
  await expect(page.locator('.tray__bar')).toHaveCount(0)
  await write('Here are my answers')
  await expect(row(page, 'Here are my answers').locator('.file-card')).toContainText('answers.txt')
  await page.locator('.composer').getByRole('button', { name: 'Emoji' }).tap()
  await page.getByRole('tab', { name: 'Stickers' }).tap()
  await page.locator('.stickers__grid').getByRole('button', { name: 'Party' }).tap()
  const sticker = rows(page).getByRole('button', { name: 'Sticker Party' })
  await expect(sticker).toBeInViewport()
  await expectNoSideScroll(page)

  // What was said is found, and shown where it was said.
  await page.locator('.conversation__header').getByRole('button', { name: 'Search' }).tap()
  await page.getByRole('searchbox', { name: 'Search in messages' }).fill('chapt')
  await page.locator('.hit').filter({ hasText: 'chapter seven' }).tap()
  await expect(page.locator('.row--lit')).toContainText('Read chapter seven')

  // Elsewhere he is named: the bar says so and leads there.
  await page.getByRole('link', { name: 'Back' }).tap()
  const bar = page.getByRole('navigation', { name: 'Menu' })
  await bar.getByRole('link', { name: 'Me', exact: true }).tap()
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  await anna.say(homework.id, `@${nickname} well done`)
  const bell = bar.getByRole('link', { name: /Inbox/ })
  await expect(bell.locator('.badge')).toContainText('1 unread notification')
  await bell.tap()
  await page.getByRole('listitem').filter({ hasText: 'well done' }).getByRole('link').tap()
  await expect(row(page, 'well done')).toBeInViewport()

  // His looks and his name.
  await page.getByRole('link', { name: 'Back' }).tap()
  await expect(bell.locator('.badge')).toHaveCount(0)
  await bar.getByRole('link', { name: 'Me', exact: true }).tap()
  await page.getByRole('link', { name: 'Appearance' }).tap()
  const kept = page.waitForResponse((answer) => answer.request().method() === 'PATCH')
  await page.getByRole('group', { name: 'Theme' }).getByRole('radio', { name: 'Dark' }).check({ force: true })
  await kept
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.goto('/settings/profile')
  await page.getByRole('textbox', { name: 'Your name' }).fill('Mira')
  await page.getByRole('button', { name: 'Save' }).tap()
  await expect.poll(async () => (await anna.get(`/profile/nickname/${nickname}`)).display_name).toBe('Mira')
  await expectNoSideScroll(page)
  await expectAccessible(page, 'the settings at the end of the day')
})

test('who is in no space is told how to come into one', async ({ open }) => {
  const page = await open(await Person.register('anna'), '/', phone)
  await expect(page.getByText('You are in no space yet')).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Chats and spaces' })).toBeHidden()
  await expectAccessible(page, 'the beginning on a phone')
  await page.getByRole('link', { name: 'Back' }).tap()
  await expect(page.getByText('No conversations yet')).toBeVisible()
  await page.getByRole('link', { name: 'Home' }).tap()
  await page.getByRole('button', { name: 'Create a space' }).last().tap()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Pocket')
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).tap()
  await expect(chatLink(page, 'general')).toBeVisible()
})

test('a table that is wider than the phone scrolls in its message', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Tables')
  const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
  const line = (of: string[]) => `| ${of.join(' | ')} |`
  await anna.say(space.default_chat_id, [
    line(['Bread', ...days]),
    line(['---', ...days.map(() => '--:')]),
    line(['**rye**', ...days.map((_, at) => `${at * 10}`)]),
    line(['<b>spelt</b>', ...days.map(() => '')]),
  ].join('\n'))
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`, phone)
  await ready(page)
  const table = rows(page).getByRole('table')
  await expect(table.getByRole('columnheader')).toHaveText(['Bread', ...days])
  await expect(table.getByRole('row').nth(1).getByRole('cell')).toHaveText(['rye', '0', '10', '20', '30', '40', '50'])
  await expect(table.getByRole('cell', { name: '10', exact: true })).toHaveCSS('text-align', 'end')
  await expect(table.getByRole('row').nth(2).getByRole('cell')).toHaveText(['<b>spelt</b>'])
  await expectNoSideScroll(page)
  const frame = page.locator('.table')
  await frame.evaluate((one) => one.scrollTo(1_000, 0))
  await expect(table.getByRole('columnheader', { name: 'Saturday' })).toBeInViewport({ ratio: 1 })
  await expectAccessible(page, 'a table')
})
