// Splits the linked client: wasm-split takes what only lazy screens use into modules of their own,
// wasm-bindgen makes the glue for the rest, wasm-opt makes every module small.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withoutTables } from './drop-tables.mjs'
import { namedByLikeness } from './order-functions.mjs'
import { dropUnused, shorten } from './shorten-glue.mjs'

const run = promisify(execFile)
// What Rust's wasm32 target emits.
const features = ['bulk-memory', 'mutable-globals', 'multivalue', 'nontrapping-float-to-int', 'reference-types', 'sign-ext']

/** Sixteen hexadecimal digits: the server serves such names for ever. */
export const fingerprint = (...contents) => {
  const hash = createHash('sha256')
  contents.forEach((content) => hash.update(content))
  return hash.digest('hex').slice(0, 16)
}

/** What becomes of each item. No more at once: wasm-opt takes much memory. */
async function twoAtOnce(items, work) {
  const [left, done] = [[...items.entries()], []]
  const worker = async () => {
    for (let next; (next = left.shift()); ) done[next[0]] = await work(next[1])
  }
  await Promise.all([worker(), worker()])
  return done
}

/** The files of each part, as its loader names them: by the name in `lazy!`. */
function fetchedTogether(loader) {
  const load = /const __(?:wasm_split_load|(chunk))_(\w+) = [\s\S]*?new URL\("\.\/([^"]+)"[\s\S]*?\[([^\]]*)\]/g
  const [chunks, parts] = [{}, {}]
  for (const [, isChunk, name, file, needs] of loader.matchAll(load)) {
    if (isChunk) chunks[`__chunk_${name}`] = file
    else parts[name] = [file, ...needs.split(', ').filter(Boolean).map((chunk) => chunks[chunk])]
  }
  return parts
}

/** Returns the files by name, and which of them starts the client. */
export async function splitClient(root) {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target')
  const linked = join(target, 'wasm32-unknown-unknown/wasm-release/web.wasm')
  const parts = join(target, 'web/parts')
  const bound = join(target, 'web/bound')
  for (const folder of [parts, bound]) {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
  }
  const isSplit = process.env.BUILD_SPLIT === '1'
  if (isSplit) {
    const whole = join(bound, 'linked.wasm')
    await writeFile(whole, withoutTables(await readFile(linked)))
    await run('wasm-split-cli', [whole, parts, '--target', 'web', '--out-name', 'web'])
  } else await copyFile(linked, join(parts, 'web.wasm'))
  await run('wasm-bindgen', [join(parts, 'web.wasm'), '--out-dir', bound, '--out-name', 'web', '--target', 'web', '--no-typescript', '--keep-lld-exports'])
  const lazy = (await readdir(parts)).filter((name) => name.endsWith('.wasm') && name !== 'web.wasm')
  const main = join(bound, 'web_bg.wasm')
  await writeFile(main, dropUnused(await readFile(main)))
  const flags = ['-Oz', '--one-caller-inline-max-function-size=0', ...features.map((name) => `--enable-${name}`)]
  const small = async (path) => {
    await run('wasm-opt', [...flags, path, '-o', path])
    await writeFile(path, namedByLikeness(await readFile(path)))
    await run('wasm-opt', [...flags, '--reorder-functions-by-name', path, '-o', path])
    return readFile(path)
  }
  const [start, ...rest] = await twoAtOnce([main, ...lazy.map((name) => join(parts, name))], small)
  const { wasm, js } = shorten(start, await readFile(join(bound, 'web.js'), 'utf8'))
  const modules = [['web_bg.wasm', wasm], ...lazy.map((name, at) => [name, rest[at]])]
  const scripts = [['web.js', js]]
  if (isSplit) scripts.push(['__wasm_split.js', await readFile(join(parts, '__wasm_split.js'), 'utf8')])
  // They belong together: one hash for all.
  const stamp = fingerprint(...[...modules, ...scripts].map(([, content]) => content))
  const renamed = (name) => {
    const [stem, ending] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.'))]
    return `${stem.replaceAll('_', '-').replace(/^-+/, '')}-${stamp}${ending}`
  }
  const names = [...modules, ...scripts].map(([name]) => name)
  // Only where a file is fetched: the wasm modules know their imports by the old names.
  const relink = (text) =>
    text.replace(/(\bfrom\s*|new URL\()(["'])\.\/([^"']+)\2/g, (found, before, quote, name) =>
      names.includes(name) ? `${before}${quote}./${renamed(name)}${quote}` : found,
    )
  const files = [
    ...modules.map(([name, content]) => [renamed(name), content]),
    ...scripts.map(([name, content]) => [renamed(name), relink(content)]),
  ]
  return {
    files,
    js: renamed('web.js'),
    loader: isSplit && renamed('__wasm_split.js'),
    wasm: renamed('web_bg.wasm'),
    parts: isSplit ? fetchedTogether(relink(scripts[1][1])) : {},
  }
}
