import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Nodes } from './nodes.ts'
import { apiBinary, ended, Output, root } from './process.ts'

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
    const child = spawn(apiBinary(), ['serve', ...args], {
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
        // No journey asks the internet.
        SPACE_PREVIEWS: 'off',
        SPACE_LOG: process.env.SPACE_LOG ?? 'warn',
        ...settings,
      },
    })
    const [, url] = await new Output(child).line(/Listening on (http:\S+)/)
    return new Server(url!, dataDir, child)
  }

  /** SIGTERM, and waits until the process is gone. Returns the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    return ended(this.child, signal)
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

/**
 * Playwright's global set-up: the server of the run, or so many nodes as E2E_NODES says; the function
 * returned ends them.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const several = Boolean(process.env.E2E_NODES)
  const server = several ? await Nodes.start() : await Server.start({}, undefined, ['--demo'])
  process.env.SPACE_URL = server.url
  process.env.E2E_DATA_DIR = server.dataDir
  if (server instanceof Nodes) process.env.E2E_DATABASE_URL = server.database
  return async () => {
    const code = await server.stop()
    await server.forget()
    if (code !== 0) throw new Error(`the server ended with ${code}`)
  }
}
