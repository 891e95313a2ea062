import { chatLink, composer, ready, row, say, toast } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

test('who is removed loses the space at once, and can come back to a public one', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace(`Doors ${anna.nickname}`)
  await boris.join(space.id)
  const here = `/s/${space.id}/c/${space.default_chat_id}`
  const his = await open(boris, here)
  await ready(his)
  const page = await open(anna, here)
  await ready(page)

  await page.getByRole('complementary', { name: 'Members' }).getByRole('button', { name: boris.nickname }).click()
  await page.getByRole('menuitem', { name: 'Remove from the space' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(toast(page, `${boris.nickname} was removed.`)).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Members' }).getByText(boris.nickname)).toHaveCount(0)

  await expect(his.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name: space.name })).toHaveCount(0)
  await expect(composer(his)).toHaveCount(0)
  await his.goto('/discover')
  await his.getByRole('searchbox', { name: 'Find by name' }).fill(space.name)
  await his.getByRole('button', { name: `Join ${space.name}` }).click()
  await ready(his)
  await say(his, 'back again')
  await expect(row(page, 'back again')).toBeVisible()
})

test('a role changes what is offered, at once', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace('Roles')
  await boris.join(space.id)
  const here = `/s/${space.id}/c/${space.default_chat_id}`
  const his = await open(boris, here)
  await ready(his)
  await expect(his.getByRole('button', { name: 'New chat' })).toHaveCount(0)
  const page = await open(anna, here)
  await ready(page)

  const assign = async (role: string) => {
    await page.getByRole('complementary', { name: 'Members' }).getByRole('button', { name: boris.nickname }).click()
    await page.getByRole('menuitem', { name: 'Change the role' }).click()
    await page.getByRole('menuitemradio', { name: role }).or(page.getByRole('menuitem', { name: role })).click()
    await expect(toast(page, `is now “${role}”`)).toBeVisible()
  }
  await assign('Administrator')
  await expect(his.getByRole('button', { name: 'New chat' })).toBeVisible()
  await his.getByRole('button', { name: 'New chat' }).click()
  await his.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('made by him')
  await his.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
  await expect(chatLink(page, 'made by him')).toBeVisible()

  await assign('Restricted')
  await expect(his.getByRole('button', { name: 'New chat' })).toHaveCount(0)
  await expect(his.getByText('You can read here, but not write.')).toBeVisible()
  await assign('Member')
  await ready(his)
})
