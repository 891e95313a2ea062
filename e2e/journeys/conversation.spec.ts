import { randomUUID } from 'node:crypto'
import type { Page } from '@playwright/test'
import { chatLink, choose, composer, press, ready, row, rows, say, status, toast } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

/** Makes an account in the browser, the way a stranger does. */
async function register(page: Page, name: string): Promise<string> {
  const nickname = `${name}_${randomUUID().slice(0, 8)}`
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByRole('textbox', { name: 'Nickname' }).fill(nickname)
  await page.getByRole('textbox', { name: 'E-mail' }).fill(`${nickname}@example.org`)
  await page.getByLabel('Password', { exact: true }).fill(`a long secret of ${name}`)
  await page.getByRole('button', { name: 'Create the account' }).click()
  await expect(page.getByText('You are in no space yet')).toBeVisible()
  return nickname
}

test('two strangers register, meet in a space and talk', async ({ visit }) => {
  const anna = await visit()
  await register(anna, 'anna')
  const space = `Chess club ${randomUUID().slice(0, 8)}`
  await anna.getByRole('main').getByRole('button', { name: 'Create a space' }).click()
  const dialog = anna.getByRole('dialog', { name: 'Create a space' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill(space)
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(toast(anna, 'The space is ready.')).toBeVisible()
  await ready(anna)

  const boris = await visit()
  const borisName = await register(boris, 'boris')
  await boris.getByRole('main').getByRole('link', { name: 'Discover spaces' }).click()
  await boris.getByRole('searchbox', { name: 'Find by name' }).fill(space)
  await boris.getByRole('button', { name: `Join ${space}` }).click()
  await ready(boris)
  await expect(anna.getByRole('complementary', { name: 'Members' }).getByText(borisName)).toBeVisible()

  await say(anna, 'Is anybody here?')
  await expect(row(boris, 'Is anybody here?')).toBeVisible()
  await composer(boris).pressSequentially('Ye')
  await expect(status(anna)).toHaveText(`${borisName} is typing…`)
  const answer = await say(boris, 'Yes, hello')
  await expect(status(anna)).toHaveText('')
  // Read out to her, and what is her own is not.
  const spoken = (text: string) => anna.locator('[aria-live=polite]').filter({ hasText: text })
  await expect(spoken('Yes, hello')).toHaveCount(1)

  await press(boris, answer, 'Edit')
  await composer(boris).fill('Yes, hello Anna')
  await composer(boris).press('Enter')
  const changed = row(anna, 'Yes, hello Anna')
  await expect(changed).toBeVisible()
  await changed.getByRole('button', { name: 'edited' }).click()
  await expect(anna.locator('.versions')).toContainText(/Yes, hello(?! Anna)/)
  await anna.keyboard.press('Escape')
  await expect(anna.locator('.versions')).toHaveCount(0)

  await press(anna, changed, 'React')
  await anna.getByRole('searchbox', { name: 'Find an emoji' }).fill('thumbs')
  await anna.getByRole('searchbox', { name: 'Find an emoji' }).press('Enter')
  const chip = row(boris, 'Yes, hello Anna').locator('.chip')
  await expect(chip).toHaveText('👍1')
  await chip.click()
  await expect(row(anna, 'Yes, hello Anna').locator('.chip')).toHaveText('👍2')

  await press(anna, row(anna, 'Yes, hello Anna'), 'Reply')
  await say(anna, 'Shall we play?')
  await expect(spoken('Shall we play?')).toHaveCount(0)
  await expect(row(boris, 'Shall we play?').locator('.row__reply')).toContainText('Yes, hello Anna')

  await choose(boris, row(boris, 'Yes, hello Anna').first(), 'Delete')
  await boris.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(rows(anna).locator('.text', { hasText: 'Yes, hello Anna' })).toHaveCount(0)
  await expect(row(anna, 'Shall we play?').locator('.row__reply')).toHaveText('The message was deleted')
})

test('what is being written stays with its chat, and the field grows with it', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Drafts')
  await anna.makeChat(space.id, 'plans')
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  const height = async () => (await composer(page).boundingBox())!.height
  const low = await height()
  const text = 'Rye\nWheat\nSpelt\nOats'
  await composer(page).fill(text)
  await expect.poll(height).toBeGreaterThan(low + 30)
  await chatLink(page, 'plans').click()
  await expect(page).not.toHaveURL(new RegExp(space.default_chat_id))
  await expect(composer(page)).toHaveValue('')
  await page.goBack()
  await expect(composer(page)).toHaveValue(text)
  await page.reload()
  await expect(composer(page)).toHaveValue(text)
})

test('unread and mention badges appear elsewhere and go when read', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Badges')
  await boris.join(space.id)
  const plans = await anna.makeChat(space.id, 'plans')
  const page = await open(boris, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)

  await anna.say(plans.id, 'one')
  await expect(chatLink(page, 'plans')).toContainText('1')
  await expect(chatLink(page, 'plans')).toHaveAttribute('data-unread', 'true')
  await anna.say(plans.id, `two for @${boris.nickname}`)
  await expect(chatLink(page, 'plans').getByText('1 mention')).toBeAttached()

  const second = await page.context().newPage()
  await second.goto(`/s/${space.id}/c/${space.default_chat_id}`)
  await expect(chatLink(second, 'plans').getByText('1 mention')).toBeAttached()
  await second.bringToFront()
  await chatLink(second, 'plans').click()
  await expect(row(second, 'one')).toBeVisible()
  await expect(second.getByText('New', { exact: true })).toBeVisible()
  // Read in one tab is read in the other.
  await expect(chatLink(second, 'plans')).not.toHaveAttribute('data-unread')
  await expect(chatLink(page, 'plans')).not.toHaveAttribute('data-unread')
})

