import type { Segment } from '@hansard/protocol';

/** The lines of one transcript in order, whatever the order and number of times in which their versions arrive. */
export interface Lines {
  /** Takes a newer version of a line in, or a tombstone. Answers whether anything changed. */
  apply(segment: Segment): boolean;
  /** Everything up to this revision has been applied: an older version that comes late is ignored. */
  settle(seq: number): void;
  /** A new array only after a change. */
  list(): readonly Segment[];
}

export function createLines(): Lines {
  const byId = new Map<string, Segment>();
  /** Deleted lines whose older versions may still be on their way. */
  const tombstones = new Map<string, number>();
  let ordered: Segment[] = [];
  let shown: readonly Segment[] = [];
  let settledSeq = 0;

  /** Where the line stands or would stand. Most come at the end, so that is looked at first. */
  const placeOf = (segment: Segment): number => {
    const last = ordered.at(-1);
    if (!last || compare(last, segment) < 0) return ordered.length;
    let low = 0;
    let high = ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(ordered[middle]!, segment) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    apply(segment) {
      const known = byId.get(segment.id);
      const seenSeq = known?.seq ?? tombstones.get(segment.id) ?? settledSeq;
      if (segment.seq <= seenSeq) return false;
      // Never change the array that was handed out.
      if (ordered === shown) ordered = [...ordered];
      if (known) ordered.splice(placeOf(known), 1);
      if (segment.deleted) {
        byId.delete(segment.id);
        tombstones.set(segment.id, segment.seq);
        return known !== undefined;
      }
      tombstones.delete(segment.id);
      byId.set(segment.id, segment);
      ordered.splice(placeOf(segment), 0, segment);
      return true;
    },
    settle(seq) {
      settledSeq = Math.max(settledSeq, seq);
      for (const [id, deletedSeq] of tombstones) if (deletedSeq <= settledSeq) tombstones.delete(id);
    },
    list() {
      shown = ordered;
      return shown;
    },
  };
}

function compare(one: Segment, other: Segment): number {
  return one.startMs - other.startMs || one.seq - other.seq;
}
