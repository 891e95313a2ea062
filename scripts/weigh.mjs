// What a browser fetches before the first message stands there, brotli, against the budget in
// web/budget (KiB), and what the lazy screens add: `node weigh.mjs dist`.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const dist = resolve(process.argv[2] ?? 'dist')
const budget = Number((await readFile(join(import.meta.dirname, '../web/budget'), 'utf8')).trim())
const size = async (name) => (await stat(join(dist, `${name}.br`)).catch(() => stat(join(dist, name)))).size
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`

const all = (await readdir(dist, { recursive: true })).filter((name) => /\.(js|css|wasm|txt)$/.test(name))
const page = (await readFile(join(dist, 'index.html'), 'utf8')).replace(/<meta name="?parts"?[^>]*>/, '')
const first = new Set(all.filter((name) => !name.startsWith('texts/') && page.includes(name)))
// What the scripts of the page import.
for (const name of first) {
  if (!name.endsWith('.js')) continue
  const script = await readFile(join(dist, name), 'utf8')
  for (const [, imported] of script.matchAll(/from\s*["']\.\/([^"']+\.js)["']/g)) first.add(imported)
}
const bytes = async (names) => {
  let sum = 0
  for (const name of names) sum += await size(name)
  return sum
}
// One language is fetched: the longest counts.
const languages = await Promise.all(all.filter((name) => name.startsWith('texts/')).map(size))
const start = (await bytes(first)) + Math.max(0, ...languages)
const lazy = all.filter((name) => name.endsWith('.wasm') && !first.has(name))
for (const name of [...first]) console.log(`  ${name.padEnd(44)} ${kib(await size(name)).padStart(10)}`)
console.log(`  texts of one language                        ${kib(Math.max(0, ...languages)).padStart(10)}`)
for (const name of lazy) console.log(`  later: ${name.padEnd(37)} ${kib(await size(name)).padStart(10)}`)
console.log(`weight: first screen ${kib(start)} of ${budget} KiB; ${lazy.length} lazy parts ${kib(await bytes(lazy))}`)
if (!(start <= budget * 1024)) {
  console.error('The client is too heavy for its budget (web/budget): see "Client weight" in docs/architecture.md.')
  process.exit(1)
}
