import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { Person, Refused } from '../journeys/support/people.ts'
import { Server } from '../journeys/support/server.ts'

// A few people do everything that can be done in a space, at the same time and by chance. Whatever
// crosses, every answer is one: no 5xx, which a deadlock or a broken rule of the database would be.

const seconds = Number(process.env.STORM_SECONDS ?? 60)
const atOnce = 24
const picture = readFileSync(new URL('../../web/stickers/hello.webp', import.meta.url))

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!
const word = () => randomUUID().slice(0, 8)

function form(): FormData {
  const form = new FormData()
  form.set('file', new Blob([picture], { type: 'image/webp' }), 'picture.webp')
  return form
}

/** What was made; mostly one of the newest is asked for, or one that never was. */
class Made {
  private readonly ids = new Map<string, string[]>()

  put = (kind: string, { id, code }: { id?: string; code?: string }) =>
    this.ids.set(kind, [...(this.ids.get(kind) ?? []).slice(-50), code ?? id!])

  one = (kind: string) => pick(this.ids.get(kind)?.slice(-6) ?? [randomUUID()])
}

type Deed = (who: Person, whom: Person) => Promise<unknown>

function deeds(space: { id: string }, owner: Person, people: Person[], made: Made): Record<string, Deed> {
  const at = `/spaces/${space.id}`
  const chat = () => `/chats/${made.one('chat')}`
  const group = () => `/chats/${made.one('group')}`
  const message = () => `/messages/${made.one('message')}`
  const say = async (who: Person, where: string, content: string, more = {}) =>
    made.put('message', await who.post(`/messages/${made.one(where)}`, { content, nonce: randomUUID(), ...more }))
  const newChat = async (who: Person) => made.put('chat', await who.post(`${at}/chats`, { name: word() }))
  return {
    say: (who) => say(who, 'chat', word()),
    'say to somebody': (who, whom) => say(who, 'chat', `@${whom.nickname} ${word()}`),
    'say to all': (who) => say(who, 'chat', '@everyone look'),
    answer: (who) => say(who, 'chat', 'yes', { reply_to: made.one('message') }),
    'answer in a thread': (who) => say(who, 'chat', 'yes', { thread_root: made.one('message') }),
    'say in a group': (who, whom) => say(who, 'group', `@${whom.nickname} psst`),
    'send a file': async (who) => made.put('message', await who.send(made.one('chat'), 'a file', 'a.txt', 'bytes')),
    edit: (who) => who.patch(message(), { content: `${word()} @everyone` }),
    delete: (who) => who.delete(message()),
    react: (who) => who.post(`${message()}/reaction`, { emoji: pick(['👍', '🎂', '🍞']) }),
    pin: (who) => who.put(`${message()}/pin`, {}),
    unpin: (who) => who.delete(`${message()}/pin`),
    'report a message': (who) => who.post(`${message()}/report`, { reason: 'spam' }),
    follow: (who) => who.put(`${message()}/thread/follow`, {}),
    'follow no more': (who) => who.delete(`${message()}/thread/follow`),
    'read a thread': (who) => who.post(`${message()}/thread/read`, { seq: 1 }),
    read: (who) => who.post(`${chat()}/read`, { seq: 1 }),
    'make unread': (who) => who.post(`${chat()}/unread`, { seq: 1 }),
    'read all': (who) => who.post('/chats/read-all', {}),
    'see the inbox': (who) => who.post('/notifications/read-all'),
    type: (who) => who.post(`${chat()}/typing`),
    'make a chat': newChat,
    'the owner makes a chat': () => newChat(owner),
    'change a chat': (who) =>
      who.patch(chat(), { topic: word(), overrides: [{ target: { kind: 'role', id: made.one('role') }, allow: [], deny: ['send_files'] }] }),
    'delete a chat': (who) => who.delete(chat()),
    'the owner deletes a chat': () => owner.delete(chat()),
    'make a category': async (who) => made.put('category', await who.post(`${at}/categories`, { name: word() })),
    'name a category': (who) => who.patch(`${at}/categories/${made.one('category')}`, { name: word() }),
    'delete a category': (who) => who.delete(`${at}/categories/${made.one('category')}`),
    'order chats': (who) => {
      const category = made.one('category')
      return who.put(`${at}/chat-order`, { categories: [category], chats: [{ chat_id: made.one('chat'), category_id: category }] })
    },
    'make a role': async (who) =>
      made.put('role', await who.post(`${at}/roles`, { name: word(), color: '#112233', priority: 20, permissions: ['view_chat', 'send_messages'] })),
    'change a role': (who) => who.patch(`${at}/roles/${made.one('role')}`, { color: '#223344', permissions: ['view_chat'] }),
    'delete a role': (who) => who.delete(`${at}/roles/${made.one('role')}`),
    'order roles': async (who) => {
      const roles: { id: string }[] = (await who.get(`${at}/roles`)).items
      await who.put(`${at}/roles/order`, { role_ids: roles.slice(1).map(({ id }) => id) })
    },
    'give a role': (who, whom) => who.post(`${at}/assign-role/${whom.id}/${made.one('role')}`),
    kick: (who, whom) => who.post(`${at}/kick/${whom.id}`),
    join: (who) => who.post(`${at}/join`),
    leave: (who) => who.post(`${at}/leave`),
    ban: (who, whom) => who.post(`${at}/ban/${whom.id}`, { reason: word(), delete_recent: 3600 }),
    'lift a ban': (_, whom) => owner.post(`${at}/unban/${whom.id}`),
    restrict: (who, whom) =>
      who.post(`${at}/restrict/${whom.id}`, { permissions_denied: ['send_messages'], until: new Date(Date.now() + 2000).toISOString() }),
    'report somebody': (who, whom) => who.post(`${at}/report/${whom.id}`, { reason: 'abuse' }),
    invite: async (who) => made.put('invite', await who.post(`${at}/invites`)),
    accept: (who) => who.post(`/invites/${made.one('invite')}/accept`),
    'add somebody': (who, whom) => who.post(`${at}/members`, { nickname: whom.nickname }),
    'take a name here': (who) => who.patch(`${at}/participants/${who.id}`, { nickname: word() }),
    'hand the space over': (who, whom) => who.post(`${at}/transfer`, { user_id: whom.id }),
    'change the space': (who) => who.patch(at, { description: word() }),
    'order spaces': (who) => who.put('/spaces/order', { space_ids: [space.id] }),
    'add an emoji': async (who) => made.put('emoji', await who.post(`${at}/emoji?name=e${word()}`, form())),
    'name an emoji': (who) => who.patch(`${at}/emoji/${made.one('emoji')}`, { name: `f${word()}` }),
    'delete an emoji': (who) => who.delete(`${at}/emoji/${made.one('emoji')}`),
    'change the profile': (who) => who.patch('/profile/me', { display_name: word(), bio: word() }),
    'set a status': (who) => who.post('/status/set-status', { status: pick(['online', 'away']) }),
    'change settings': (who) => who.patch('/profile/me/settings', { shows_online: Math.random() > 0.5 }),
    mark: (who, whom) => who.put(`/profile/me/marks/${whom.id}`, { mark: pick(['blocked', 'muted']) }),
    unmark: (who, whom) => who.delete(`/profile/me/marks/${whom.id}`),
    'write to somebody': async (who, whom) => made.put('group', await who.post('/chats', { user_id: whom.id })),
    'open a group': async (who) => {
      const others = people.filter(({ id }) => id !== who.id).slice(0, 2)
      made.put('group', await who.post('/chats', { name: word(), user_ids: others.map(({ id }) => id) }))
    },
    'add to a group': (who, whom) => who.post(`${group()}/members`, { user_id: whom.id }),
    'take out of a group': (who, whom) => who.delete(`${group()}/members/${whom.id}`),
    'name a group': (who) => who.patch(group(), { name: word() }),
    'delete a group': (who) => who.delete(group()),
    'make a pack': async (who) => made.put('pack', await who.post('/stickers/packs', { name: word(), visibility: 'link' })),
    'add a sticker': (who) => who.post(`/stickers/packs/${made.one('pack')}/stickers?name=${word()}`, form()),
    'put a pack at hand': (who) => who.post(`/stickers/packs/${made.one('pack')}/install`),
    'delete a pack': (who) => who.delete(`/stickers/packs/${made.one('pack')}`),
    'look at messages': (who) => who.get(`/messages/${made.one('chat')}`),
    'look at chats': (who) => who.get('/chats'),
    'look at people': (who) => who.get(`${at}/participants`),
  }
}

