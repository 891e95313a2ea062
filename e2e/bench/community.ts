import { createWriteStream } from 'node:fs'
import { once } from 'node:events'

const words = (
  'bread rye oven flour yeast salt dough crust morning order customer window basket shelf recipe ' +
  'butter sugar honey walnut seed water stone fire paper string market street corner door bell'
).split(' ')

/** Numbers that are the same in every run (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Writes an export for `api import community`: texts of very different heights. */
export async function writeCommunity(file: string, channels: Record<string, number>): Promise<void> {
  const next = random(7)
  const pick = <T>(list: T[]): T => list[Math.floor(next() * list.length)]!
  const sentence = () => Array.from({ length: 4 + Math.floor(next() * 22) }, () => pick(words)).join(' ')
  const text = () => {
    const kind = next()
    if (kind < 0.08) return '```rust\nfn main() {\n    println!("' + pick(words) + '");\n}\n```'
    if (kind < 0.14) return `> ${sentence()}\n\n${sentence()}`
    if (kind < 0.2) return `- ${sentence()}\n- ${sentence()}\n- **${pick(words)}**`
    if (kind < 0.3) return Array.from({ length: 3 }, sentence).join('\n\n')
    return sentence()
  }
  const out = createWriteStream(file)
  let id = 0
  let at = Date.UTC(2024, 0, 1)
  for (const [channel, count] of Object.entries(channels)) {
    for (let i = 0; i < count; i++) {
      at += Math.floor(next() * 240_000)
      const line = {
        id: ++id,
        channel,
        topic: `${pick(words)} ${Math.floor(i / 40)}`,
        author: `baker_${Math.floor(next() * 60)}`,
        sent_at: new Date(at).toISOString(),
        text: text(),
      }
      if (!out.write(JSON.stringify(line) + '\n')) await once(out, 'drain')
    }
  }
  out.end()
  await once(out, 'finish')
}
