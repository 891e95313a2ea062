import { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { png } from './support/pictures.ts'
import { composer, ready, rows } from './support/screen.ts'
import { expect, expectAccessible, Person, test } from './support/test.ts'
import type { Page } from '@playwright/test'

/** Seconds of a tone. */
function wav(seconds: number): Buffer {
  const rate = 8000
  const out = Buffer.alloc(44 + rate * seconds)
  out.write('RIFF', 0)
  out.writeUInt32LE(36 + rate * seconds, 4)
  out.write('WAVEfmt ', 8)
  out.writeUInt32LE(16, 16)
  out.writeUInt16LE(1, 20)
  out.writeUInt16LE(1, 22)
  out.writeUInt32LE(rate, 24)
  out.writeUInt32LE(rate, 28)
  out.writeUInt16LE(1, 32)
  out.writeUInt16LE(8, 34)
  out.write('data', 36)
  out.writeUInt32LE(rate * seconds, 40)
  for (let at = 0; at < rate * seconds; at += 1) out[44 + at] = 128 + Math.round(60 * Math.sin(at / 5))
  return out
}

const tray = (page: Page) => page.getByRole('list', { name: 'Attached files' }).getByRole('listitem')

async function choose(page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]) {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Attach files' }).click()
  await (await chooser).setFiles(files)
}

const picture = (name: string, width = 600, height = 400, grey = 120) => ({
  name,
  mimeType: 'image/png',
  buffer: png(width, height, grey),
})

/** Gives files to the page as dropping or pasting does. */
async function give(page: Page, how: 'drop' | 'paste', name: string, bytes: Buffer): Promise<void> {
  await page.evaluate(
    ([how, name, text]) => {
      const raw = Uint8Array.from(atob(text!), (c) => c.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([raw], name!, { type: 'image/png' }))
      if (how === 'paste') {
        const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
        document.querySelector('.composer__text')!.dispatchEvent(event)
        return
      }
      const target = document.querySelector('.messages')!
      for (const kind of ['dragenter', 'dragover', 'drop']) {
        target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }))
      }
    },
    [how, name, bytes.toString('base64')] as const,
  )
}

