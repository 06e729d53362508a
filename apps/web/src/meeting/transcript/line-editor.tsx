import { useEffect, useRef, useState } from 'react';
import { limits } from '@hansard/protocol';
import { strings } from '../../strings.ts';
import classes from './transcript.module.css';

interface Props {
  text: string;
  onSave: (text: string) => void;
  onCancel: () => void;
}

/** Enter and leaving the field save, Escape does not. An empty or unchanged text changes nothing. */
export function LineEditor({ text, onSave, onCancel }: Props) {
  const [draft, setDraft] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  const closed = useRef(false);

  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, [text]);

  function close(save: boolean) {
    if (closed.current) return;
    closed.current = true;
    const next = draft.trim();
    if (save && next !== '' && next !== text) onSave(next);
    else onCancel();
  }

  return (
    <textarea
      ref={field}
      className={classes.editor}
      aria-label={strings.transcript.editor}
      maxLength={limits.maxSegmentTextLength}
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={() => close(true)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') {
          event.preventDefault();
          close(true);
        } else if (event.key === 'Escape') {
          event.stopPropagation();
          close(false);
        }
      }}
    />
  );
}
