import type { MemoryCache } from '@hansard/protocol';
import { bytes } from '../format/bytes.ts';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import { Table, type Column } from './table.tsx';
import { number, percent } from './words.ts';
import classes from './operations.module.css';

const words = strings.operations;

const columns: readonly Column<MemoryCache>[] = [
  { name: words.name, cell: ({ name }) => name },
  { name: words.size, cell: (cache) => bytes(cache.bytes), isNumber: true },
  { name: words.cap, cell: (cache) => <Cap cache={cache} />, isNumber: true },
  { name: words.hits, cell: hitsOf, isNumber: true },
  { name: words.keys, cell: ({ keys }) => number(keys), isNumber: true, isExtra: true },
  { name: words.evicted, cell: ({ evictions }) => number(evictions), isNumber: true, isExtra: true },
];

export function Caches({ caches }: { caches: readonly MemoryCache[] }) {
  return (
    <Card title={words.caches}>
      <Table label={words.caches} rows={caches} keyOf={({ name }) => name} columns={columns} />
    </Card>
  );
}

/** Under pressure it is less than what the cache is given otherwise. */
function Cap({ cache: { capBytes, maxBytes } }: { cache: MemoryCache }) {
  if (capBytes >= maxBytes) return bytes(maxBytes);
  return (
    <>
      {bytes(capBytes)} <span className={classes.lowered}>{words.lowered(bytes(maxBytes))}</span>
    </>
  );
}

function hitsOf({ hits, misses }: MemoryCache): string {
  return hits + misses === 0 ? words.none : percent(hits / (hits + misses));
}
