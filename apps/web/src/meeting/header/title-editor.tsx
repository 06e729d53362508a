import { useState } from 'react';
import { limits } from '@hansard/protocol';
import { strings } from '../../strings.ts';
import classes from './header.module.css';

interface Props {
  title: string;
  onSave: (title: string) => void;
}

/** The title is a button that becomes a field. Enter and leaving it save, Escape does not. */
export function TitleEditor({ title, onSave }: Props) {
  const [draft, setDraft] = useState<string>();

  function close(save: boolean) {
    const next = draft?.trim() ?? '';
    if (save && next !== '' && next !== title) onSave(next);
    setDraft(undefined);
  }

  if (draft === undefined) {
    return (
      <h1 className={classes.title}>
        <button type="button" title={strings.meeting.titleHint} onClick={() => setDraft(title)}>
          {title}
        </button>
      </h1>
    );
  }
  return (
    <input
      className={classes.titleField}
      aria-label={strings.meeting.titleLabel}
      autoFocus
      maxLength={limits.maxTitleLength}
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={() => close(true)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') close(false);
      }}
    />
  );
}
