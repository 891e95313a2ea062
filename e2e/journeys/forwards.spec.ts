import { devices } from '@playwright/test'
import { choose, ready, row, toast } from './support/screen.ts'
import { expect, expectAccessible, expectReadable, Person, test } from './support/test.ts'

const phone = { ...devices['Pixel 7'], viewport: { width: 390, height: 844 }, defaultBrowserType: undefined }

test('a message is forwarded with its file and a comment; its source is for those who may read it', async ({ open }) => {
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('Forward')
  await boris.join(space.id)
  const roles = (await anna.get(`/spaces/${space.id}/roles`)).items as { id: string; kind: string }[]
  const office = await anna.post(`/spaces/${space.id}/chats`, {
    name: 'office',
    overrides: [{
      target: { kind: 'role', id: roles.find((role) => role.kind === 'member')!.id },
      allow: [],
      deny: ['view_chat'],
    }],
  })
  const yard = await anna.makeChat(space.id, 'yard')
  const source = await anna.send(office.id, `The **plan**, @${boris.nickname}`, 'plan.txt', 'six loaves')
  const page = await open(anna, `/s/${space.id}/c/${office.id}`)
  const his = await open(boris, `/s/${space.id}/c/${yard.id}`)
  for (const one of [page, his]) await ready(one)

  await choose(page, row(page, 'The plan'), 'Forward…')
  const dialog = page.getByRole('dialog', { name: 'Forward the message' })
  const field = dialog.getByRole('combobox', { name: 'Chat or person' })
  await expect(field).toBeFocused()
  await expect(dialog.getByRole('option').filter({ hasText: 'Notes' })).toBeVisible()
  await expectAccessible(page, 'forwarding')
  await field.fill('nothing is called so')
  await expect(dialog.getByText('No chat or person has such a name.')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Forward', exact: true })).toBeDisabled()
  await field.fill('yrd')
  await expect(dialog.getByRole('option').first()).toContainText('yard')
  await dialog.getByRole('textbox', { name: 'Comment (optional)' }).fill('Tomorrow?')
  await dialog.getByRole('button', { name: 'Forward', exact: true }).click()
  await expect(dialog).toHaveCount(0)

  // He sees it at once: whose it is, the text, the file; not where it is from. Nobody is mentioned.
  const heard = row(his, 'Tomorrow?')
  await expect(heard.locator('.forwarded')).toContainText(anna.nickname)
  await expect(heard.locator('.forwarded strong')).toHaveText('plan')
  await expect(heard.locator('.forwarded .mention')).toHaveCount(0)
  await expect(heard.getByRole('link', { name: 'Download plan.txt' })).toBeVisible()
  const found = await boris.get(`/messages/${yard.id}`)
  expect(await boris.get(`/messages/${found.items[0].id}/source`)).toEqual({ source: null })
  await heard.getByRole('button', { name: 'Jump to the source' }).click()
  await expect(toast(his, 'You cannot read it where it is from, or it is gone.')).toBeVisible()
  expect((await boris.get('/notifications')).items).toEqual([])

  // She opens it from the note, and goes back to its source.
  await toast(page, 'Forwarded to yard.').getByRole('button', { name: 'Open' }).click()
  await expect(page.getByRole('heading', { name: 'yard', level: 1 })).toBeVisible()
  await expectAccessible(page, 'a forwarded message')
  await row(page, 'Tomorrow?').getByRole('button', { name: 'Jump to the source' }).click()
  await expect(page.getByRole('heading', { name: 'office', level: 1 })).toBeVisible()
  await expect(row(page, 'The plan')).toBeVisible()

  // What becomes of the source does not reach the copy.
  await anna.delete(`/messages/${source.id}`)
  await expect(row(page, 'The plan')).toHaveCount(0)
  await his.reload()
  await ready(his)
  await expect(heard.locator('.forwarded strong')).toHaveText('plan')
})

test('on a phone in the dark a message goes to a person by the keyboard alone', async ({ open }) => {
  const anna = await Person.register('anna')
  const boris = await Person.register('boris')
  const space = await anna.makeSpace('Forward')
  await boris.join(space.id)
  const long = 'Хлеб'.repeat(120)
  await boris.say(space.default_chat_id, `Рожь ${long}`)
  const options = { ...phone, locale: 'ru-RU', colorScheme: 'dark' as const }
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`, options)
  await expect(row(page, 'Рожь')).toBeVisible({ timeout: 30_000 })
  await row(page, 'Рожь').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Переслать…' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Переслать сообщение' })
  const field = dialog.getByRole('combobox', { name: 'Чат или человек' })
  await expect(field).toBeFocused()
  await field.pressSequentially(boris.nickname)
  await expect(dialog.getByRole('option', { name: new RegExp(`@${boris.nickname}`) })).toBeVisible()
  await expectReadable(page, 'forwarding in the dark')
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)
  expect(await fits()).toBe(true)
  await field.press('ArrowDown')
  await field.press('ArrowUp')
  await field.press('Enter')
  await expect(dialog).toHaveCount(0)
  await toast(page, /^Переслано/).getByRole('button', { name: 'Открыть' }).click()
  await expect(page).toHaveURL(/\/d\//)
  const sent = row(page, 'Рожь')
  await expect(sent.locator('.forwarded')).toContainText('Переслано')
  await expect(sent.getByRole('button', { name: 'К источнику' })).toBeVisible()
  // It is lit up for a moment.
  await expect(page.locator('.row--lit')).toHaveCount(0)
  await expectReadable(page, 'a forwarded message in the dark')
  expect(await fits()).toBe(true)
})
