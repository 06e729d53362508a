import { memo, useEffect, useRef } from 'react';
import type { Segment } from '@hansard/protocol';
import { clock } from '../../format/time.ts';
import { strings } from '../../strings.ts';
import { EditIcon } from '../../ui/icons.tsx';
import { LineEditor } from './line-editor.tsx';
import { FoundText } from './found-text.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import classes from './transcript.module.css';

export interface LineActions {
  play: (startMs: number) => void;
  edit: (segmentId: string) => void;
  save: (segment: Segment, text: string) => void;
  cancelEdit: () => void;
  renameSpeaker: (speaker: string | null) => void;
  select: (segmentId: string) => void;
}

interface Props {
  segment: Segment;
  opensTurn: boolean;
  lit: boolean;
  selected: boolean;
  editing: boolean;
  /** Whether there is sound to play. */
  playable: boolean;
  find: string;
  actions: LineActions;
}

export const Line = memo(function Line({ segment, opensTurn, lit, selected, editing, playable, find, actions }: Props) {
  const { id, speaker, startMs, text, final, edited } = segment;
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected && !editing) line.current?.focus({ preventScroll: true });
  }, [selected, editing]);

  return (
    <div
      ref={line}
      className={classes.line}
      tabIndex={selected ? 0 : -1}
      data-opens-turn={opensTurn || undefined}
      data-lit={lit || undefined}
      data-selected={selected || undefined}
      data-partial={!final || undefined}
      onClick={() => actions.select(id)}
    >
      {opensTurn && (
        <button
          type="button"
          className={classes.speaker}
          data-unnamed={speaker === null || undefined}
          title={strings.transcript.renameHint}
          onClick={() => actions.renameSpeaker(speaker)}
        >
          {speaker ?? strings.transcript.unnamed}
        </button>
      )}
      <Time startMs={startMs} playable={playable} play={actions.play} />
      {editing ? (
        <LineEditor text={text} onSave={(next) => actions.save(segment, next)} onCancel={actions.cancelEdit} />
      ) : (
        <p className={classes.text}>
          <FoundText text={text} find={find} />
          {!final && <span className={classes.note}> {strings.transcript.partial}</span>}
          {edited && <span className={classes.note}> {strings.transcript.edited}</span>}
        </p>
      )}
      {!editing && final && (
        <IconButton
          className={classes.edit}
          label={strings.transcript.edit(clock(startMs))}
          onClick={() => actions.edit(id)}
        >
          <EditIcon />
        </IconButton>
      )}
    </div>
  );
});

function Time({ startMs, playable, play }: { startMs: number; playable: boolean; play: (startMs: number) => void }) {
  const at = clock(startMs);
  if (!playable) return <time className={classes.time}>{at}</time>;
  return (
    <button
      type="button"
      className={classes.time}
      aria-label={strings.transcript.playFrom(at)}
      onClick={() => play(startMs)}
    >
      {at}
    </button>
  );
}
