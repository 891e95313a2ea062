import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { Page } from '@playwright/test'
import { chatLink, composer, press, ready, row, rows, say, scroller } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'

const thread = (page: Page) => page.getByRole('complementary', { name: 'Thread' })

test('a member arrives by a link and has an ordinary day', async ({ open, visit }) => {
  test.slow()
  const anna = await Person.register('anna')
  const space = await anna.makeSpace(`Night school ${anna.nickname}`)
  const chat = space.default_chat_id
  const homework = await anna.makeChat(space.id, 'homework', 'Hand in before Friday')
  const task = await anna.say(homework.id, 'Read chapter seven of the bread book')
  const invite = await anna.post(`/spaces/${space.id}/invites`, {})
  const teacher = await open(anna, `/s/${space.id}/c/${chat}`)
  await ready(teacher)

  // A stranger follows the link: the space, an account, and he is in.
  const page = await visit(`/i/${invite.code}`)
  await expect(page.getByRole('heading', { name: space.name })).toBeVisible({ timeout: 30_000 })
  await page.getByRole('link', { name: 'Sign in to join' }).click()
  await page.getByRole('link', { name: 'Create an account' }).click()
  const nickname = `luka_${randomUUID().slice(0, 8)}`
  await page.getByRole('textbox', { name: 'Nickname' }).fill(nickname)
  await page.getByRole('textbox', { name: 'E-mail' }).fill(`${nickname}@example.org`)
  await page.getByLabel('Password', { exact: true }).fill('a rather long secret')
  await page.getByRole('button', { name: 'Create the account' }).click()
  await page.getByRole('button', { name: 'Join' }).click()
  await ready(page)
  await expect(teacher.getByRole('complementary', { name: 'Members' }).getByText(nickname)).toBeVisible()

  // He says hello and is answered while he looks.
  await say(page, 'Good evening, I am new')
  await expect(row(teacher, 'Good evening, I am new')).toBeVisible()
  await say(teacher, 'Welcome! Look into homework')
  await expect(row(page, 'Welcome! Look into homework')).toBeVisible()

  // A question in a thread of the task.
  await chatLink(page, 'homework').click()
  await expect(row(page, 'Read chapter seven')).toBeVisible()
  await press(page, row(page, 'Read chapter seven'), 'Reply in a thread')
  const reply = thread(page).getByRole('textbox', { name: 'Reply in the thread' })
  await reply.fill('The exercises too?')
  await reply.press('Enter')
  await expect(scroller(page).getByRole('button', { name: /1 reply/ })).toBeVisible()
  await anna.post(`/messages/${homework.id}`, { content: 'Only the first two', nonce: randomUUID(), thread_root: task.id })
  await expect(thread(page).locator('.row').filter({ hasText: 'Only the first two' })).toBeVisible()
  await thread(page).getByRole('button', { name: 'Close the panel' }).click()

  // He hands in a file; the teacher gets it with its name.
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Attach files' }).click()
  await (await chooser).setFiles({ name: 'answers.txt', mimeType: 'text/plain', buffer: Buffer.from('42') })
  await expect(page.locator('.tray__bar')).toHaveCount(0)
  await composer(page).fill('Here are my answers')
  await composer(page).press('Enter')
  await expect(rows(page).filter({ hasText: 'Here are my answers' }).locator('.file-card')).toContainText('answers.txt')
  await chatLink(teacher, 'homework').click()
  const download = teacher.waitForEvent('download')
  await row(teacher, 'Here are my answers').getByRole('link', { name: 'Download answers.txt' }).click()
  expect((await download).suggestedFilename()).toBe('answers.txt')

  // A sticker says thanks.
  await page.locator('.composer').getByRole('button', { name: 'Stickers' }).click()
  await page.locator('.stickers__grid').getByRole('button', { name: 'Party' }).click()
  for (const window of [page, teacher]) {
    const sent = rows(window).getByRole('button', { name: 'Sticker Party' })
    await expect(sent).toHaveCount(1)
    await expect.poll(() => sent.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(256)
  }

  // He finds what was said by the beginning of a word.
  await page.getByRole('button', { name: 'Search' }).first().click()
  await page.getByRole('searchbox', { name: 'Search in messages' }).fill('chapt')
  await page.locator('.hit').filter({ hasText: 'chapter seven' }).click()
  await expect(page.locator('.row--lit')).toContainText('Read chapter seven')
  // What is searched here is not searched in the settings.
  await page.locator('.own-card').getByRole('link', { name: 'Settings' }).click()
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Search' })).toHaveCount(0)

  // He is away from the chat when he is named: the bell says so and leads there.
  await page.goto('/settings/appearance')
  const bell = page.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name: /Notifications/ })
  await expect(bell).toBeVisible({ timeout: 30_000 })
  await anna.say(homework.id, `@${nickname} well done`)
  await expect(bell.locator('.badge')).toContainText('1 unread notification')
  await bell.click()
  await page.getByRole('listitem').filter({ hasText: 'well done' }).getByRole('link').click()
  await expect(row(page, 'well done')).toBeInViewport()
  await expect(bell.locator('.badge')).toHaveCount(0)

  // His name and his looks are his own.
  await page.goto('/settings/profile')
  await page.getByRole('textbox', { name: 'Your name' }).fill('Luka')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('.own-card__name')).toHaveText('Luka')
  await expect(row(teacher, 'Here are my answers').locator('.row__author')).toHaveText('Luka')
  await page.getByRole('link', { name: 'Appearance' }).click()
  const kept = page.waitForResponse((answer) => answer.request().method() === 'PATCH')
  await page.getByRole('group', { name: 'Theme' }).getByRole('radio', { name: 'Dark' }).check({ force: true })
  await kept
  await page.goto(`/s/${space.id}/c/${chat}`)
  await ready(page)
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expectAccessible(page, 'the chat at the end of the day')
})

