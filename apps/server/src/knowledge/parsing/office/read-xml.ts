import { TextDecoder } from 'node:util';
import { Parser } from 'htmlparser2';
import { unreadable } from '../failure.ts';
import { parsingLimits } from '../limits.ts';

export interface XmlHandler {
  /** Names are without their prefix. */
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  close?(name: string): void;
  text?(data: string): void;
}

/**
 * Reads a part of an Office file as a stream. Entities of the document's own are never expanded; a part that declares
 * a document type, which Office forbids, is refused.
 */
export async function readXml(part: AsyncIterable<Buffer>, handler: XmlHandler): Promise<void> {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1;
        if (depth > parsingLimits.maxDepth) throw unreadable('Its elements are nested too deep to be read.');
        handler.open?.(withoutPrefix(name), attributes);
      },
      onclosetag(name) {
        depth -= 1;
        handler.close?.(withoutPrefix(name));
      },
      ontext: (data) => handler.text?.(data),
      onprocessinginstruction(name) {
        if (name.startsWith('!'))
          throw unreadable('The file declares entities of its own, which no Office program does.');
      },
    },
    { xmlMode: true },
  );
  let decoder: TextDecoder | null = null;
  for await (const data of part) {
    decoder ??= decoderOf(data);
    parser.write(decoder.decode(data, { stream: true }));
  }
  parser.end(decoder?.decode() ?? '');
}

function decoderOf(start: Buffer): TextDecoder {
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder('utf-16le');
  if (start[0] === 0xfe && start[1] === 0xff) return new TextDecoder('utf-16be');
  return new TextDecoder('utf-8');
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** An attribute, whatever its prefix. */
export function attribute(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  if (attributes[name] !== undefined) return attributes[name];
  const prefixed = Object.keys(attributes).find((key) => key.endsWith(`:${name}`));
  return prefixed === undefined ? undefined : attributes[prefixed];
}
