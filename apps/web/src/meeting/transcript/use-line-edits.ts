import { useRef, useState } from 'react';
import type { Segment } from '@hansard/protocol';
import { api, explain } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import { say } from '../../ui/toast-store.ts';

/** So many corrections can be undone. */
const maxUndo = 100;

interface Edit {
  segmentId: string;
  before: string;
}

/** Corrections of lines, saved as they are made, with undo in reverse order. */
export function useLineEdits(meetingId: string, applySegments: (segments: readonly Segment[]) => void) {
  const [editingId, setEditingId] = useState<string>();
  const [saving, setSaving] = useState<ReadonlyMap<string, string>>(new Map());
  const done = useRef<Edit[]>([]);

  function show(segmentId: string, text: string | undefined) {
    setSaving((old) => {
      const next = new Map(old);
      if (text === undefined) next.delete(segmentId);
      else next.set(segmentId, text);
      return next;
    });
  }

  async function write(segmentId: string, text: string): Promise<boolean> {
    show(segmentId, text);
    try {
      const saved = await api.patchSegment(meetingId, segmentId, { text });
      applySegments([saved]);
      return true;
    } catch (error) {
      say(strings.transcript.notSaved(explain(error)));
      return false;
    } finally {
      show(segmentId, undefined);
    }
  }

  async function undo() {
    const edit = done.current.pop();
    if (edit && !(await write(edit.segmentId, edit.before))) done.current.push(edit);
  }

  async function save({ id, text: before }: Segment, text: string) {
    setEditingId(undefined);
    if (!(await write(id, text))) return;
    done.current = [...done.current, { segmentId: id, before }].slice(-maxUndo);
    say(strings.transcript.corrected, () => void undo());
  }

  return { editingId, edit: setEditingId, cancel: () => setEditingId(undefined), save, undo, saving };
}
