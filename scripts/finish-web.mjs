// After Trunk: writes the texts, two files a language, and in the release build splits the client into
// what a chat needs and the screens that are fetched when they are shown (see web/src/ui/lazy.rs).
// Called by Trunk as a post_build hook, with the folder it builds in.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fingerprint, splitClient } from './split-web.mjs'

const root = resolve(import.meta.dirname, '..')
const dist = process.env.TRUNK_STAGING_DIR
const page = join(dist, 'index.html')

/** A line a text, as shared/src/text/catalogue.rs reads it. */
async function texts(language) {
  const folder = join(root, 'shared/locales', language)
  const lines = []
  for (const name of await readdir(folder)) {
    const slice = basename(name, '.json')
    for (const [key, value] of Object.entries(JSON.parse(await readFile(join(folder, name), 'utf8')))) {
      const forms = typeof value === 'string' ? [value] : ['one', 'few', 'many', 'other'].map((form) => value[form] ?? value.other)
      if (forms.some((form) => form.includes('\t'))) throw new Error(`${language}: ${slice}.${key} has a tab`)
      lines.push([`${slice}.${key}`, ...forms.map((form) => form.replaceAll('\n', '\\n'))])
    }
  }
  const order = (a, b) => (a[0] < b[0] ? -1 : 1)
  return lines.sort(order).map((parts) => `${parts.join('\t')}\n`).join('')
}

// What the first screen says: a chat, or signing in. The rest follows while it is already shown, so a text
// that lacks here is only late.
const first = new RegExp(
  '^(app|chat|conversation|field|files|identity|status)\\.|' +
    '^(moderation\\.(move_hint|open_reports|seeing_as|stop_seeing)|notifications\\.(inbox|muted|title|unread)|' +
    'people\\.(folded|unfold)|settings\\.account|spaces\\.(create|loading_spaces|no_chats_.*|not_seen_.*|space_menu)|' +
    'stickers\\.(lost|one))\\t',
)

/** Two files, each with the number of lines that stand in the other one in their place. */
function apart(lines) {
  const files = [[], []]
  const elsewhere = [0, 0]
  const skip = (file) => {
    if (elsewhere[file]) files[file].push(`\t${elsewhere[file]}\n`)
    elsewhere[file] = 0
  }
  for (const line of lines.match(/.+\n/g)) {
    const [here, there] = first.test(line) ? [0, 1] : [1, 0]
    skip(here)
    files[here].push(line)
    elsewhere[there] += 1
  }
  for (const file of [0, 1]) skip(file)
  return files.map((file) => file.join(''))
}

let html = await readFile(page, 'utf8')
const attributes = { texts: [], 'more-texts': [] }
await mkdir(join(dist, 'texts'), { recursive: true })
for (const language of await readdir(join(root, 'shared/locales'))) {
  for (const [at, content] of apart(await texts(language)).entries()) {
    const name = `texts/${language}-${fingerprint(content)}.txt`
    await writeFile(join(dist, name), content)
    Object.values(attributes)[at].push(`data-${language}="/${name}"`)
  }
}
for (const [name, list] of Object.entries(attributes)) {
  html = html.replace(new RegExp(`<meta name="?${name}"?[^>]*>`), `<meta name="${name}" ${list.join(' ')}>`)
}
if (process.env.TRUNK_PROFILE === 'release') {
  const { files, js, loader, wasm, parts } = await splitClient(root)
  const [, oldJs, oldWasm] = /content="?\/?([^\s">]+\.js)"?\s+data-wasm="?\/?([^\s">]+\.wasm)/.exec(html)
  await Promise.all([oldJs, oldWasm].map((name) => rm(join(dist, name))))
  const addresses = (names) => names.map((name) => `/${name}`).join(' ')
  const lazy = addresses(files.map(([name]) => name).filter((name) => name.endsWith('.wasm') && name !== wasm))
  // For boot.js: what the address needs is fetched at once.
  const needed = Object.entries(parts).map(([name, list]) => `data-${name}="${addresses(list)}"`).join(' ')
  html = html.replace(/<meta name="?parts"?[^>]*>/, `<meta name="parts" content="${lazy}" ${needed}>`)
  await Promise.all(files.map(([name, content]) => writeFile(join(dist, name), content)))
  html = html.replaceAll(oldJs, js).replaceAll(oldWasm, wasm)
  // The glue imports it: not one after the other.
  html = html.replace(/<link [^>]*modulepreload[^>]*>/, (link) => (loader ? link + link.replace(js, loader) : link))
}
await writeFile(page, html)
