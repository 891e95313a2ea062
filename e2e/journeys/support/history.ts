import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Person } from './people.ts'
import { apiBinary, root } from './process.ts'

/** One message of a generated history. */
interface Line {
  id: number
  channel: string
  topic: string
  author: string
  sent_at: string
  text: string
}

/** The moment of the first message of a history. */
export const beginning = Date.UTC(2026, 0, 5, 8)

/** What the message with this number says: its number first, then more of it or less. */
export function textOf(number: number): string {
  const words = 'the quick brown fox jumps over the lazy dog while nobody looks'.split(' ')
  // The length depends on the number in no simple way, so that no two pages are alike.
  const count = (number * 7919) % 61
  const rest = Array.from({ length: count }, (_, at) => words[(number + at) % words.length])
  return `№${number} ${rest.join(' ')}`.trim()
}

/** Imports `count` messages into the chat `history` of a space of `owner`, as the product does it. */
export async function importHistory(owner: Person, space: string, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, at): string => {
    const number = at + 1
    const line: Line = {
      id: number,
      channel: 'history',
      topic: `Part ${Math.ceil(number / 500)}`,
      author: `author ${number % 17}`,
      sent_at: new Date(beginning + number * 7 * 60_000).toISOString(),
      text: textOf(number),
    }
    return JSON.stringify(line)
  })
  const file = join(tmpdir(), `space-e2e-history-${process.pid}-${Date.now()}.ndjson`)
  await writeFile(file, lines.join('\n'))
  try {
    await api(['import', 'community', file, '--space', space, '--owner', owner.nickname])
  } finally {
    await rm(file, { force: true })
  }
}

/** A command of the product beside the server of the run, on the same data. */
async function api(args: string[]): Promise<string> {
  const { E2E_DATABASE_URL } = process.env
  const { stdout } = await promisify(execFile)(apiBinary(), args, {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SPACE_DATA_DIR: process.env.E2E_DATA_DIR,
      // Else the private one of that folder.
      ...(E2E_DATABASE_URL ? { DATABASE_URL: E2E_DATABASE_URL } : {}),
      SPACE_BCRYPT_COST: '4',
      SPACE_LOG: 'warn',
    },
  })
  return stdout
}
