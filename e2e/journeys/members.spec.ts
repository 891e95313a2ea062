import { bar, choose, ready, row, rows, toast } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'

test('whoever has left is banned by nickname, and found in the audit log', async ({ open, troubles }) => {
  troubles.allow(/404 GET .*\/profile\/nickname\/nobody/)
  const [anna, boris, clara] = await Promise.all(['anna', 'boris', 'clara'].map(Person.register))
  const space = await anna.makeSpace(`Gone ${anna.nickname}`)
  for (const person of [boris, clara]) await person.join(space.id)
  await boris.say(space.default_chat_id, 'and off I go')
  await boris.post(`/spaces/${space.id}/leave`)
  await clara.post(`/spaces/${space.id}/leave`)
  const page = await open(anna, `/s/${space.id}/settings/bans`)
  const field = page.getByRole('textbox', { name: 'Ban by nickname' })
  await field.fill('nobody-of-that-name', { timeout: 30_000 })
  await page.getByRole('button', { name: 'Ban', exact: true }).click()
  await expect(page.getByText('Nobody has this nickname.')).toBeVisible()
  await field.fill(clara.nickname)
  await page.getByRole('button', { name: 'Ban', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Ban', exact: true }).click()
  await expect(page.locator('.manage__row').filter({ hasText: clara.nickname })).toBeVisible()
  await expect(field).toHaveValue('')
  await expectAccessible(page, 'bans')

  // The other one from what he wrote.
  await page.goto(`/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await choose(page, rows(page).filter({ hasText: 'and off I go' }), 'Moderate the author')
  await page.getByRole('dialog', { name: `Ban ${boris.nickname}` }).getByRole('button', { name: 'Ban', exact: true }).click()
  await expect(toast(page, `${boris.nickname} is banned.`)).toBeVisible()

  await page.goto(`/s/${space.id}/settings/audit`)
  const lines = page.locator('.manage__row')
  await page.getByRole('searchbox', { name: 'To whom' }).fill(clara.nickname)
  await expect(lines.first()).toContainText(clara.nickname)
  await expect(lines.filter({ hasText: boris.nickname })).toHaveCount(0)
})

test('moderators act from a profile and from a message, members only report', async ({ open }) => {
  const [anna, boris, rita] = await Promise.all(['anna', 'boris', 'rita'].map(Person.register))
  const space = await anna.makeSpace(`Acts ${anna.nickname}`)
  for (const person of [boris, rita]) await person.join(space.id)
  await boris.say(space.default_chat_id, 'cheap pills')
  const here = `/s/${space.id}/c/${space.default_chat_id}`
  const member = await open(rita, here)
  await ready(member)
  await (await bar(member, row(member, 'cheap pills'))).getByRole('button', { name: 'More' }).click()
  await expect(member.getByRole('menuitem', { name: 'Report' })).toBeVisible()
  await expect(member.getByRole('menuitem', { name: 'Moderate the author' })).toHaveCount(0)
  await member.keyboard.press('Escape')

  const page = await open(anna, here)
  await ready(page)
  await choose(page, rows(page).filter({ hasText: 'cheap pills' }), 'Moderate the author')
  await page.getByRole('menuitem', { name: 'Restrict' }).click()
  await page.getByRole('dialog', { name: `Restrict ${boris.nickname}` }).getByRole('button', { name: 'Restrict' }).click()
  await expect(toast(page, `${boris.nickname} is restricted.`)).toBeVisible()

  await row(page, 'cheap pills').locator('.row__author').click()
  const profile = page.getByRole('dialog', { name: 'Profile' })
  await profile.getByRole('button', { name: 'Moderation' }).click()
  await expectAccessible(page, 'moderation from a profile')
  await page.getByRole('menuitem', { name: 'Remove from the space' }).click()
  await page.getByRole('dialog', { name: 'Remove from the space' }).getByRole('button', { name: 'Remove' }).click()
  await expect(toast(page, `${boris.nickname} was removed.`)).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Members' }).getByText(boris.nickname)).toHaveCount(0)
})

test('somebody is added by his nickname, and told', async ({ open, troubles }) => {
  troubles.allow(/4\d\d POST .*\/members/)
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace(`Added ${anna.nickname}`)
  const his = await open(boris, '/inbox')
  await expect(his.getByRole('heading', { name: 'Notifications', level: 1 })).toBeVisible({ timeout: 30_000 })
  const page = await open(anna, `/s/${space.id}/settings/members`)
  const field = page.getByRole('textbox', { name: 'Add by nickname' })
  const add = async (nickname: string) => {
    await field.fill(nickname, { timeout: 30_000 })
    await page.getByRole('button', { name: 'Add', exact: true }).click()
  }
  await add('nobody_of_that_name')
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await add(boris.nickname)
  await expect(toast(page, `${boris.nickname} is a member now.`)).toBeVisible()
  await expect(field).toHaveValue('')
  await expect(page.locator('.manage__members .members__row').filter({ hasText: boris.nickname })).toBeVisible()
  await expect(his.locator('.notice').filter({ hasText: `${anna.nickname} added you` })).toBeVisible()
  await his.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name: space.name }).click()
  await ready(his)
  await add(boris.nickname)
  await expect(field).toHaveAttribute('aria-invalid', 'true')
})

test('roles are copied, put in order by keys and by dragging, and deleted for another one', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace(`Ranks ${anna.nickname}`)
  await boris.join(space.id)
  const page = await open(anna, `/s/${space.id}/settings/roles`)
  const list = page.locator('.roles__list')
  const line = (name: string) => list.locator('.roles__item').filter({ has: page.locator('.roles__name').getByText(name, { exact: true }) })
  const names = () => list.locator('.roles__name').allTextContents()
  await line('Moderator').getByRole('button', { name: /^Moderator/ }).click({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Duplicate' }).click()
  await expect(page.getByRole('textbox', { name: 'Name of the role' })).toHaveValue('Moderator (copy)')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(toast(page, 'The role is saved.')).toBeVisible()
  const roles: { id: string; name: string; permissions: string[]; color: string }[] = (await anna.get(`/spaces/${space.id}/roles`)).items
  const [original, copy] = ['Moderator', 'Moderator (copy)'].map((name) => roles.find((role) => role.name === name))
  expect(copy!.permissions).toEqual(original!.permissions)
  expect(copy!.color).toBe(original!.color)

  // By the keyboard above the one it was made of.
  const grip = line('Moderator (copy)').getByRole('button', { name: /^Moderator/ })
  await expect.poll(names).toEqual(['Owner', 'Administrator', 'Moderator', 'Moderator (copy)', 'Member', 'Restricted'])
  await grip.press('Alt+ArrowUp')
  await expect.poll(names).toEqual(['Owner', 'Administrator', 'Moderator (copy)', 'Moderator', 'Member', 'Restricted'])
  await expect(toast(page, '“Moderator (copy)” moved.')).toBeVisible()
  // By dragging to the place of another one, seen after a reload too.
  await line('Moderator (copy)').dragTo(line('Administrator'))
  const order = ['Owner', 'Moderator (copy)', 'Administrator', 'Moderator', 'Member', 'Restricted']
  await expect.poll(names).toEqual(order)
  await page.reload()
  await expect.poll(names).toEqual(order)

  // Who has it gets another one when it is deleted.
  const { id } = roles.find((role) => role.name === 'Moderator (copy)')!
  await anna.post(`/spaces/${space.id}/assign-role/${boris.id}/${id}`)
  await grip.click()
  await expect(page.locator('.role-members .manage__row')).toContainText(boris.nickname)
  await page.getByRole('button', { name: 'Delete the role' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete the role' })
  await dialog.getByLabel('Holders get').selectOption({ label: 'Administrator' })
  await expectAccessible(page, 'deleting a role')
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(toast(page, 'The role is deleted.')).toBeVisible()
  await expect.poll(names).toEqual(order.filter((name) => name !== 'Moderator (copy)'))
  await line('Administrator').getByRole('button', { name: /^Administrator/ }).click()
  await expect(page.locator('.role-members .manage__row')).toContainText(boris.nickname)
})

test('a role shows who has it, is given and taken away', async ({ open }) => {
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const space = await anna.makeSpace(`Holders ${anna.nickname}`)
  await boris.join(space.id)
  const page = await open(anna, `/s/${space.id}/settings/roles`)
  await page.locator('.roles__list').getByRole('button', { name: /^Moderator/ }).first().click({ timeout: 30_000 })
  const holders = page.locator('.role-members')
  await expect(holders.getByText('Nobody has this role yet.')).toBeVisible()
  await holders.getByRole('textbox', { name: 'Give this role to' }).fill(boris.nickname.slice(0, 9))
  await holders.getByRole('button', { name: `@${boris.nickname}` }).click()
  await expect(holders.locator('.manage__row').filter({ hasText: boris.nickname })).toBeVisible()
  await expectAccessible(page, 'the holders of a role')
  await holders.getByRole('button', { name: 'Take the role away' }).click()
  await expect(toast(page, 'is now “Member”')).toBeVisible()
  await expect(holders.locator('.manage__row')).toHaveCount(0)
})

test('in a large space nobody has to be loaded to be found, or to have a colour', async ({ open, context }) => {
  const [anna, boris, clara] = await Promise.all(['anna', 'boris', 'clara'].map(Person.register))
  const space = await anna.makeSpace(`Large ${anna.nickname}`)
  for (const person of [boris, clara]) await person.join(space.id)
  const role = await anna.post(`/spaces/${space.id}/roles`, { name: 'Bakers', color: '#aa3300', priority: 30, permissions: ['view_chat', 'send_messages'] })
  await anna.post(`/spaces/${space.id}/assign-role/${boris.id}/${role.id}`)
  await boris.say(space.default_chat_id, 'from the bakery')
  const page = await open(anna, '/d')
  // As if a page were one member long.
  await page.route(/participants\?limit=100$/, (route) => route.continue({ url: route.request().url().replace('limit=100', 'limit=1') }))
  await page.goto(`/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  await expect(row(page, 'from the bakery').locator('.row__author')).toHaveClass(/role-text/)
  // Those who are here are counted, also whom nobody has loaded, and as they come and go.
  const here = page.locator('.conversation__here')
  await expect(here).toHaveText('1 here')
  const window = await open(clara, `/s/${space.id}/c/${space.default_chat_id}`)
  await expect(here).toHaveText('2 here')
  await window.close()
  await expect(here).toHaveText('1 here')
  await page.locator('.conversation__header').getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Who may do what here' }).click()
  const why = page.getByRole('dialog', { name: 'Who may do what here' })
  await why.getByRole('textbox', { name: 'Person' }).fill(clara.nickname.slice(0, 9))
  await why.getByRole('button', { name: `@${clara.nickname}` }).click()
  await expect(why.getByRole('heading', { name: `${clara.nickname} (@${clara.nickname}) in this chat` })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.goto(`/s/${space.id}/settings/danger`)
  await page.getByRole('textbox', { name: 'Nickname of the new owner' }).fill(clara.nickname)
  await page.getByRole('button', { name: 'Hand the space over' }).click()
  await expect(page.getByRole('dialog')).toContainText(clara.nickname)
  await context.close()
})

test('who leaves while the list of members is on its way is not put back', async ({ open }) => {
  const [anna, boris, clara] = await Promise.all(['anna', 'boris', 'clara'].map(Person.register))
  const space = await anna.makeSpace(`Leaving ${anna.nickname}`)
  for (const person of [boris, clara]) await person.join(space.id)
  const page = await open(anna, '/d')
  const left = new Promise<void>((heard) => {
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => payload.toString().includes('"member_left"') && heard())
    })
  })
  await page.route(/participants\?limit=100$/, (route) => route.continue({ url: route.request().url().replace('limit=100', 'limit=1') }))
  await page.route(/participants\?.*cursor=/, async (route) => {
    const answer = await route.fetch()
    await boris.post(`/spaces/${space.id}/leave`)
    await left
    await route.fulfill({ response: answer })
  }, { times: 1 })
  await page.goto(`/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  const members = page.getByRole('complementary', { name: 'Members' })
  await expect(members.getByText(anna.nickname)).toBeVisible()
  // So short a list does not scroll by itself.
  await members.locator('.members').dispatchEvent('scroll')
  await expect(members.getByText(clara.nickname)).toBeVisible()
  await expect(members.getByText(boris.nickname)).toHaveCount(0)
})

test('people of other spaces come into a conversation by their names', async ({ open, troubles }) => {
  troubles.allow(/422 POST .*\/members/)
  const [anna, boris, clara] = await Promise.all(['anna', 'boris', 'clara'].map(Person.register))
  const space = await anna.makeSpace(`Names ${anna.nickname}`)
  for (const person of [boris, clara]) await person.join(space.id)
  const page = await open(anna, '/d')
  await page.getByRole('complementary', { name: 'Chats and spaces' }).getByRole('button', { name: 'New message' }).first().click({ timeout: 30_000 })
  const dialog = page.getByRole('dialog', { name: 'New message' })
  for (const person of [boris, clara]) {
    await dialog.getByRole('textbox', { name: 'To whom' }).fill(person.nickname)
    await dialog.getByRole('button', { name: `@${person.nickname}` }).click()
  }
  await dialog.getByRole('button', { name: 'Start' }).click()
  await ready(page)
  // One more, who comes later; and somebody whom she shares nothing with.
  const [dora, egon] = [await Person.register('dora'), await Person.register('egon')]
  await dora.join(space.id)
  await page.locator('.conversation__header').getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'People of the group' }).click()
  const people = page.getByRole('dialog', { name: 'People of the group' })
  await people.getByRole('textbox', { name: 'Add somebody' }).fill(dora.nickname)
  await people.getByRole('textbox', { name: 'Add somebody' }).press('Enter')
  await expect(people.getByText('4 of 50 people')).toBeVisible()
  await people.getByRole('textbox', { name: 'Add somebody' }).fill(egon.nickname)
  await people.getByRole('textbox', { name: 'Add somebody' }).press('Enter')
  await expect(people.getByRole('alert')).toHaveText('You share no space or conversation with this person yet.')
})
