import type { Readable } from 'node:stream';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { ParseFailure, tooLarge, unreadable } from '../failure.ts';
import { parsingLimits } from '../limits.ts';

/** The files in a ZIP, by their names as Office writes them (`/word/document.xml`); read as streams, never to disk. */
export interface PackageParts {
  has(name: string): boolean;
  /** Throws `ParseFailure` where there is none, or it is larger than it says or than it may be. */
  read(name: string): AsyncIterable<Buffer>;
}

/** Reads the directory of a ZIP. Names are looked up regardless of case, as Office does. */
export async function openPackage(file: Buffer): Promise<PackageParts> {
  const entries = new Map<string, Entry>();
  const zip = await openZip(file, entries);
  let unpackedBytes = 0;

  return {
    has: (name) => entries.has(name.toLowerCase()),
    async *read(name) {
      const entry = entries.get(name.toLowerCase());
      if (!entry) throw unreadable(`The file is damaged: a part of it is missing.`);
      if (entry.isEncrypted()) throw unreadable('The file is protected by a password; save it without one.');
      let bytes = 0;
      try {
        const stream: Readable = await zip.openReadStreamPromise(entry);
        for await (const data of stream as AsyncIterable<Buffer>) {
          bytes += data.length;
          unpackedBytes += data.length;
          if (bytes > parsingLimits.maxPartBytes || unpackedBytes > parsingLimits.maxUnpackedBytes)
            throw unpacksTooLarge();
          yield data;
        }
      } catch (error) {
        if (error instanceof ParseFailure) throw error;
        throw unreadable('The file is damaged: a part of it can’t be unpacked.');
      }
    },
  };
}

async function openZip(file: Buffer, entries: Map<string, Entry>): Promise<ZipFile> {
  try {
    const zip = await fromBufferPromise(file, { lazyEntries: true, autoClose: false });
    if (zip.entryCount > parsingLimits.maxZipEntries)
      throw tooLarge('The file has too many files in it to be a document.');
    for await (const entry of zip.eachEntry()) {
      const name = `/${entry.fileName.toLowerCase()}`;
      // A second of the same name may be meant to show one reader another text.
      if (entries.has(name)) throw unreadable('The file is damaged: it has two parts of the same name.');
      if (entry.uncompressedSize > parsingLimits.maxPartBytes && name.endsWith('.xml')) throw unpacksTooLarge();
      entries.set(name, entry);
    }
    return zip;
  } catch (error) {
    if (error instanceof ParseFailure) throw error;
    if (error instanceof Error && /path|absolute|file ?name/i.test(error.message)) {
      throw unreadable('The file has parts whose names lead out of it; it was not made by an Office program.');
    }
    throw unreadable('The file is damaged or cut off: it can’t be unpacked.');
  }
}

function unpacksTooLarge(): ParseFailure {
  return tooLarge(`The file unpacks to more than ${parsingLimits.maxPartBytes / 2 ** 20} MB of text and marks.`);
}
