/** Values looked at: of a whole with more, evenly chosen items stand for the others. */
const maxVisited = 10_000;

const objectBytes = 32;
const slotBytes = 8;

/** About what a value holds on the heap, in bytes: of plain data, within a factor of two. Bounded work, and cycles are no harm. */
export function estimateBytes(root: unknown): number {
  return Math.round(countAll(root) ?? sample(root, maxVisited));
}

/** All of it, or null where there is too much. */
function countAll(root: unknown): number | null {
  const pending: unknown[] = [root];
  const seen = new Set<object>();
  let bytes = 0;
  for (let visited = 0; pending.length > 0; visited += 1) {
    if (visited + pending.length > maxVisited) return null;
    const value = pending.pop();
    bytes += ownBytes(value);
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const items = itemsOf(value);
    if (items.length > maxVisited) return null;
    pending.push(...items);
  }
  return bytes;
}

/** By looking at about so many values: the fewer are left to look at, the fewer items stand for all. */
function sample(value: unknown, visits: number): number {
  const bytes = ownBytes(value);
  if (typeof value !== 'object' || value === null || visits < 1) return bytes;
  const items = itemsOf(value);
  const chosen = Math.min(items.length, Math.ceil(Math.sqrt(visits)));
  let chosenBytes = 0;
  for (let index = 0; index < chosen; index += 1) {
    chosenBytes += sample(items[Math.floor((index * items.length) / chosen)], visits / chosen - 1);
  }
  return chosen === 0 ? bytes : bytes + (chosenBytes * items.length) / chosen;
}

function ownBytes(value: unknown): number {
  if (typeof value === 'string') return slotBytes + 16 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return slotBytes;
  return slotBytes + objectBytes + (isBuffer(value) ? value.byteLength : 0);
}

function itemsOf(value: object): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return [...value];
  return isBuffer(value) ? [] : Object.values(value);
}

const isBuffer = (value: object): value is ArrayBuffer | ArrayBufferView =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
