import { ready, toast } from './support/screen.ts'
import { expect, Person, test } from './support/test.ts'

test('an owner makes a space, brings somebody in by a link, gives a role and hands the space over', async ({ open, visit, troubles }) => {
  const anna = await Person.register('anna')
  const page = await open(anna, '/')
  await page.getByRole('navigation', { name: 'Spaces' }).getByRole('button', { name: 'Create a space' }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Night school')
  await page.getByRole('dialog').getByLabel('Who may join').selectOption('hidden')
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
  await ready(page)

  const menu = async (item: string) => {
    await page.locator('.sidebar__space').click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await menu('Space settings')
  await page.getByLabel(/^Description/).fill('Lessons after dark')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(toast(page, 'Saved.')).toBeVisible()

  await menu('Invite people')
  await page.getByRole('dialog').getByLabel('Uses').selectOption('1')
  await page.getByRole('dialog').getByRole('button', { name: 'Make a link' }).click()
  const link = await page.getByRole('dialog').locator('.manage__address').innerText()
  await page.keyboard.press('Escape')

  // Somebody without an account: look, register, and back to the invitation.
  const guest = await visit(new URL(link).pathname)
  await expect(guest.getByRole('heading', { name: 'Night school' })).toBeVisible()
  await expect(guest.getByText('Lessons after dark')).toBeVisible()
  await guest.getByRole('link', { name: 'Sign in to join' }).click()
  await guest.getByRole('link', { name: 'Create an account' }).click()
  const nickname = `new_${Date.now().toString(36)}`
  await guest.getByRole('textbox', { name: 'Nickname' }).fill(nickname)
  await guest.getByRole('textbox', { name: 'E-mail' }).fill(`${nickname}@example.org`)
  await guest.getByLabel('Password', { exact: true }).fill('a rather long secret')
  await guest.getByRole('button', { name: 'Create the account' }).or(guest.locator('button[type=submit]')).first().click()
  await guest.getByRole('button', { name: 'Join' }).click()
  await ready(guest)

  // The link is used up.
  troubles.allow(/404 GET .*\/invites\//)
  const late = await visit(new URL(link).pathname)
  await expect(late.getByText('This invitation is over')).toBeVisible()

  // A role from a preset, one place up, and who holds it.
  await menu('Roles')
  const list = page.locator('.roles__list')
  await list.getByRole('button', { name: 'From a preset' }).click()
  await page.getByRole('menuitem', { name: 'Moderator' }).click()
  await page.getByRole('textbox', { name: 'Name of the role' }).fill('Tutor')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(toast(page, 'The role is saved.')).toBeVisible()
  await list.getByRole('button', { name: 'Move “Tutor” up' }).click()
  await expect(toast(page, '“Tutor” moved.')).toBeVisible()

  await page.getByRole('link', { name: 'Members' }).click()
  await page.locator('.manage__members .members__row').filter({ hasText: nickname }).click()
  await page.getByRole('menuitem', { name: 'Change the role' }).click()
  await page.getByRole('menuitemradio', { name: 'Tutor' }).click()
  await expect(toast(page, 'is now “Tutor”')).toBeVisible()

  // Through the eyes of the role, and back.
  await menu('Roles')
  await list.getByRole('button', { name: /^Tutor/ }).first().click()
  await page.getByRole('button', { name: 'See the space as this role' }).click()
  await expect(page.getByText('You see the space as “Tutor”.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'New chat' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByRole('button', { name: 'New chat' })).toBeVisible()

  await menu('Space settings')
  await page.getByRole('link', { name: 'Leave or hand over' }).click()
  await page.getByRole('textbox', { name: 'Nickname of the new owner' }).fill(nickname)
  await page.getByRole('button', { name: 'Hand the space over' }).click()
  const sure = page.getByRole('dialog')
  await expect(sure.getByRole('button', { name: 'Hand over' })).toBeDisabled()
  await sure.getByRole('textbox').fill('Night school')
  await sure.getByRole('button', { name: 'Hand over' }).click()
  await expect(toast(page, `The space belongs to ${nickname} now.`)).toBeVisible()
  await guest.locator('.sidebar__space').click()
  await expect(guest.getByRole('menuitem', { name: 'Delete the space' })).toBeVisible()
})

test('an invitation gives its role, ends, and is over when it is used up or revoked', async ({ open, troubles }) => {
  troubles.allow(/404 \w+ .*\/invites\//)
  const [anna, boris, clara] = await Promise.all(['anna', 'boris', 'clara'].map(Person.register))
  const space = await anna.makeSpace(`Guests ${anna.nickname}`)
  await anna.post(`/spaces/${space.id}/roles`, { name: 'Bakers', color: '#aa3300', priority: 30, permissions: ['view_chat', 'send_messages'] })
  const page = await open(anna, `/s/${space.id}/settings/invites`)
  const address = page.locator('.manage__link .manage__address')
  /** Makes an invitation and returns where it leads. */
  const make = async (choices: Record<string, string>) => {
    for (const [field, label] of Object.entries(choices)) await page.getByLabel(field).selectOption({ label })
    const answer = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().includes('/invites'))
    await page.getByRole('button', { name: 'Make a link' }).click()
    const { code } = await (await answer).json()
    await expect(address).toContainText(code)
    return { path: `/i/${code}`, line: page.locator('.manage__row').filter({ hasText: code }) }
  }
  const once = await make({ Ends: 'In a day', Uses: '1', 'Role of whoever comes': 'Bakers' })
  await expect(once.line).toContainText(/Used 0 of 1 · until .* · Bakers/)
  const { items } = await anna.get(`/spaces/${space.id}/invites`)
  const hours = (Date.parse(items[0].expires_at) - Date.now()) / 3_600_000
  expect(hours).toBeGreaterThan(23.9)
  expect(hours).toBeLessThanOrEqual(24)

  // Two look at it, one is first.
  const [his, hers] = [await open(boris, once.path), await open(clara, once.path)]
  const join = (of: typeof page) => of.getByRole('button', { name: 'Join' })
  await expect(join(hers)).toBeVisible({ timeout: 30_000 })
  await join(his).click({ timeout: 30_000 })
  await ready(his)
  await expect(his.getByRole('complementary', { name: 'Members' }).locator('.members__role').filter({ hasText: 'Bakers' })).toBeVisible()
  await join(hers).click()
  await expect(hers.getByRole('alert')).toHaveText('This invitation is not valid any more.')

  // One that anybody may use for ever, until it is revoked.
  const lasting = await make({ Ends: 'Never', Uses: 'Any number', 'Role of whoever comes': 'Member' })
  await expect(lasting.line).toContainText('Used 0 times · without an end')
  await hers.goto(lasting.path)
  await expect(join(hers)).toBeVisible()
  await lasting.line.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog', { name: 'Revoke' }).getByRole('button', { name: 'Revoke' }).click()
  await expect(toast(page, 'The link is revoked.')).toBeVisible()
  await expect(lasting.line).toHaveCount(0)
  await hers.reload()
  await expect(hers.getByText('It was used up, revoked or has ended.')).toBeVisible()
  await page.reload()
  await expect(page.getByText('No links in use')).toBeVisible()
})

test('spaces stand in the order that was chosen, in every window', async ({ open }) => {
  const anna = await Person.register('anna')
  for (const name of ['First', 'Second', 'Third']) await anna.makeSpace(`${name} ${anna.nickname}`)
  const [page, other] = [await open(anna, '/d'), await open(anna, '/discover')]
  const names = (of: typeof page) =>
    of.locator('.rail__place .visually-hidden').evaluateAll((all) => all.map((name) => name.textContent?.split(' ')[0]))
  await expect.poll(() => names(page)).toEqual(['First', 'Second', 'Third'])
  await page.locator('.rail__place').nth(2).getByRole('link').focus()
  await page.keyboard.press('Alt+ArrowUp')
  // The keyboard goes with what moves.
  await expect.poll(() => names(page)).toEqual(['First', 'Third', 'Second'])
  await expect(page.locator('.rail__place').nth(1).getByRole('link')).toBeFocused()
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => names(page)).toEqual(['Third', 'First', 'Second'])
  await expect.poll(() => names(other)).toEqual(['Third', 'First', 'Second'])
  await page.locator('.rail__place').first().dragTo(page.locator('.rail__place').nth(1))
  await expect.poll(() => names(other)).toEqual(['First', 'Third', 'Second'])
  await page.reload()
  await expect.poll(() => names(page)).toEqual(['First', 'Third', 'Second'])
})

test('one leaves and is asked first; a space is deleted by its name, for everybody', async ({ open }) => {
  test.slow()
  const [anna, boris, clara] = await Promise.all(['anna', 'boris', 'clara'].map(Person.register))
  const space = await anna.makeSpace(`Brief ${anna.nickname}`)
  for (const person of [boris, clara]) await person.join(space.id)
  const here = `/s/${space.id}/c/${space.default_chat_id}`
  const [page, his, hers] = [await open(anna, here), await open(boris, here), await open(clara, here)]
  for (const one of [page, his, hers]) await ready(one)
  const inRail = (of: typeof page) => of.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name: space.name })

  await his.locator('.sidebar__space').click()
  await his.getByRole('menuitem', { name: 'Leave the space' }).click()
  // Whoever presses Enter by mistake stays.
  await expect(his.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeFocused()
  await his.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
  await expect(inRail(his)).toHaveCount(0)
  await expect(page.getByRole('complementary', { name: 'Members' }).getByText(boris.nickname)).toHaveCount(0)

  await page.locator('.sidebar__space').click()
  await page.getByRole('menuitem', { name: 'Delete the space' }).click()
  const dialog = page.getByRole('dialog')
  const sure = dialog.getByRole('button', { name: 'Delete for good' })
  await dialog.getByRole('textbox').fill('Brief')
  await expect(sure).toBeDisabled()
  await dialog.getByRole('textbox').fill(space.name)
  await sure.click()
  for (const one of [page, hers]) {
    await expect(inRail(one)).toHaveCount(0)
    await expect(one).not.toHaveURL(new RegExp(space.id))
  }
})

test('who is typed and not chosen is in a new space, and a name of nobody is said', async ({ open, troubles }) => {
  troubles.allow(/404 GET .*\/profile\/nickname\//)
  const [anna, boris] = [await Person.register('anna'), await Person.register('boris')]
  const page = await open(anna, '/')
  await page.getByRole('navigation', { name: 'Spaces' }).getByRole('button', { name: 'Create a space' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create a space' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Bakers')
  const first = dialog.getByRole('textbox', { name: /^Who is in it from the beginning/ })
  await first.fill(`${boris.nickname}_x`)
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(dialog.getByText('Nobody has this nickname.')).toBeVisible()
  await first.fill(`@${boris.nickname}`)
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()
  await ready(page)
  await expect(page.getByRole('complementary', { name: 'Members' }).getByText(boris.nickname)).toBeVisible()
})