test('two tabs of one person stay in step', async ({ open }) => {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace('Two tabs')
  const here = `/s/${space.id}/c/${space.default_chat_id}`
  const first = await open(anna, here)
  await ready(first)
  const second = await first.context().newPage()
  await second.goto(here)
  await ready(second)

  const sent = await say(first, 'from the first tab')
  await expect(rows(second).filter({ hasText: 'from the first tab' })).toHaveCount(1)
  await press(second, row(second, 'from the first tab'), 'Edit')
  await composer(second).fill('from the second tab')
  await composer(second).press('Enter')
  await expect(row(first, 'from the second tab')).toBeVisible()
  await expect(sent).toHaveCount(0)
  await expect(rows(first)).toHaveCount(1)
  await expect(rows(second)).toHaveCount(1)
})

test('a person is completed, mentioned and written to alone', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Mentions')
  await boris.join(space.id)
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await composer(page).pressSequentially('@bor')
  await expect(page.getByRole('option', { name: new RegExp(boris.nickname) })).toBeVisible()
  await composer(page).press('Enter')
  await expect(composer(page)).toHaveValue(`@${boris.nickname} `)
  await composer(page).press('Enter')
  await expect(rows(page).locator('.mention')).toHaveText(`@${boris.nickname}`)

  const direct = await anna.post('/chats', { user_id: boris.id })
  const other = await open(boris, '/d')
  await anna.say(direct.id, 'only for you')
  await chatLink(other, anna.nickname).click()
  await expect(row(other, 'only for you')).toBeVisible()
  await say(other, 'thank you')
})

test('notes to oneself are begun once, kept, and found by search', async ({ open }) => {
  const anna = await Person.register('anna')
  const page = await open(anna, '/d')
  const list = page.getByRole('complementary', { name: 'Chats and spaces' })
  await list.getByRole('button', { name: 'Notes to self' }).click({ timeout: 30_000 })
  await ready(page)
  await say(page, 'Buy yeast on Friday')
  // It is a chat among the others now.
  await expect(list.getByRole('button', { name: 'Notes to self' })).toHaveCount(0)
  await page.goto('/d')
  await chatLink(page, 'Notes to self').click({ timeout: 30_000 })
  await expect(page.getByRole('heading', { name: 'Notes to self', level: 1 })).toBeVisible()
  await page.reload()
  await ready(page)
  await expect(row(page, 'Buy yeast on Friday')).toBeVisible()
  await page.getByRole('button', { name: 'Search' }).first().click()
  await page.getByRole('searchbox', { name: 'Search in messages' }).fill('yeast')
  await expect(page.locator('.hit')).toContainText('Buy yeast on Friday')
})