test('one conversation, one client in Ukrainian and one in English', async ({ open }) => {
  test.slow()
  const [anna, olena] = [await Person.register('anna'), await Person.register('olena')]
  const space = await anna.makeSpace('Two languages')
  await olena.join(space.id)
  await olena.patch('/profile/me/settings', { lang: 'uk' })
  const here = `/s/${space.id}/c/${space.default_chat_id}`
  const [english, ukrainian] = [await open(anna, here), await open(olena, here, { locale: 'uk-UA' })]
  await ready(english)
  const field = ukrainian.getByRole('textbox', { name: /^Написати: / })
  await expect(field).toBeVisible({ timeout: 30_000 })
  await expect(ukrainian.locator('html')).toHaveAttribute('lang', 'uk')
  await expect(english.locator('html')).toHaveAttribute('lang', 'en')

  // Both type, both are told in their own words, both read the same texts.
  // Nobody is told of it before he is connected.
  await expect(english.locator('.conversation__here')).toHaveText('2 here')
  await composer(english).pressSequentially('Go')
  await expect(ukrainian.locator('.composer__status')).toHaveText(`${anna.nickname} друкує…`)
  await say(english, 'Good morning')
  await expect(row(ukrainian, 'Good morning')).toBeVisible()
  await field.pressSequentially('Доб')
  await expect(english.locator('.composer__status')).toHaveText(`${olena.nickname} is typing…`)
  await field.fill(`Доброго ранку, @${anna.nickname}! Ціна 5 € — «їжак»`)
  await field.press('Enter')
  await expect(row(english, `Доброго ранку, @${anna.nickname}! Ціна 5 € — «їжак»`)).toBeVisible()
  await expect(english.getByText('Today', { exact: true })).toBeVisible()
  await expect(ukrainian.getByText('Сьогодні', { exact: true })).toBeVisible()

  // A change and replies: the words around them differ, numbers are counted as each language does.
  await press(english, row(english, 'Good morning'), 'Edit')
  await composer(english).fill('Good morning, Olena')
  await composer(english).press('Enter')
  const changed = row(ukrainian, 'Good morning, Olena')
  await expect(changed.getByRole('button', { name: 'змінено' })).toBeVisible()
  await expect(row(english, 'Good morning, Olena').getByRole('button', { name: 'edited' })).toBeVisible()
  const { items } = await anna.get(`/messages/${space.default_chat_id}`)
  const reply = (content: string) =>
    olena.post(`/messages/${space.default_chat_id}`, { content, nonce: randomUUID(), thread_root: items[0].id })
  let replies = 0
  for (const [count, words] of [[1, '1 відповідь'], [2, '2 відповіді'], [5, '5 відповідей']] as const) {
    for (; replies < count; replies += 1) await reply(`відповідь ${replies}`)
    await expect(ukrainian.getByRole('button', { name: new RegExp(words) })).toBeVisible()
    await expect(english.getByRole('button', { name: new RegExp(`^${count} repl(y|ies)`) })).toBeVisible()
  }

  // Search knows the forms of the words of a language.
  await ukrainian.getByRole('button', { name: 'Пошук' }).first().click()
  await ukrainian.getByRole('searchbox', { name: 'Шукати в повідомленнях' }).fill('їжак')
  await expect(ukrainian.locator('.hit')).toContainText('Доброго ранку')
  await expectAccessible(ukrainian, 'the chat in Ukrainian')

  // What the server refuses it says in the reader's language.
  await anna.post(`/spaces/${space.id}/restrict/${olena.id}`, { permissions_denied: ['send_messages'] })
  await expect(ukrainian.getByText('Тут можна читати, але не писати.')).toBeVisible()
})
