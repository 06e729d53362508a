import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { strings } from '../../strings.ts';
import { DownIcon } from '../../ui/icons.tsx';
import { FailureRow, GapRow } from './break-rows.tsx';
import { Line, type LineActions } from './line.tsx';
import type { Row } from './rows.ts';
import { useFollow } from './use-follow.ts';
import classes from './transcript.module.css';

const estimatedRowPx = 44;
/** After the reader has scrolled, playback leaves the view alone for so long. */
const readerRestsMs = 4_000;

export interface TranscriptHandle {
  /** Brings a row into view, in its middle. */
  show: (index: number) => void;
}

interface Props {
  rows: readonly Row[];
  live: boolean;
  litIndex: number;
  selectedKey: string | undefined;
  editingKey: string | undefined;
  playable: boolean;
  find: string;
  actions: LineActions;
  retrying: string | undefined;
  onRetry: (chunkId: string) => void;
  handle: Ref<TranscriptHandle>;
}

export function TranscriptList({ rows, live, litIndex, handle, ...line }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const readerScrolledAt = useRef(-Infinity);
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler, which it is about, is not used
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimatedRowPx,
    // As high as it can be: the first lines are drawn with the page, and not after it was measured.
    initialRect: { width: innerWidth, height: innerHeight },
    overscan: 10,
    getItemKey: (index) => rows[index]!.key,
  });
  const size = virtualizer.getTotalSize();
  const follow = useFollow(scroller, live, size);

  useImperativeHandle(handle, () => ({
    show(index) {
      follow.stopFollowing();
      virtualizer.scrollToIndex(index, { align: 'center' });
    },
  }));

  useEffect(() => {
    if (litIndex < 0 || performance.now() - readerScrolledAt.current < readerRestsMs) return;
    virtualizer.scrollToIndex(litIndex, { align: 'auto' });
  }, [litIndex, virtualizer]);

  const readerScrolls = () => {
    readerScrolledAt.current = performance.now();
  };

  return (
    <div className={classes.frame}>
      <div
        ref={scroller}
        className={classes.scroller}
        // A region that scrolls must be reachable by keyboard.
        tabIndex={0}
        role="region"
        aria-label={strings.transcript.label}
        onScroll={follow.onScroll}
        onWheel={readerScrolls}
        onTouchMove={readerScrolls}
      >
        <div className={classes.rows} role="list" style={{ height: size }}>
          {virtualizer.getVirtualItems().map(({ index, key, start }) => (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              role="listitem"
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              className={classes.row}
              style={{ transform: `translateY(${start}px)` }}
            >
              <RowView row={rows[index]!} lit={index === litIndex} {...line} />
            </div>
          ))}
        </div>
      </div>
      {follow.behind && (
        <Button className={classes.back} size="sm" radius="xl" leftSection={<DownIcon />} onClick={follow.backToLive}>
          {strings.transcript.backToLive}
        </Button>
      )}
    </div>
  );
}

type RowProps = Omit<Props, 'rows' | 'live' | 'litIndex' | 'handle'> & { row: Row; lit: boolean };

function RowView({ row, lit, selectedKey, editingKey, playable, find, actions, retrying, onRetry }: RowProps) {
  if (row.kind === 'gap') return <GapRow gap={row.gap} />;
  if (row.kind === 'failure') {
    return <FailureRow failure={row.failure} retrying={retrying === row.failure.id} onRetry={onRetry} />;
  }
  return (
    <Line
      segment={row.segment}
      opensTurn={row.opensTurn}
      lit={lit}
      selected={row.key === selectedKey}
      editing={row.key === editingKey}
      playable={playable}
      find={find}
      actions={actions}
    />
  );
}
