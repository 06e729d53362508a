import { useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react';
import { useMutation } from '@tanstack/react-query';
import type { MeetingDetail, Segment } from '@hansard/protocol';
import { api, explain } from '../../app/api.ts';
import { say } from '../../ui/toast-store.ts';
import { Announcer } from './announcer.tsx';
import { EmptyTranscript } from './empty-transcript.tsx';
import { FindBar } from './find-bar.tsx';
import type { LineActions } from './line.tsx';
import { TranscriptNotices } from './notices.tsx';
import { lineAt, type Row } from './rows.ts';
import { TranscriptList, type TranscriptHandle } from './transcript-list.tsx';
import { useAskedLine } from './use-asked-line.ts';
import { useFind } from './use-find.ts';
import { useLineEdits } from './use-line-edits.ts';
import { useLineKeys } from './use-line-keys.ts';
import classes from './transcript.module.css';

export interface TranscriptPaneHandle {
  showLine: (segmentId: string) => void;
  openFind: () => void;
}

interface Props {
  meeting: MeetingDetail;
  segments: readonly Segment[];
  rows: readonly Row[];
  playable: boolean;
  /** Where playback is; undefined before it was ever started. */
  timeMs: number | undefined;
  play: (startMs: number) => void;
  renameSpeaker: (speaker: string | null) => void;
  /** Takes in what a call answered with, without waiting for its event. */
  applySegments: (segments: readonly Segment[]) => void;
  handle: Ref<TranscriptPaneHandle>;
}

export function TranscriptPane(props: Props) {
  const { meeting, segments, rows, playable, timeMs, play, renameSpeaker, applySegments, handle } = props;
  const list = useRef<TranscriptHandle>(null);
  const [selectedKey, select] = useState<string>();
  const edits = useLineEdits(meeting.id, applySegments);
  const show = (index: number) => list.current?.show(index);
  const find = useFind(rows, show);
  const retry = useMutation({
    mutationFn: (chunkId?: string) => api.retryChunks(meeting.id, chunkId),
    onError: (error) => say(explain(error)),
  });
  // Saved lines show what was typed while the server is told.
  const shown = useMemo(() => withSaving(rows, edits.saving), [rows, edits.saving]);

  function showLine(segmentId: string) {
    const index = rows.findIndex(({ key }) => key === segmentId);
    if (index < 0) return;
    select(segmentId);
    show(index);
  }

  useImperativeHandle(handle, () => ({ showLine, openFind: find.open }));
  useAskedLine(rows, showLine);
  useLineKeys({ rows, selectedKey, showLine, play, playable, edits, openFind: find.open });

  const latest = useRef({ edits, play, renameSpeaker });
  useEffect(() => {
    latest.current = { edits, play, renameSpeaker };
  });
  // Lines are memoised: what they are given must stay the same from one render to the next.
  const actions = useMemo<LineActions>(
    () => ({
      play: (startMs) => latest.current.play(startMs),
      edit: (segmentId) => latest.current.edits.edit(segmentId),
      save: (segment, text) => void latest.current.edits.save(segment, text),
      cancelEdit: () => latest.current.edits.cancel(),
      renameSpeaker: (speaker) => latest.current.renameSpeaker(speaker),
      select,
    }),
    [],
  );

  return (
    <div className={classes.frame}>
      <TranscriptNotices
        meeting={meeting}
        retrying={retry.isPending && retry.variables === undefined}
        onRetryAll={() => retry.mutate(undefined)}
      />
      {find.opened && (
        <FindBar
          text={find.text}
          at={find.at}
          count={find.count}
          onText={find.type}
          onStep={find.step}
          onClose={find.close}
        />
      )}
      {rows.length === 0 ? (
        <EmptyTranscript meeting={meeting} />
      ) : (
        <TranscriptList
          rows={shown}
          live={meeting.state === 'live'}
          litIndex={timeMs === undefined ? -1 : lineAt(rows, timeMs)}
          selectedKey={selectedKey}
          editingKey={edits.editingId}
          playable={playable}
          find={find.wanted}
          actions={actions}
          retrying={retry.isPending ? retry.variables : undefined}
          onRetry={(chunkId) => retry.mutate(chunkId)}
          handle={list}
        />
      )}
      <Announcer live={meeting.state === 'live'} segments={segments} />
    </div>
  );
}

function withSaving(rows: readonly Row[], saving: ReadonlyMap<string, string>): readonly Row[] {
  if (saving.size === 0) return rows;
  return rows.map((row) => {
    const text = row.kind === 'line' ? saving.get(row.key) : undefined;
    return row.kind === 'line' && text !== undefined ? { ...row, segment: { ...row.segment, text } } : row;
  });
}
