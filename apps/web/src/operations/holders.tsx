import { useState } from 'react';
import type { MemoryHolder, MemoryState } from '@hansard/protocol';
import { bytes } from '../format/bytes.ts';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import { Table, type Column } from './table.tsx';
import { percent } from './words.ts';
import classes from './holders.module.css';

const words = strings.operations;
/** So many have a colour of their own; the rest is one piece. */
const mostColours = 6;

interface Piece {
  name: string;
  kind: MemoryHolder['kind'] | null;
  bytes: number;
  /** Which colour: a number, `others` or `unexplained`. */
  tone: string;
}

const columns = (whole: number): readonly Column<Piece>[] => [
  {
    name: words.name,
    cell: ({ name, tone }) => (
      <span className={classes.name}>
        <span className={classes.swatch} data-tone={tone} />
        {name}
      </span>
    ),
  },
  { name: words.kind, cell: ({ kind }) => (kind ? words.kinds[kind] : words.none), isExtra: true },
  { name: words.size, cell: ({ bytes: held }) => bytes(held), isNumber: true },
  { name: words.share, cell: ({ bytes }) => percent(bytes / whole), isNumber: true },
];

/** A cache and what is reserved for it may have one name. */
const keyOf = ({ kind, name }: Pick<Piece, 'kind' | 'name'>): string => `${kind} ${name}`;

/** The next that is free. It is kept, so that a holder stays its colour when another grows larger. */
function toneOf(tones: Map<string, string>, key: string): string {
  const known = tones.get(key);
  if (known !== undefined || tones.size >= mostColours) return known ?? 'others';
  const tone = `${tones.size}`;
  tones.set(key, tone);
  return tone;
}

/** Who holds what, as a bar as long as what was measured, and as a table. */
export function Holders({ state }: { state: MemoryState }) {
  const { holders, accountedBytes, measuredBytes, unexplainedBytes } = state;
  const [tones] = useState(() => new Map<string, string>());
  const pieces = holders
    .filter(({ bytes }) => bytes > 0)
    .map((holder): Piece => ({ ...holder, tone: toneOf(tones, keyOf(holder)) }));
  const remainder: Piece = {
    name: words.unexplained,
    kind: null,
    bytes: Math.max(0, unexplainedBytes),
    tone: 'unexplained',
  };
  const whole = Math.max(1, measuredBytes, accountedBytes);
  const all = [...pieces, remainder];
  return (
    <Card title={words.holders} hint={words.holdersHint(bytes(accountedBytes), bytes(measuredBytes))}>
      <div className={classes.bar} aria-hidden="true">
        {all.map((piece) => (
          <span
            key={keyOf(piece)}
            data-tone={piece.tone}
            style={{ flexGrow: piece.bytes / whole }}
            title={piece.name}
          />
        ))}
      </div>
      <Table label={words.holders} rows={all} keyOf={keyOf} columns={columns(whole)} />
      <p className={classes.note}>
        {unexplainedBytes < 0 ? words.overAccounted(bytes(-unexplainedBytes)) : words.unexplainedHint}
      </p>
    </Card>
  );
}
