import { readFileSync } from 'node:fs';

/**
 * Bytes of address space that V8 reserves for code, nearly all of it never used: the kernel counts it as data all the same,
 * so a limit of data has to be so much higher. Told from this very process, which is of the same program as the child.
 * Null where the system does not say (it then has no such limit either).
 */
export function reservedCodeBytes(): number | null {
  try {
    let bytes = 0;
    for (const [, start, end] of readFileSync('/proc/self/maps', 'latin1').matchAll(/^([\da-f]+)-([\da-f]+) rwxp /gm)) {
      bytes += Number.parseInt(end!, 16) - Number.parseInt(start!, 16);
    }
    return bytes;
  } catch {
    return null;
  }
}
