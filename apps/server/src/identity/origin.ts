import { AppError } from '../errors.ts';

interface RequestHead {
  host: string | undefined;
  origin: string | undefined;
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Keeps every other web page away from a server that trusts loopback. The Host must name this machine (a page that
 * rebinds its own name to 127.0.0.1 is refused), and where a browser names an Origin it must be the very same.
 * Throws `FORBIDDEN`.
 */
export function checkOrigin({ host, origin }: RequestHead): void {
  const name = host?.replace(/:\d+$/, '').toLowerCase();
  if (!name || !loopbackNames.has(name)) {
    throw new AppError('FORBIDDEN', 'This server answers to localhost only.');
  }
  if (origin !== undefined && !isSameHost(origin, host!)) {
    throw new AppError('FORBIDDEN', 'Another web page may not use this server.');
  }
}

function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host;
}
