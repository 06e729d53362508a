import { writeFile } from 'node:fs/promises';
import { packetHashes } from '../load/speech.ts';

export interface AudioDifference {
  /** Of packets that were recorded and are not in the served file. */
  lostBytes: number;
  /** Of packets that are in it more often than they were recorded. */
  doubledBytes: number;
  /** Of packets that this track never had. */
  foreignBytes: number;
  /** 1 where all packets are there once, in another order. */
  reordered: number;
}

/** Compares what was recorded with the file that the server plays, packet for packet. */
export async function compareAudio(recorded: string, played: string): Promise<AudioDifference> {
  const wanted = packetHashes(recorded);
  const got = packetHashes(played);
  const left = new Map<string, number>();
  for (const packet of wanted) left.set(packet, (left.get(packet) ?? 0) + 1);
  const difference = { lostBytes: 0, doubledBytes: 0, foreignBytes: 0, reordered: 0 };
  for (const packet of got) {
    const count = left.get(packet);
    if (count === undefined) difference.foreignBytes += sizeOf(packet);
    else if (count === 0) difference.doubledBytes += sizeOf(packet);
    else left.set(packet, count - 1);
  }
  for (const [packet, count] of left) difference.lostBytes += count * sizeOf(packet);
  const sameSet = difference.lostBytes + difference.doubledBytes + difference.foreignBytes === 0;
  difference.reordered = sameSet && wanted.some((packet, index) => packet !== got[index]) ? 1 : 0;
  return difference;
}

export async function download(url: string, file: string): Promise<void> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  await writeFile(file, Buffer.from(await answer.arrayBuffer()));
}

function sizeOf(packet: string): number {
  return Number(packet.split(',')[0]);
}
