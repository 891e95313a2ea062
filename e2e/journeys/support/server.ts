import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const root = resolve(import.meta.dirname, '../../..')
const startLimit = 60_000
const stopLimit = 15_000

/** A server of its own: free port, private database in a folder that goes with it. */
export class Server {
  private constructor(
    readonly url: string,
    readonly dataDir: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts the built `api`; `settings` are `SPACE_…` variables. */
  static async start(settings: Record<string, string> = {}, keep?: string, args: string[] = []): Promise<Server> {
    const dataDir = keep ?? (await freshFolder())
    const binary = process.env.SPACE_API_BINARY ?? join(root, 'target/debug/api')
    const child = spawn(binary, ['serve', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        SPACE_LISTEN: '127.0.0.1:0',
        SPACE_DATA_DIR: dataDir,
        SPACE_WEB_DIR: join(root, 'dist'),
        // Many people register from one address; hashing in a debug build is slow.
        SPACE_LIMIT_FACTOR: '0',
        SPACE_BCRYPT_COST: '4',
        SPACE_LOG: process.env.SPACE_LOG ?? 'warn',
        ...settings,
      },
    })
    const url = await listening(child)
    return new Server(url, dataDir, child)
  }

  /** SIGTERM, and waits until the process is gone. Returns the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const { child } = this
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const gone = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), stopLimit)
    const code = await gone
    clearTimeout(timer)
    return code
  }

  /** Removes what the server kept; call after `stop`. */
  async forget(): Promise<void> {
    await rm(this.dataDir, { recursive: true, force: true })
  }
}

/** Open for passing through: as root, the database runs under another user. */
async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'space-e2e-'))
  await chmod(folder, 0o711)
  return folder
}

/** The address that the server prints once it listens. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    const said: string[] = []
    const fail = (why: string) => failed(new Error(`the server ${why}:\n${said.join('\n')}`))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail('did not start in time')
    }, startLimit)
    child.once('error', (error) => fail(`could not be started (${error.message})`))
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`))
    createInterface({ input: child.stderr! }).on('line', (line) => {
      said.push(line)
      if (process.env.SPACE_LOG) console.error(line)
    })
    createInterface({ input: child.stdout! }).on('line', (line) => {
      said.push(line)
      const url = /Listening on (http:\S+)/.exec(line)?.[1]
      if (!url) return
      clearTimeout(timer)
      found(url)
    })
  })
}

/** Playwright's global set-up: the server of the run; the function returned ends it. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await Server.start({}, undefined, ['--demo'])
  process.env.SPACE_URL = server.url
  process.env.E2E_DATA_DIR = server.dataDir
  return async () => {
    const code = await server.stop()
    await server.forget()
    if (code !== 0) throw new Error(`the server ended with ${code}`)
  }
}
