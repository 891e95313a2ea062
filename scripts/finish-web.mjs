// After Trunk: writes the texts, one file a language, and in the release build splits the client into
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

let html = await readFile(page, 'utf8')
const attributes = []
await mkdir(join(dist, 'texts'), { recursive: true })
for (const language of await readdir(join(root, 'shared/locales'))) {
  const content = await texts(language)
  const name = `texts/${language}-${fingerprint(content)}.txt`
  await writeFile(join(dist, name), content)
  attributes.push(`data-${language}="/${name}"`)
}
html = html.replace(/<meta name="?texts"?[^>]*>/, `<meta name="texts" ${attributes.join(' ')}>`)
if (process.env.TRUNK_PROFILE === 'release') {
  const { files, js, loader, wasm } = await splitClient(root)
  const [, oldJs, oldWasm] = /content="?\/?([^\s">]+\.js)"?\s+data-wasm="?\/?([^\s">]+\.wasm)/.exec(html)
  await Promise.all([oldJs, oldWasm].map((name) => rm(join(dist, name))))
  const parts = files.filter(([name]) => name.endsWith('.wasm') && name !== wasm).map(([name]) => `/${name}`)
  html = html.replace(/<meta name="?parts"?[^>]*>/, `<meta name="parts" content="${parts.join(' ')}">`)
  await Promise.all(files.map(([name, content]) => writeFile(join(dist, name), content)))
  html = html.replaceAll(oldJs, js).replaceAll(oldWasm, wasm)
  // The glue imports it: not one after the other.
  html = html.replace(/<link [^>]*modulepreload[^>]*>/, (link) => (loader ? link + link.replace(js, loader) : link))
}
await writeFile(page, html)
