import type { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'

/** The server of the run. */
export function url(): string {
  const url = process.env.SPACE_URL
  if (!url) throw new Error('SPACE_URL is not set: the global set-up starts the server')
  return url
}

/** A problem+json answer, or no JSON at all. */
export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, detail: string) {
    super(`${status} ${code}: ${detail}`)
  }
}

/** Somebody with an account, speaking to the API the way an integration does. */
export class Person {
  private constructor(
    readonly nickname: string,
    readonly password: string,
    readonly id: string,
    readonly token: string,
  ) {}

  /** Registers with a name that nobody else has. */
  static async register(name: string): Promise<Person> {
    const nickname = `${name}_${randomUUID().replaceAll('-', '').slice(0, 8)}`
    const password = `long enough ${nickname.split('').reverse().join('')}`
    await call('POST', '/auth/register', { nickname, email: `${nickname}@example.org`, password })
    return Person.signIn(nickname, password)
  }

  /** Signs somebody in who has an account. */
  static async signIn(nickname: string, password: string): Promise<Person> {
    const login = await call('POST', '/auth/login', { login: nickname, password })
    return new Person(nickname, password, login.user.id, login.access_token)
  }

  /** The owner of the demo space that the server of the run was started with. */
  static async demo(): Promise<Person> {
    return Person.signIn('demo', 'sunny bakery')
  }

  get = (path: string) => call('GET', path, undefined, this.token)
  post = (path: string, body: unknown = {}) => call('POST', path, body, this.token)
  patch = (path: string, body: unknown) => call('PATCH', path, body, this.token)
  put = (path: string, body: unknown) => call('PUT', path, body, this.token)
  delete = (path: string) => call('DELETE', path, undefined, this.token)

  /** Makes a public space; its first chat is `default_chat_id`. */
  makeSpace = (name: string) => this.post('/spaces', { name, visibility: 'public' })

  /** Makes a chat of a space. */
  makeChat = (spaceId: string, name: string, topic?: string) =>
    this.post(`/spaces/${spaceId}/chats`, { name, ...(topic ? { topic } : {}) })

  join = (spaceId: string) => this.post(`/spaces/${spaceId}/join`)

  /** Sends a message and returns it. */
  say = (chatId: string, content: string) =>
    this.post(`/messages/${chatId}`, { content, nonce: randomUUID() })

  /** Puts in a picture of oneself or of a space. */
  async upload(path: string, picture: Buffer) {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'picture.png')
    return this.post(path, form)
  }

  /** Sends a message with a file and returns it. */
  async send(chatId: string, content: string, name: string, bytes: string | Buffer) {
    const form = new FormData()
    form.set('file', new Blob([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)]), name)
    const file = await call('POST', '/files', form, this.token)
    return this.post(`/messages/${chatId}`, { content, nonce: randomUUID(), attachment_ids: [file.id] })
  }
}

/** One request below `/api/v1`; anything but 2xx is thrown. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function call(method: string, path: string, body?: unknown, token?: string): Promise<any> {
  const isJson = body !== undefined && !(body instanceof FormData)
  const response = await fetch(`${url()}/api/v1${path}`, {
    method,
    headers: {
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: isJson ? JSON.stringify(body) : (body as FormData | undefined),
  })
  const text = await response.text()
  const json = text ? JSON.parse(text) : undefined
  if (!response.ok) throw new Refused(response.status, json?.code ?? '', json?.detail ?? text)
  return json
}
