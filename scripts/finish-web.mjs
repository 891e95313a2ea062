// After Trunk: writes the texts, two files a language, and in the release build splits the client into
// what a chat needs and the screens that are fetched when they are shown (see web/src/ui/lazy.rs).
// Called by Trunk as a post_build hook, with the folder it builds in.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fingerprint, splitClient } from './split-web.mjs'

const root = resolve(import.meta.dirname, '..')
const dist = process.env.TRUNK_STAGING_DIR
const page = join(dist, 'index.html')

/** The texts by name: `[name, text]` or `[name, one, few, many, other]`. */
async function texts(language) {
  const folder = join(root, 'shared/locales', language)
  const lines = []
  for (const name of await readdir(folder)) {
    const slice = basename(name, '.json')
    for (const [key, value] of Object.entries(JSON.parse(await readFile(join(folder, name), 'utf8')))) {
      const forms = typeof value === 'string' ? [value] : ['one', 'few', 'many', 'other'].map((form) => value[form] ?? value.other)
      if (forms.some((form) => !form || form.includes('\t'))) throw new Error(`${language}: ${slice}.${key} has a tab, or no text`)
      lines.push([`${slice}.${key}`, ...forms.map((form) => form.replaceAll('\n', '\\n'))])
    }
  }
  const order = (a, b) => (a[0] < b[0] ? -1 : 1)
  return lines.sort(order)
}

// What the first screen says. The rest follows while it is already shown, so a text that lacks here is only late.
const first = {
  app:
    'back cancel chats_and_spaces choose_chat_text choose_chat_title close close_panel direct direct_messages discover ' +
    'forbidden go_home home hours_ago internal just_now loading me members mentions menu minutes_ago more no_spaces_text ' +
    'no_spaces_title not_found_text not_found_title rate_limited retry search settings skip_to_content space_lost spaces ' +
    'today undo unreachable unread unreadable yesterday',
  chat:
    'and_more beginning bot chat_menu chats connect_now conversations copy_code discard draft draft_saved edited editing emoji ' +
    'here loading_older mention_all mention_here mentions_list messages new new_chat new_message new_messages ' +
    'no_conversations_text no_conversations_title not_sent offline offline_hint queued react read_only reply reply_gone ' +
    'replying_to send spoiler spoken to_newest typing_many typing_one typing_two waiting write_to',
  conversation: 'link_gone list_menu notes pinned pins replies replies_log reply_hint slow_left slow_on thread threads',
  files: 'attach bytes download drop_here kilobytes kind_image megabytes open_picture pause play seek speed',
  moderation: 'move_hint open_reports seeing_as stop_seeing',
  notifications: 'inbox muted title unread',
  people: 'folded unfold',
  settings: 'account',
  spaces: 'create loading_spaces no_chats_text no_chats_title not_seen_text not_seen_title space_menu',
  status: 'away choose dnd invisible offline online',
  stickers: 'lost one',
}
const isFirst = new Set(Object.entries(first).flatMap(([slice, keys]) => keys.split(' ').map((key) => `${slice}.${key}`)))
// These are asked for by a name that is made at run time.
const isNamed = (name) => name.startsWith('status.')

/**
 * Two files, in the order of the keys: the texts of the first screen, with the number of lines that stand in
 * the other one in their place; and the others, with the names of all.
 */
function apart(lines) {
  const known = new Set(lines.map(([name]) => name))
  for (const name of isFirst) if (!known.has(name)) throw new Error(`there is no text ${name}`)
  const [here, there] = [[], []]
  let elsewhere = 0
  for (const [name, ...forms] of lines) {
    const text = forms.join('\t')
    if (isFirst.has(name)) {
      if (elsewhere) here.push(`\t${elsewhere}`)
      elsewhere = 0
      here.push(isNamed(name) ? `${name}\t${text}` : text)
      there.push(name)
    } else {
      there.push(`${name}\t${text}`)
      elsewhere += 1
    }
  }
  if (elsewhere) here.push(`\t${elsewhere}`)
  return [here, there].map((file) => file.map((line) => `${line}\n`).join(''))
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
// The page must not wait for the styles of later screens: boot.js fetches them.
html = html.replace(/<link [^>]*href="?([^\s">]*\/later-[^\s">]+\.css)[^>]*>/, '<meta name="styles" content="$1">')
if (process.env.TRUNK_PROFILE === 'release') {
  // What is served has no comments and no indentation.
  const [oldBoot] = /boot-\w+\.js/.exec(html)
  const script = (await readFile(join(dist, oldBoot), 'utf8')).replace(/^\s*(\/\/.*)?\n?/gm, '')
  const boot = `boot-${fingerprint(script)}.js`
  await Promise.all([writeFile(join(dist, boot), script), rm(join(dist, oldBoot))])
  html = html.replace(/<script [^>]*boot-[^>]*>/, `<script src="/${boot}">`)
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
