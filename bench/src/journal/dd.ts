import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Bytes a second of `dd oflag=dsync`, which syncs each block. Over a file that is there it changes no metadata, as the
 * journal does not; onto none it makes the file grow with each block.
 */
export async function ddBytesPerSecond(
  file: string,
  { blockBytes, blocks, over }: { blockBytes: number; blocks: number; over: boolean },
): Promise<number> {
  const args = ['if=/dev/zero', `of=${file}`, `bs=${blockBytes}`, `count=${blocks}`, 'oflag=dsync'];
  if (over) args.push('conv=notrunc');
  const { stderr } = await run('dd', args, { env: { ...process.env, LC_ALL: 'C' } });
  const seconds = Number(/ copied, ([\d.e+-]+) s/.exec(stderr)?.[1]);
  if (!(seconds > 0)) throw new Error(`dd said: ${stderr}`);
  return (blockBytes * blocks) / seconds;
}