async function enter(open: (person: Person, path?: string) => Promise<Page>, name: string) {
  const anna = await Person.register('anna')
  const space = await anna.makeSpace(name)
  const page = await open(anna, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(page)
  return { anna, space, page }
}

test('files are chosen, dropped and pasted, and go with one message', async ({ open }) => {
  const { anna, space, page } = await enter(open, 'Gallery')
  const boris = await Person.register('boris')
  await boris.join(space.id)
  // Its pictures go: nobody may be looking at them in the directory.
  await anna.patch(`/spaces/${space.id}`, { visibility: 'hidden' })
  const other = await open(boris, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(other)

  await choose(page, picture('one.png'), { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') })
  await give(page, 'drop', 'two.png', png(300, 500, 60))
  await give(page, 'paste', 'three.png', png(500, 500, 200))
  await expect(tray(page)).toHaveCount(4)
  await expect(page.locator('.tray__bar')).toHaveCount(0)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Remove three.png' }).click()
  await expect(tray(page)).toHaveCount(3)

  await composer(page).fill('Look at these')
  await composer(page).press('Enter')
  await expect(tray(page)).toHaveCount(0)
  for (const where of [page, other]) {
    const sent = rows(where).filter({ hasText: 'Look at these' })
    await expect(sent.getByRole('button', { name: /Open picture/ })).toHaveCount(2)
    await expect(sent.locator('.file-card')).toContainText('notes.txt')
    for (const image of await sent.locator('img').all()) {
      await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
    }
  }
  // The card's link is a download with its name.
  const download = other.waitForEvent('download')
  await other.getByRole('link', { name: 'Download notes.txt' }).click()
  expect((await download).suggestedFilename()).toBe('notes.txt')
  void anna
})

test('a picture takes its place before it is loaded: nothing moves', async ({ open }) => {
  const { page } = await enter(open, 'Still')
  await page.route('**/api/v1/files/**', async (route) => {
    await new Promise((done) => setTimeout(done, 300))
    await route.continue()
  })
  await choose(page, picture('wide.png', 1200, 300))
  await composer(page).press('Enter')
  const sent = rows(page).last()
  const box = sent.locator('.files__picture')
  await expect(box).toBeVisible()
  const before = await sent.boundingBox()
  await expect
    .poll(() => sent.locator('img').evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth))
    .toBeGreaterThan(0)
  expect(await sent.boundingBox()).toEqual(before)
})

test('an upload shows how far it is, can be ended, fails with a sentence and is tried again', async ({ open, troubles }) => {
  troubles.allow(/^503 POST \/api\/v1\/files$/, /POST \/api\/v1\/files$/)
  const { page } = await enter(open, 'Slow')
  let held: (() => void) | undefined
  await page.route('**/api/v1/files?*', async (route) => {
    await new Promise<void>((done) => (held = done))
    await route.continue().catch(() => {})
  })
  await choose(page, picture('slow.png'))
  await expect(tray(page).getByRole('progressbar')).toBeVisible()
  await page.getByRole('button', { name: 'Remove slow.png' }).click()
  await expect(tray(page)).toHaveCount(0)
  held?.()
  await page.unroute('**/api/v1/files?*')

  await page.route('**/api/v1/files?*', (route) => route.abort())
  await choose(page, picture('again.png'))
  await expect(tray(page).getByRole('alert')).toContainText('broke off')
  await page.unroute('**/api/v1/files?*')
  await tray(page).getByRole('button', { name: 'Try again' }).click()
  await expect(tray(page).getByRole('alert')).toHaveCount(0)
  await expect(page.locator('.tray__bar')).toHaveCount(0)
  await composer(page).press('Enter')
  await expect(rows(page).last().getByRole('button', { name: 'Open picture again.png' })).toBeVisible()
})

test('what is refused says why', async ({ open, troubles }) => {
  troubles.allow(/^4(15|22) POST \/api\/v1\/files$/)
  const { page } = await enter(open, 'Strict')
  await choose(page, { name: 'run.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\x90\x00\x03\x00') })
  await expect(tray(page).getByRole('alert')).toContainText('not accepted')
  const many = Array.from({ length: 11 }, (_, n) => picture(`${n}.png`, 20, 20))
  await choose(page, ...many)
  await expect(tray(page)).toHaveCount(10)
  await expect(page.locator('.toast')).toContainText('At most 10 files')
})

test('pictures are looked at one after the other, larger, by keys', async ({ open }) => {
  const { page } = await enter(open, 'Lens')
  await choose(page, picture('first.png'), picture('second.png', 400, 800, 40))
  await expect(page.locator('.tray__bar')).toHaveCount(0)
  await composer(page).press('Enter')
  await rows(page).last().getByRole('button', { name: 'Open picture first.png' }).click()
  const box = page.getByRole('dialog', { name: 'first.png' })
  await expect(box).toBeVisible()
  await expect(box).toContainText('1 of 2')
  await expectAccessible(page)
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('dialog', { name: 'second.png' })).toContainText('2 of 2')
  await page.keyboard.press('+')
  await expect(page.locator('.lightbox__picture')).toHaveCSS('transform', /matrix\(1\.4/)
  await page.keyboard.press('-')
  await expect(page.locator('.lightbox__picture')).toHaveCSS('transform', /matrix\(1, 0, 0, 1/)
  await expect(page.getByRole('link', { name: 'Download second.png' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.locator('.lightbox')).toHaveCount(0)
})

test('a sound plays, rests, is drawn and changes its speed', async ({ open }) => {
  const { page } = await enter(open, 'Radio')
  await choose(page, { name: 'tone.wav', mimeType: 'audio/wav', buffer: wav(30) })
  await expect(page.locator('.tray__bar')).toHaveCount(0)
  await composer(page).press('Enter')
  const sound = rows(page).last().getByRole('group', { name: 'tone.wav' })
  await sound.getByRole('button', { name: 'Play' }).click()
  await expect(sound.getByRole('button', { name: 'Pause' })).toBeVisible()
  await expect(sound.locator('.sound__wave')).toHaveCount(2)
  await sound.getByRole('button', { name: 'Speed' }).click()
  await expect(sound.getByRole('button', { name: 'Speed' })).toHaveText('1.5×')
  await sound.getByRole('button', { name: 'Pause' }).click()
  await expect(sound.getByRole('button', { name: 'Play' })).toBeVisible()
})

test('a video has its place before it is loaded, and plays', async ({ open }) => {
  const { page } = await enter(open, 'Film')
  const buffer = await readFile(join(import.meta.dirname, '../../api/tests/api/files/videos/small.webm'))
  await choose(page, { name: 'oven.webm', mimeType: 'video/webm', buffer })
  await expect(page.locator('.tray__bar')).toHaveCount(0)
  await composer(page).press('Enter')
  const video = rows(page).locator('video')
  await expect(video).toHaveAttribute('aria-label', 'oven.webm')
  await expect(video).toHaveCSS('aspect-ratio', '400 / 225')
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.videoWidth)).toBe(160)
  await video.evaluate((one: HTMLVideoElement) => one.play())
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.currentTime)).toBeGreaterThan(0.2)
  await expectAccessible(page)
})

test('a person and a space get pictures', async ({ open }) => {
  test.slow()
  const { anna, space, page } = await enter(open, 'Faces')
  const group = (name: string) => page.getByRole('group', { name, exact: true })
  const give = async (name: string, file: ReturnType<typeof picture>, button = 'choose a picture') => {
    const chooser = page.waitForEvent('filechooser')
    await group(name).getByRole('button', { name: `${name}: ${button}` }).click()
    await (await chooser).setFiles(file)
    await expect(group(name).getByRole('button', { name: 'Remove' })).toBeVisible()
    await expect(group(name).getByRole('progressbar')).toHaveCount(0)
  }
  await page.goto('/settings/account')
  const avatar = group('Avatar')
  await give('Avatar', picture('me.png'))
  await expect(page.locator('.settings__head img')).toBeVisible()
  await expect(page.locator('.own-card img')).toBeVisible()
  await avatar.getByRole('button', { name: 'Remove' }).click()
  await expect(page.locator('.settings__head img')).toHaveCount(0)

  // The space: others see it at once, and the next one in its place.
  const boris = await Person.register('boris')
  await boris.join(space.id)
  const other = await open(boris, `/s/${space.id}/c/${space.default_chat_id}`)
  await ready(other)
  const inRail = other.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name: 'Faces' }).locator('img')
  await page.goto(`/s/${space.id}/settings/overview`)
  await give('Avatar', picture('space.png', 300, 300))
  await expect(inRail).toBeVisible()
  const before = await inRail.getAttribute('src')
  await give('Avatar', picture('another.png', 200, 200, 30), 'change')
  await expect(inRail).not.toHaveAttribute('src', before!)
  await expect.poll(() => inRail.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
  await give('Banner', picture('wide.png', 1200, 300, 60))
  await expectAccessible(page, 'pictures of a space')
  const { banner_url } = await boris.get(`/spaces/${space.id}`)
  expect(banner_url).toBeTruthy()
  expect((await other.request.get(banner_url)).headers()['content-type']).toMatch(/^image\//)
  for (const name of ['Avatar', 'Banner']) {
    await group(name).getByRole('button', { name: 'Remove' }).click()
    await expect(group(name).getByRole('button', { name: `${name}: choose a picture` })).toBeVisible()
  }
  await expect(inRail).toHaveCount(0)
  const without = await anna.get(`/spaces/${space.id}`)
  expect([without.avatar_url, without.banner_url]).toEqual([null, null])
})
