/**
 * Where the durable, unreleased bytes of one track are: 8 bytes of memory a record. Plain data and functions on it, since
 * there are thousands. A record covers the bytes from its own start to the next one's.
 */
export interface TrackIndex {
  /** First unreleased byte. */
  start: number;
  /** End of the durable bytes. */
  end: number;
  /** The records' starts are kept relative to it. */
  base: number;
  count: number;
  /** Start and location of each record in turn. */
  cells: Uint32Array;
}

/** Where bytes [start, end) are. */
export interface Extent {
  start: number;
  end: number;
  /** `noLocation` where the disk has lost them. */
  location: number;
}

/** Told the location of each record that the index no longer needs. */
type OnDrop = (location: number) => void;

/** No record is there: the first block of the first file is a header. */
export const noLocation = 0;

/** What one track may span, so that a start fits its cell. */
export const maxTrackSpan = 2 ** 32 - 1;

const none = new Uint32Array(0);
const leastCells = 16;
/** Growing by a quarter wastes an eighth on average. */
const growth = 1.25;

export function createTrackIndex(): TrackIndex {
  return { start: 0, end: 0, base: 0, count: 0, cells: none };
}

/** An index without records goes on at this offset. */
export function beginAt(index: TrackIndex, offset: number): void {
  index.base = offset;
  index.start = offset;
  index.end = offset;
}

/**
 * Adds a record. Normally it begins at the end. After a crash the log may have a range twice: the same record written
 * again replaces the older one; another that begins before the end replaces all that was there from its start on. True
 * where it is the same record again.
 */
export function putRecord(index: TrackIndex, start: number, end: number, location: number, onDrop: OnDrop): boolean {
  if (start < index.end && index.count > 0) {
    const same = find(index, start);
    if (startOf(index, same) === start && endOf(index, same) === end) {
      drop(locationOf(index, same), onDrop);
      index.cells[2 * same + 1] = location;
      return true;
    }
    truncate(index, start, onDrop);
  }
  if (index.count === 0) beginAt(index, start);
  else if (start > index.end) push(index, index.end, noLocation);
  push(index, start, location);
  index.end = end;
  return false;
}

/** Forgets records that end at `upTo` or before. */
export function releaseRecords(index: TrackIndex, upTo: number, onDrop: OnDrop): void {
  if (upTo <= index.start) return;
  index.start = Math.min(upTo, index.end);
  const dropped = index.start === index.end ? index.count : find(index, index.start);
  for (let at = 0; at < dropped; at += 1) drop(locationOf(index, at), onDrop);
  const base = dropped === index.count ? index.end : startOf(index, dropped);
  const shift = base - index.base;
  const cells = index.cells.subarray(2 * dropped, 2 * index.count);
  const needed = Math.max(leastCells, cells.length);
  const target = index.cells.length > 2 * needed ? new Uint32Array(needed) : index.cells;
  target.set(cells);
  index.count -= dropped;
  for (let at = 0; at < index.count; at += 1) target[2 * at] = target[2 * at]! - shift;
  index.cells = index.count === 0 ? none : target;
  index.base = base;
}

/** Where bytes [start, end) are, in order and without gaps; they must lie within the index. */
export function findExtents(index: TrackIndex, start: number, end: number): Extent[] {
  const extents: Extent[] = [];
  for (let at = find(index, start); at < index.count && startOf(index, at) < end; at += 1) {
    extents.push({ start: startOf(index, at), end: endOf(index, at), location: locationOf(index, at) });
  }
  return extents;
}

function push(index: TrackIndex, start: number, location: number): void {
  if (2 * index.count === index.cells.length) {
    const grown = new Uint32Array(Math.max(leastCells, 2 * Math.ceil(index.count * growth)));
    grown.set(index.cells);
    index.cells = grown;
  }
  index.cells[2 * index.count] = start - index.base;
  index.cells[2 * index.count + 1] = location;
  index.count += 1;
}

function truncate(index: TrackIndex, end: number, onDrop: OnDrop): void {
  // What then ends in what was released goes too.
  const from = end <= index.start ? index.base : end;
  while (index.count > 0 && startOf(index, index.count - 1) >= from) {
    index.count -= 1;
    drop(locationOf(index, index.count), onDrop);
  }
  index.end = end;
}

/** The last record that begins at `offset` or before; the first one where none does. */
function find(index: TrackIndex, offset: number): number {
  let low = 0;
  let high = index.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (startOf(index, middle) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function startOf(index: TrackIndex, at: number): number {
  return index.base + index.cells[2 * at]!;
}

function endOf(index: TrackIndex, at: number): number {
  return at + 1 < index.count ? startOf(index, at + 1) : index.end;
}

function locationOf(index: TrackIndex, at: number): number {
  return index.cells[2 * at + 1]!;
}

function drop(location: number, onDrop: OnDrop): void {
  if (location !== noLocation) onDrop(location);
}
