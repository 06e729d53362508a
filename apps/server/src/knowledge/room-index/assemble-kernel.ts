// `node assemble-kernel.ts` writes scan-kernel.ts from scan-kernel.wat.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import createWabt from 'wabt';

/** The bytes of the module that `scan-kernel.wat` describes. */
export async function assembleKernel(): Promise<Uint8Array> {
  const wabt = await createWabt();
  const text = readFileSync(join(import.meta.dirname, 'scan-kernel.wat'), 'latin1');
  const parsed = wabt.parseWat('scan-kernel.wat', text, { simd: true });
  return parsed.toBinary({}).buffer;
}

if (import.meta.main) {
  const base64 = Buffer.from(await assembleKernel()).toString('base64');
  const lines = base64.match(/.{1,110}/g) ?? [];
  const text = lines.map((line) => `  '${line}'`).join(' +\n');
  writeFileSync(
    join(import.meta.dirname, 'scan-kernel.ts'),
    `/** What assemble-kernel.ts made of scan-kernel.wat. */\nexport const scanKernel =\n${text};\n`,
  );
}