test('whatever is done at the same time is answered', async () => {
  const server = await Server.start()
  process.env.SPACE_URL = server.url
  const people = await Promise.all(['anna', 'boris', 'clara', 'dora', 'emil'].map(Person.register))
  const owner = people[0]!
  const space = await owner.makeSpace('Storm')
  for (const person of people.slice(1)) await person.join(space.id)
  const made = new Made()
  made.put('chat', { id: space.default_chat_id })
  const roles: { id: string; name: string }[] = (await owner.get(`/spaces/${space.id}/roles`)).items
  for (const role of roles) made.put('role', role)
  const administrator = roles.find(({ name }) => name === 'Administrator')!
  for (const person of people.slice(1, 3)) await owner.post(`/spaces/${space.id}/assign-role/${person.id}/${administrator.id}`)

  const all = Object.entries(deeds(space, owner, people, made))
  const counts = new Map<string, number>()
  const broken: string[] = []
  const end = Date.now() + seconds * 1000
  const somebody = async () => {
    while (Date.now() < end) {
      const [name, deed] = pick(all)
      // The owner may do most.
      const who = Math.random() < 0.4 ? owner : pick(people)
      const outcome = await deed(who, pick(people)).then(() => 'done', (error: unknown) => error)
      const told = outcome instanceof Refused ? outcome.code : String(outcome)
      counts.set(told, (counts.get(told) ?? 0) + 1)
      const isAnswer = outcome === 'done' || (outcome instanceof Refused && outcome.status < 500)
      if (!isAnswer) broken.push(`${name}: ${outcome}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, somebody))
  console.log(Object.fromEntries([...counts].sort(([, a], [, b]) => b - a)))
  expect(broken).toEqual([])
  expect(await server.stop()).toBe(0)
  await server.forget()
})
