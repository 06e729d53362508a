import { expect, it } from 'vitest';
import { formBody } from './form-body.ts';

it('is read by others as it was given, whatever the bytes', async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index);
  bytes.set(Buffer.from('\r\n--form-\r\n\r\n'), 500);
  const file = { name: 'file', fileName: 'chunk.ogg', mediaType: 'audio/ogg', bytes };
  const { body, contentType } = formBody({ model: 'größer', language: '' }, file);
  const response = new Response(Buffer.concat(body), { headers: { 'content-type': contentType } });
  const form = await response.formData();
  expect([...form.keys()]).toEqual(['model', 'language', 'file']);
  expect([form.get('model'), form.get('language')]).toEqual(['größer', '']);
  const read = form.get('file') as File;
  expect([read.name, read.type]).toEqual(['chunk.ogg', 'audio/ogg']);
  expect(await read.bytes()).toEqual(bytes);
});
