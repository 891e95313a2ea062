import type { BrowserContext, Request } from '@playwright/test'

/** Errors in the consoles and the networks of the windows that are watched. */
export class Troubles {
  readonly seen: string[] = []
  private readonly allowed: RegExp[] = [
    // A window without a session asks whether there is one.
    /^401 POST \/api\/v1\/auth\/refresh$/,
  ]

  /** What the journey provokes on purpose, such as `/^409 POST/`. */
  allow(...patterns: RegExp[]): void {
    this.allowed.push(...patterns)
  }

  watch(context: BrowserContext): void {
    context.on('console', (message) => {
      // Refusals of the server are told below, with their method.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.note(`console: ${message.text()}`)
      }
    })
    context.on('weberror', (error) => this.note(`page: ${error.error()}`))
    context.on('response', (response) => {
      if (response.status() >= 400) this.note(`${response.status()} ${name(response.request())}`)
    })
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? ''
      // Whoever leaves a page does not wait for its answers.
      if (why !== 'net::ERR_ABORTED') this.note(`${why} ${name(request)}`)
    })
  }

  private note(trouble: string): void {
    if (!this.allowed.some((pattern) => pattern.test(trouble))) this.seen.push(trouble)
  }
}

const name = (request: Request) => `${request.method()} ${new URL(request.url()).pathname}`
