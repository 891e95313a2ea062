import { chatLink, choose, composer, press, ready, row, rows, say, toast } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

test('who is removed loses the space at once, and comes back with an invitation', async ({ open }) => {
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
  const invite = await anna.post(`/spaces/${space.id}/invites`, { max_uses: 1 })
  await his.goto(`/i/${invite.code}`)
  await his.getByRole('button', { name: 'Join' }).click()
  await ready(his)
  await say(his, 'back again')
  await expect(row(page, 'back again')).toBeVisible()
  // Who is in has nothing to accept.
  const another = await anna.post(`/spaces/${space.id}/invites`)
  await his.goto(`/i/${another.code}`)
  await his.getByRole('link', { name: 'Open the space' }).click()
  await ready(his)
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
  await expect(his.locator('.composer__closed')).toContainText(/Who can change this: Owner, Administrator/)
  await his.getByRole('button', { name: 'Why?' }).click()
  const why = his.getByRole('dialog', { name: 'Who may do what here' })
  await expect(why.locator('.explain__one').filter({ hasText: 'Send messages' })).toContainText('denies')
  await his.keyboard.press('Escape')
  await assign('Member')
  await ready(his)
})

test('a moderator under attack: report, queue, delete, restrict, ban with what was written, audit', async ({ open }) => {
  test.slow()
  const [anna, mona, spam, rita] = await Promise.all(['anna', 'mona', 'spam', 'rita'].map(Person.register))
  const space = await anna.makeSpace(`Attack ${anna.nickname}`)
  for (const person of [mona, spam, rita]) await person.join(space.id)
  const roles = (await anna.get(`/spaces/${space.id}/roles`)).items
  const admin = roles.find((role: { name: string }) => role.name === 'Administrator')
  await anna.post(`/spaces/${space.id}/assign-role/${mona.id}/${admin.id}`)
  const here = `/s/${space.id}/c/${space.default_chat_id}`
  const settings = `/s/${space.id}/settings`

  // The attacker has two tabs open.
  const [tab, otherTab] = [await open(spam, here), await open(spam, here)]
  await ready(tab)
  await ready(otherTab)
  for (const n of [1, 2, 3]) await say(tab, `cheap pills ${n}`)

  const member = await open(rita, here)
  await ready(member)
  await choose(member, rows(member).filter({ hasText: 'cheap pills 1' }), 'Report')
  await member.getByRole('dialog').getByRole('textbox').fill('Three in a row')
  await member.getByRole('dialog').getByRole('button', { name: 'Send the report' }).click()
  await expect(toast(member, 'The moderators have it.')).toBeVisible()

  const page = await open(mona, `${settings}/reports`)
  const report = page.locator('.manage__card').filter({ hasText: 'cheap pills 1' })
  await expect(report).toContainText('Three in a row')
  await expect(report).toContainText(`reported by ${rita.nickname}`)
  const remove = { name: 'Delete the message' }
  await report.getByRole('button', remove).click()
  await page.getByRole('dialog', remove).getByRole('button', remove).click()
  await expect(report.getByText('The message is deleted.')).toBeVisible()
  await expect(row(member, 'cheap pills 1')).toHaveCount(0)

  await report.getByRole('button', { name: 'Restrict' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Restrict' }).click()
  await expect(toast(page, `${spam.nickname} is restricted.`)).toBeVisible()
  await expect(tab.getByText('You can read here, but not write.')).toBeVisible()
  await expect(tab.locator('.composer__closed')).toContainText('You are restricted in this space until')
  await page.goto(`${settings}/bans`)
  await expect(page.locator('.manage__row').filter({ hasText: spam.nickname })).toContainText('Send messages')

  await page.goto(`${settings}/reports`)
  await report.getByRole('button', { name: 'Ban' }).click()
  await page.getByRole('dialog').getByLabel('Delete their messages').selectOption({ label: 'Of the last hour' })
  await page.getByRole('dialog').getByRole('textbox', { name: 'Reason' }).fill('Spam')
  await page.getByRole('dialog').getByRole('button', { name: 'Ban', exact: true }).click()
  await expect(toast(page, `${spam.nickname} is banned.`)).toBeVisible()
  for (const gone of [tab, otherTab]) {
    await expect(gone.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name: space.name })).toHaveCount(0)
    await expect(composer(gone)).toHaveCount(0)
  }
  await expect(row(member, 'cheap pills')).toHaveCount(0)
  await report.getByRole('textbox', { name: 'What was done' }).fill('Banned, all is deleted')
  await report.getByRole('button', { name: 'Resolved' }).click()
  await expect(report).toHaveCount(0)
  await page.getByRole('radio', { name: 'Resolved' }).check({ force: true })
  await expect(report).toContainText('Banned, all is deleted')

  await page.goto(`${settings}/audit`)
  const lines = page.locator('.manage__row')
  await expect(lines.first()).toContainText('handled a report')
  await page.getByLabel('What', { exact: true }).selectOption({ label: 'banned' })
  await expect(lines).toHaveCount(1)
  await expect(lines.first()).toContainText(spam.nickname)
  await expect(lines.first()).toContainText('Spam')

  await page.goto(`${settings}/bans`)
  await page.locator('.manage__row').filter({ hasText: spam.nickname }).first().getByRole('button', { name: 'Lift the ban' }).click()
  await expect(toast(page, `${spam.nickname} may come back.`)).toBeVisible()
})

test('hole 16: a moderator may delete what arrives live, a member may not', async ({ open }) => {
  test.slow()
  const [anna, mona, rita] = await Promise.all(['anna', 'mona', 'rita'].map(Person.register))
  const space = await anna.makeSpace('Live')
  for (const person of [mona, rita]) await person.join(space.id)
  const roles = (await anna.get(`/spaces/${space.id}/roles`)).items
  const moderator = roles.find((role: { name: string }) => role.name === 'Moderator')
  await anna.post(`/spaces/${space.id}/assign-role/${mona.id}/${moderator.id}`)
  const here = `/s/${space.id}/c/${space.default_chat_id}`
  const [hers, ritas] = [await open(mona, here), await open(rita, here)]
  for (const page of [hers, ritas]) await ready(page)

  const menu = async (page: typeof hers, text: string) => {
    await press(page, rows(page).filter({ hasText: text }), 'More')
    await expect(page.getByRole('menuitem', { name: 'Copy the text' })).toBeVisible()
    return page.getByRole('menuitem', { name: 'Delete', exact: true })
  }
  // Both windows stand open when it comes.
  await anna.say(space.default_chat_id, 'came live')
  for (const page of [hers, ritas]) await expect(row(page, 'came live')).toBeVisible()
  await expect(await menu(ritas, 'came live')).toHaveCount(0)
  await ritas.keyboard.press('Escape')
  await (await menu(hers, 'came live')).click()
  await hers.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  for (const page of [hers, ritas]) await expect(row(page, 'came live')).toHaveCount(0)

  // Her own she may delete; and what comes once she moderates.
  await say(ritas, 'by rita')
  await expect(await menu(ritas, 'by rita')).toBeVisible()
  await ritas.keyboard.press('Escape')
  await anna.say(space.default_chat_id, 'came later')
  await expect(await menu(ritas, 'came later')).toHaveCount(0)
  await ritas.keyboard.press('Escape')
  await anna.post(`/spaces/${space.id}/assign-role/${rita.id}/${moderator.id}`)
  await expect(async () => {
    await ritas.keyboard.press('Escape')
    await expect(await menu(ritas, 'came later')).toBeVisible({ timeout: 500 })
  }).toPass()
})
