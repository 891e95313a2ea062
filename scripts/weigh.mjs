// What a browser fetches, brotli: before the first message stands there, against the budget in
// web/budget (KiB), before somebody can sign in, and what else there is: `node weigh.mjs dist`.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const dist = resolve(process.argv[2] ?? 'dist')
const budget = Number((await readFile(join(import.meta.dirname, '../web/budget'), 'utf8')).trim())
const size = async (name) => (await stat(join(dist, `${name}.br`)).catch(() => stat(join(dist, name)))).size
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`
const line = async (what, name) => console.log(`  ${what.padEnd(7)}${name.padEnd(40)} ${kib(await size(name)).padStart(10)}`)

const all = (await readdir(dist, { recursive: true })).filter((name) => /\.(js|css|wasm|txt)$/.test(name))
const html = await readFile(join(dist, 'index.html'), 'utf8')
const meta = (name) => new RegExp(`<meta name="?${name}"?[^>]*>`).exec(html)?.[0] ?? ''
const within = (text) => all.filter((name) => text.includes(name))
const page = ['parts', 'styles', 'texts', 'more-texts'].reduce((rest, name) => rest.replace(meta(name), ''), html)
const first = new Set(within(page))
// What the scripts of the page import.
for (const name of first) {
  if (!name.endsWith('.js')) continue
  const script = await readFile(join(dist, name), 'utf8')
  for (const [, imported] of script.matchAll(/from\s*["']\.\/([^"']+\.js)["']/g)) first.add(imported)
}
// One language is fetched: the longest counts.
const longest = async (names) => {
  const sizes = await Promise.all(names.map(async (name) => [await size(name), name]))
  return sizes.sort((a, b) => b[0] - a[0])[0]?.[1]
}
const [texts, moreTexts] = [await longest(within(meta('texts'))), await longest(within(meta('more-texts')))]
if (texts) first.add(texts)
const bytes = async (names) => {
  let sum = 0
  for (const name of names) sum += await size(name)
  return sum
}
const part = (name) => within(new RegExp(`data-${name}="([^"]*)"`).exec(meta('parts'))?.[1] ?? '')
const start = await bytes(first)
const others = [...within(meta('styles')), ...(moreTexts ? [moreTexts] : [])]
const lazy = [...all.filter((name) => name.endsWith('.wasm') && !first.has(name)), ...others]
for (const name of first) await line('', name)
for (const name of lazy) await line('later', name)
const more = await bytes(others)
console.log(`weight: signing in ${kib(start + more + (await bytes(part('welcome'))))}; the stream of events ${kib(await bytes(part('live')))} after the first screen`)
console.log(`weight: first screen ${kib(start)} of ${budget} KiB; ${lazy.length} lazy parts ${kib(await bytes(lazy))}`)
if (!(start <= budget * 1024)) {
  console.error('The client is too heavy for its budget (web/budget): see "Client weight" in docs/architecture.md.')
  process.exit(1)
}
