import { randomUUID } from 'node:crypto';

interface FormFile {
  name: string;
  fileName: string;
  mediaType: string;
  bytes: Uint8Array;
}

/** A form with one file as `multipart/form-data` (RFC 7578), in pieces: the file is not copied. Names hold no quote and no line's end. */
export function formBody(fields: Record<string, string>, file: FormFile): { contentType: string; body: Uint8Array[] } {
  // Nothing in the file can be taken for it: nobody knows it beforehand.
  const boundary = `form-${randomUUID()}`;
  const head = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const { name, fileName, mediaType, bytes } = file;
  head.push(
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${fileName}"\r\n`,
    `content-type: ${mediaType}\r\n\r\n`,
  );
  const body = [Buffer.from(head.join('')), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)];
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}
