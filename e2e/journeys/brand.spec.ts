import { png } from './support/pictures.ts'
import { ready } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'

test('the banner of a space is seen in it, in the directory and on its invitations', async ({ open, visit }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace(`Banner ${anna.nickname}`)
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  const banner = page.locator('.sidebar .space-banner')
  await expect(banner).toHaveCount(0)
  await anna.upload(`/spaces/${space.id}/upload-banner`, png(1200, 400, 90))
  await expect(banner).toBeVisible()
  expect(await banner.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(1200)
  await expectAccessible(page, 'a space with a banner')

  const directory = await open(boris, '/discover')
  await directory.getByRole('searchbox').fill(space.name, { timeout: 30_000 })
  await expect(directory.locator('.directory__entry').filter({ hasText: space.name }).locator('img.space-banner')).toBeVisible()

  const invite = await anna.post(`/spaces/${space.id}/invites`)
  const guest = await visit(`/i/${invite.code}`)
  await expect(guest.locator('.invite .space-banner')).toBeVisible({ timeout: 30_000 })
  await expectAccessible(guest, 'an invitation with a banner')
})

test('a new space begins with a picture and with people', async ({ open, troubles }) => {
  troubles.allow(/404 GET .*\/profile\/nickname\/nobody/)
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const page = await open(anna, '/')
  await page.getByRole('navigation', { name: 'Spaces' }).getByRole('button', { name: 'Create a space' }).click({ timeout: 30_000 })
  const dialog = page.getByRole('dialog', { name: 'Create a space' })
  const name = `Begun ${anna.nickname}`
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
  const chooser = page.waitForEvent('filechooser')
  await dialog.getByRole('button', { name: 'choose a picture' }).click()
  await (await chooser).setFiles({ name: 'oven.png', mimeType: 'image/png', buffer: png(400, 400, 60) })
  await expect(dialog.locator('.avatar__picture')).toBeVisible()
  // Somebody she shares nothing with: by his whole nickname.
  const field = dialog.getByRole('textbox', { name: /^Who is in it from the beginning/ })
  await field.fill('nobody-of-that-name')
  await field.press('Enter')
  await expect(dialog.getByText('Nobody has this nickname.')).toBeVisible()
  await field.fill(`@${boris.nickname}`)
  await field.press('Enter')
  await expect(dialog.getByRole('button', { name: boris.nickname })).toBeVisible()
  await expect(field).toHaveValue('')
  await expectAccessible(page, 'making a space')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await ready(page)
  await expect(page.getByRole('navigation', { name: 'Spaces' }).locator('.avatar__picture')).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Members' }).getByRole('button', { name: boris.nickname })).toBeVisible()
  await expect(page.locator('.conversation__here')).toHaveText('1 here')
  const his = await open(boris, '/')
  await expect(his.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name })).toBeVisible({ timeout: 30_000 })
  await expect(page.locator('.conversation__here')).toHaveText('2 here')
})
